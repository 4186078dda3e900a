"""List the languages in which every text of our own is written, and read language tags."""

import re

import pyoxigraph as ox

# A reader whose language is not known gets the first.
LANGUAGES = ("fr", "en")


def is_language(tag: str) -> bool:
    """Check whether a text is a well-formed language tag of BCP 47 that names a language."""
    # No longer code of a language is registered (RFC 5646, section 2.2.1).
    if not re.match("[A-Za-z]{2,3}(-|$)", tag):
        return False
    try:
        ox.Literal("", language=tag)
    except ValueError:
        return False
    return True
