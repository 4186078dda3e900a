"""The parameters of a request, read."""

from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st

from server.sparql.protocol import read_target


@given(st.binary(max_size=40))
def test_escapes_are_resolved_as_the_standard_library_does(text: bytes) -> None:
    escaped = b"".join(b"%%%02x" % byte if byte % 3 else bytes([byte]) for byte in text)
    escaped = escaped.replace(b"&", b"%26").replace(b"?", b"%3F")
    try:
        expected = unquote_to_bytes(escaped.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return
    if b"%" in escaped.replace(b"%25", b"") or b"%" not in escaped:
        assert read_target(b"/sparql?query=a" + escaped, 1000).query == "a" + expected
