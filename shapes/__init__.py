"""Read the shapes that the vocabulary and every portrait must pass, tier by tier."""

import re
from importlib.resources import files

TIERS = ("required", "lists", "recommended", "vocabulary", "registry")


def read(tier: str) -> bytes:
    """Read the Turtle of a tier; its IRIs are relative to the base URI of a release."""
    if tier not in TIERS:
        raise ValueError(f"no tier {tier!r}: there are {', '.join(TIERS)}")
    return files(__name__).joinpath(f"{tier}.ttl").read_bytes()


def read_all(base_uri: str) -> bytes:
    """Return the shapes of all tiers as one Turtle file, below the base URI of a release.

    An xsd:anyURI is a literal, which no parser makes absolute: it is written as such.
    """
    text = "\n".join(read(tier).decode() for tier in TIERS)
    absolute = re.sub(r'(?<=sh:namespace ")(?=[^":]*")', base_uri, text)
    return f"@base <{base_uri}> .\n\n{absolute}".encode()
