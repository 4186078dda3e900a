"""Compare texts as a reader would, whatever their composition, case, blanks, quotes and dashes."""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = "'’‘ʼ‛′`´＇"
_DASHES = "-‐‑‒–—―−﹘﹣－"
# What a reader cannot see: zero-width marks, soft hyphen, byte order mark, direction marks.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c" + "".join(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
_TABLE = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_INVISIBLE)}
)


@lru_cache(maxsize=65536)
def normal_form(text: str) -> str:
    """Return the form in which two spellings of one thing are equal.

    Composes (NFC), folds case, makes every run of blanks one space and cuts those at the ends,
    and writes all apostrophes as one and all dashes as one. Accents stay: «Cégep» and «Cegep»
    are two spellings until the registry or a layout lists both.
    """
    return unkept_normal_form(text)


def unkept_normal_form(text: str) -> str:
    """Return `normal_form`, and do not keep it: for what strangers send, of which there is no end.

    65,536 texts of 2,000 characters, with their forms, would take some 500 MB.
    """
    composed = unicodedata.normalize("NFC", text).translate(_TABLE).casefold()
    return " ".join(unicodedata.normalize("NFC", composed).split())


def slug(text: str) -> str:
    """Return the last segment of a URI for a text: a-z, 0-9 and single hyphens, never empty."""
    spelled = normal_form(text).replace("œ", "oe").replace("æ", "ae")
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-") or "sans-nom"
