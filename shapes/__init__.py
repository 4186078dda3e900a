"""Read the shapes that the vocabulary and every portrait must pass, tier by tier."""

from importlib.resources import files

TIERS = (
    "required", "lists", "recommended", "reading", "vocabulary", "registry", "framework",
)  # fmt: skip


def read(tier: str) -> bytes:
    """Read the Turtle of a tier; its IRIs are relative to the base URI of a release."""
    if tier not in TIERS:
        raise ValueError(f"no tier {tier!r}: there are {', '.join(TIERS)}")
    return files(__name__).joinpath(f"{tier}.ttl").read_bytes()
