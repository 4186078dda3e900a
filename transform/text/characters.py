"""Match the characters that no release may hold, and mark the bytes that a decoder cannot read."""

import codecs
import re

# XML cannot hold these (1.0, production 2), or no reader can see them: no release may hold them.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# The name under which decoders mark the bytes that they cannot read, as `errors=` takes it.
MARKING = "portrait-ia-mark"
_BROKEN = re.compile("[\udc00-\udcff]")


def marked_byte(text: str) -> int | None:
    """Return the first byte of a text that the decoder could not read, None where it read all."""
    mark = _BROKEN.search(text)
    return ord(mark[0]) - 0xDC00 if mark else None


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Replace each bad byte by a lone surrogate, which no encoding used here can produce."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(MARKING, _mark)
