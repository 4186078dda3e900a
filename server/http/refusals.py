"""Refuse what never reaches the application: as a problem (RFC 9457), as text, or as a page."""

import json
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from typing import Any

from server import texts
from server.http.messages import Headers, Reply, write_head
from server.negotiation import (
    HTML,
    PLAIN,
    PROBLEM,
    read_ranges,
)

_ALWAYS: Headers = [
    ("Cache-Control", "no-store"),
    ("Vary", "Accept"),
    # So that a page elsewhere may read why, and when to come again.
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]


class Refused(Exception):
    """A request that gets no answer: a status, a stable kind, a detail for people."""

    def __init__(self, status: int, kind: str, detail: str, *headers: tuple[str, str]) -> None:
        super().__init__(detail)
        self.reply = _reply(status, kind, detail, list(headers))


@dataclass(slots=True, eq=False)
class Refusal(Reply):
    """A reply that says why there is no other; a problem until it is put otherwise."""

    problem: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=list)

    def said(self, accept: bytes | None) -> Reply:
        """Give the refusal for a client that accepts this: a page or text to who likes it best."""
        ranges = list(read_ranges((accept or b"").decode("latin-1")))
        best = max(ranges, key=lambda item: item.weight, default=None)
        if best is None or best.weight == 0 or not best.value.startswith("text/"):
            return self
        page = best.value in (HTML.media_type, *HTML.accepted_as)
        form, body = (HTML, self._page()) if page else (PLAIN, self._text())
        head = _head(self.status, form.content_type, body, self.headers)
        return Reply(self.status, head, body, kind=self.kind)

    def _text(self) -> bytes:
        return "{status} {title}: {detail}\n".format_map(self.problem).encode()

    def _page(self) -> bytes:
        """Write a page in both languages: a refusal may come before the client has said its own."""
        key = f"fault_{self.status}"
        told = texts.table("texts").get(key) or dict.fromkeys(
            texts.LANGUAGES, self.problem["title"]
        )
        title = escape(f"{self.status} {told['fr']}")
        return (
            f'<!doctype html>\n<html lang="fr"><meta charset="utf-8"><title>{title}</title>\n'
            f'<h1>{title}</h1>\n<p lang="en">{escape(told["en"])}.</p>\n'
            f'<p lang="en">{escape(self.problem["detail"])}</p>\n</html>\n'
        ).encode()


def refuse(status: int, kind: str, detail: str, retry_after: int | None = None) -> Refusal:
    """Give the reply for a refused request; `retry_after` is in seconds."""
    return _reply(
        status, kind, detail, [] if retry_after is None else [("Retry-After", str(retry_after))]
    )


def _reply(status: int, kind: str, detail: str, headers: Headers) -> Refusal:
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "kind": kind}
    body = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    head = _head(status, PROBLEM.content_type, body, headers)
    return Refusal(status, head, body, kind=kind, problem=told, headers=headers)


def _head(status: int, content_type: str, body: bytes, headers: Headers) -> bytes:
    own = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return write_head(status, [*own, *_ALWAYS, *headers])
