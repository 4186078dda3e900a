"""Read a JSON answer of others: of bounded length, an object, and nothing that JSON is not."""

import json
from collections.abc import Mapping
from typing import Any

from transform.fetch.faults import failed
from transform.fetch.wire import Reply

LARGEST = 10 << 20


def take(where: str, reply: Reply) -> bytes:
    """Give the whole body; raises FetchFailed where it does not end, Passing where it is cut."""
    raw = b""
    for block in reply.blocks(where):
        raw += block
        if len(raw) > LARGEST:
            raise failed(where, f"an answer of more than {LARGEST >> 20} MB")
    return raw


def refuse_page(where: str, what: str, reply: Reply, raw: bytes) -> None:
    """Raise FetchFailed for what is no JSON object, such as an error page."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        kind = reply.media_type or "unnamed type"
        raise failed(where, f"no {what} but {kind}: {beginning(raw)!r}")


def read_object(where: str, raw: bytes) -> Mapping[str, Any]:
    """Read a JSON object; NaN and its like are none of JSON's numbers (RFC 8259, 6)."""
    try:
        answer: Mapping[str, Any] = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise failed(where, f"broken JSON ({error})") from error
    return answer


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def beginning(raw: bytes) -> str:
    """Give how an answer begins, on one line."""
    return " ".join(raw[:200].decode("utf-8", "replace").split())[:80]
