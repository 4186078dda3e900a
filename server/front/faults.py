"""Refuse what never reaches the application, as a problem (RFC 9457)."""

import json
from http import HTTPStatus

from server.front.message import Headers, Reply, write_head


def refuse(status: int, kind: str, detail: str, retry_after: int | None = None) -> Reply:
    """Give the reply for a refused request; `retry_after` is in seconds."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "kind": kind}
    body = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    headers: Headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "Retry-After"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'"),
    ]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    return Reply(status, write_head(status, headers), body)
