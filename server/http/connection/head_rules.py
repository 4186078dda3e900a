"""Check the head of a request: refuse what a proxy and a server could read in two ways.

The parser (llhttp) already refuses bare line ends, folded and unnamed lines, control characters,
two lengths, and a length together with a transfer coding.
"""

import re
from functools import lru_cache

from server.bounds import HEAD_BYTES
from server.http.refusals import Refused
from transform.text.message import Message, message

# Headers of at most one line: some readers take the first of two, others the second.
ONCE = frozenset((b"host", b"content-type", b"content-encoding", b"expect"))
# RFC 3986, 3.2.2, without the delimiters that no host name has in practice.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~%\-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
# RFC 9110, 4.2: a host that is not empty.
_ABSOLUTE = re.compile(rb"https?://(?!:)([^/?#]+)(.*)", re.IGNORECASE | re.DOTALL)
_VERSIONS = ("1.1", "1.0")
_KIND = "malformed-request"


def judge(method: str, version: str, target: bytes, headers: dict[bytes, bytes]) -> bytes:
    """Return the target in origin form, and set the host in `headers`; raises Refused."""
    if version not in _VERSIONS:
        raise Refused(505, "unknown-version", message("http.versions"))
    if method == "CONNECT":
        raise Refused(501, "unknown-method", message("http.no_proxy"))
    host = headers.get(b"host")
    if host is None and version == "1.1":
        raise _malformed(message("http.no_host"))
    if host is not None:
        _check_host(host)
    if not target.startswith(b"/") or b"#" in target:
        target = _to_origin(method, target, headers)
    if b"content-length" in headers or b"transfer-encoding" in headers:
        _check_body_headers(version, headers)
    return target


@lru_cache(maxsize=256)
def _check_host(name: bytes) -> None:
    if _HOST.fullmatch(name) is None:
        raise _malformed(message("http.wrong_host"))


def judge_line(line: bytearray) -> None:
    """Raise Refused for a request line with more than the two blanks of RFC 9112, 3.

    The parser passes over them; others read an empty target between them.
    """
    if b"  " in line:
        raise _malformed(message("http.blanks"))


def judge_repeated(name: bytes) -> None:
    """Raise Refused for a second line of a header that may have only one."""
    if name in ONCE:
        raise _malformed(message("http.header_twice", name=name.decode("latin-1")))


def too_long(address: int) -> Refused:
    """Return the refusal of a head that is too long; `address` is the bytes of its target."""
    if 2 * address < HEAD_BYTES:
        return Refused(431, "headers-too-long", message("http.headers_too_long", most=HEAD_BYTES))
    detail = message("http.address_too_long", most=HEAD_BYTES)
    return Refused(414, "address-too-long", detail)


def _to_origin(method: str, target: bytes, headers: dict[bytes, bytes]) -> bytes:
    if target == b"*" and method == "OPTIONS":
        return b"/"  # the server as a whole has the methods of its root
    if (absolute := _ABSOLUTE.fullmatch(target)) and b"#" not in target:
        # The host of the target replaces the one of the header (RFC 9112, 3.2.2).
        _check_host(absolute[1])
        headers[b"host"] = absolute[1]
        return absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
    raise _malformed(message("http.no_target"))


def _check_body_headers(version: str, headers: dict[bytes, bytes]) -> None:
    transfer = headers.get(b"transfer-encoding")
    if transfer is not None:
        if version == "1.0":
            raise _malformed(message("http.no_transfer_encoding"))
        if transfer.strip().lower() != b"chunked":
            raise Refused(501, "unknown-coding", message("http.only_chunked"))
    elif not headers.get(b"content-length", b"0").strip(b" \t0"):
        return
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
        # RFC 9110, 15.5.16: Accept-Encoding names what is accepted.
        detail = message("http.compressed_body")
        raise Refused(415, "wrong-body-type", detail, ("Accept-Encoding", "identity"))
    expectation = headers.get(b"expect", b"100-continue").strip().lower()
    if version == "1.1" and expectation != b"100-continue":
        raise Refused(417, "unknown-expectation", message("http.expectation"))


def _malformed(detail: Message) -> Refused:
    return Refused(400, _KIND, detail)
