"""Reduce texts to their words, by which rows and bodies of a similar name are found."""

import unicodedata
from functools import lru_cache

from transform.text.normal_form import normal_form


@lru_cache(maxsize=65536)
def plain_words(text: str) -> str:
    """Return the words of a text in normal form, without accents and signs, one space between."""
    bare = unicodedata.normalize("NFKD", normal_form(text))
    letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())
