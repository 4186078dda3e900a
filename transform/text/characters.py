"""Tell the characters that no release may hold, and mark the bytes that are none."""

import codecs
import re

# What XML cannot hold (1.0, production 2) or a reader cannot see: no syntax may have to refuse it.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# The name under which decoders mark the bytes that they cannot read, as `errors=` takes it.
MARKING = "portrait-ia-mark"
_BROKEN = re.compile("[\udc00-\udcff]")


def marked_byte(text: str) -> int | None:
    """Give the first byte that could not be read in a text, None when all could."""
    found = _BROKEN.search(text)
    return ord(found[0]) - 0xDC00 if found else None


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Put a lone surrogate, which no encoding here can give, in the place of a bad byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(MARKING, _mark)
