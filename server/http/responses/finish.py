"""Turn what the application answered into a reply: coding, entity tag, freshness."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

from server.engine.interface import WholeAnswer
from server.http.messages import (
    Headers,
    Reply,
    Request,
    write_head,
)
from server.http.responses.compression import (
    LEAST,
    CodingChoice,
    compress,
    worth_it,
)
from server.http.responses.wsgi import LongBody, Threads, WsgiResult
from server.sparql.plan import CONTENT_TYPES
from server.web.headers import HEADERS

# Data changes once a year, yet a release that replaces a faulty one should show within minutes;
# until then a CDN may answer with the old one while it asks for the new one (RFC 5861).
FRESH = "public, max-age=300, stale-while-revalidate=3600"
_TAG = 32  # hexadecimal digits
KEPT_STATUSES = (200, 301, 303, 308)


def may_keep(result: WsgiResult) -> bool:
    """Return whether an answer may be given again: whole, good, and not forbidden."""
    return (
        result.rest is None
        and result.status in KEPT_STATUSES
        and "no-store" not in (result.header("cache-control") or "")
        and result.header("set-cookie") is None
    )


def finish(result: WsgiResult, request: Request, choice: CodingChoice, threads: Threads) -> Reply:
    """Return the reply for any client with the same preferences."""
    headers, body = list(result.headers), result.body
    coding = _choose(result, choice, headers)
    tag = _set_freshness(result, request, coding, headers)
    if coding:
        body = compress(body, coding) if body else body
        _put(headers, "Content-Encoding", coding)
    if result.rest is None:
        # A 204 has no length, not even none (RFC 9110, 8.6).
        _put(headers, "Content-Length", None if result.status == 204 else str(len(body)))
        head = write_head(result.status, headers)
        return Reply(result.status, head, body, tag=tag, kind=result.kind)
    if coding:
        _put(headers, "Content-Length", None)
        _put(headers, "Transfer-Encoding", "chunked")
    return Reply(
        result.status,
        write_head(result.status, headers),
        stream=LongBody(result, threads, coding),
        chunked=coding is not None,
        tag=tag,
    )


def _choose(result: WsgiResult, choice: CodingChoice, headers: Headers) -> str | None:
    """Return the coding for a body that has none yet; add Vary where it is compressible."""
    length = int(result.header("content-length") or 0)
    if not length or result.header("content-encoding") is not None:
        return None
    compressible = worth_it(result.header("content-type") or "", length)
    if compressible:
        _vary(headers, "Accept-Encoding")
    return choice.coding if compressible or choice.plain_refused else None


def _set_freshness(
    result: WsgiResult, request: Request, coding: str | None, headers: Headers
) -> str | None:
    """Set the headers ETag and Cache-Control; return the entity tag."""
    if result.status != 200 or request.method not in ("GET", "HEAD", "POST"):
        return None
    cache_control = result.header("cache-control")
    if cache_control == "no-store":  # another answer each time
        return None
    tag = _tag(result, coding)
    if tag:
        _put(headers, "ETag", tag)
    if request.method != "POST" and cache_control in (None, "public, max-age=300"):
        _put(headers, "Cache-Control", FRESH)
    return tag


def finish_whole(answer: WholeAnswer, request: Request, choice: CodingChoice) -> Reply:
    """Return the reply with a small answer to a query, as `finish` does."""
    body, posted = answer.content, request.method == "POST"
    form = _whole_form(answer.media_type, len(body) >= LEAST, choice, posted)
    digest = form.digest.copy()
    digest.update(body)
    tag = _write_tag(digest, form.coding)
    if form.coding:
        body = compress(body, form.coding)
    return Reply(200, form.head % (tag.encode(), len(body)), body, None, False, tag)


class _WholeForm(NamedTuple):
    """The common part of small answers of a kind; the head has places for tag and length."""

    coding: str | None
    digest: "hashlib._Hash"  # begun, see `_begin_digest`
    head: bytes


@lru_cache(maxsize=512)
def _whole_form(media_type: str, long: bool, choice: CodingChoice, posted: bool) -> _WholeForm:
    content_type = CONTENT_TYPES[media_type]
    compressible = worth_it(content_type, LEAST if long else 0)
    coding = choice.coding if compressible or choice.plain_refused else None
    vary = "Accept, Accept-Encoding" if compressible else "Accept"
    headers = [("Content-Type", content_type), ("Vary", vary), *HEADERS.items()]
    if coding:
        headers.append(("Content-Encoding", coding))
    if not posted:
        headers.append(("Cache-Control", FRESH))
    head = write_head(200, headers).replace(b"%", b"%%")
    return _WholeForm(
        coding, _begin_digest(content_type), head + b"ETag: %b\r\nContent-Length: %d\r\n"
    )


def pass_on(result: WsgiResult, threads: Threads) -> Reply:
    """Return the reply just as the application made it."""
    head = write_head(result.status, result.headers)
    if result.rest is None:
        return Reply(result.status, head, result.body, kind=result.kind)
    return Reply(result.status, head, stream=LongBody(result, threads, None))


def _tag(result: WsgiResult, coding: str | None) -> str | None:
    """Return the entity tag: the application's or the digest of a whole body, per coding."""
    tag = result.header("etag")
    if tag is None:
        if result.rest is not None:
            return None
        return _digest(result.header("content-type") or "", result.body, coding)
    return f'{tag[:-1]}-{coding}"' if coding else tag


def _digest(content_type: str, body: bytes, coding: str | None) -> str:
    digest = _begin_digest(content_type)
    digest.update(body)
    return _write_tag(digest, coding)


def _begin_digest(content_type: str) -> "hashlib._Hash":
    # Processors have instructions for it: twice as quick as Python's blake2b on long answers.
    return hashlib.sha256(content_type.encode() + b"\0")


def _write_tag(digest: "hashlib._Hash", coding: str | None) -> str:
    value = digest.hexdigest()[:_TAG]
    return f'"{value}-{coding}"' if coding else f'"{value}"'


def _vary(headers: Headers, name: str) -> None:
    values = [value for key, value in headers if key.lower() == "vary"]
    if name.lower() not in ", ".join(values).lower():
        _put(headers, "Vary", ", ".join([*values, name]))


def _put(headers: Headers, name: str, value: str | None) -> None:
    headers[:] = [pair for pair in headers if pair[0].lower() != name.lower()]
    if value is not None:
        headers.append((name, value))
