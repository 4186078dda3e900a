"""Read the shapes that the vocabulary and every portrait are held against, tier by tier."""

from importlib.resources import files

TIERS = ("required", "lists", "recommended", "vocabulary", "registry")


def read(tier: str) -> bytes:
    """Give the Turtle of a tier; its relative IRIs are meant against the base URI of a release."""
    if tier not in TIERS:
        raise ValueError(f"no tier {tier!r}: there are {', '.join(TIERS)}")
    return files(__name__).joinpath(f"{tier}.ttl").read_bytes()
