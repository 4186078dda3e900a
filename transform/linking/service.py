"""Ask a reconciliation service: its manifest first, then for candidates, in batches (0.2)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from transform.errors import FetchFailed, ServiceFailed
from transform.fetch import http_client
from transform.fetch.faults import failed
from transform.fetch.http_client import (
    Bounds,
    Notify,
    Reply,
    check_url,
    excerpt,
    read_body,
    read_object,
    refuse_page,
)
from transform.linking.answers import AnswerReader, ServiceCandidate

STEP = (
    "Nothing of that answer was taken; what was decided before is written. Try again later or with"
    " another --service, or write a link that you know with --accept BODY=IRI."
)
_VERSIONS = {"0.1", "0.2"}
_MOST_AT_ONCE = 10


class Wanted(NamedTuple):
    """What is asked of every name: how many candidates, and of which type ("" for any)."""

    limit: int
    type: str


class Service(NamedTuple):
    """A service as its manifest describes it, and how it is asked."""

    url: str
    name: str
    space: str
    view: str
    at_once: int
    language: str
    bounds: Bounds
    notify: Notify

    def find(self, names: Sequence[str], wanted: Wanted) -> list[list[ServiceCandidate]]:
        """Give the candidates for each name, best first; raises ServiceFailed."""
        form = _write_batch(names, wanted)
        try:
            answer = _send(self.url, self.bounds, self.notify, self.language, form)
            found = _read_batch(self.url, answer, len(names))
        except FetchFailed as fault:
            raise ServiceFailed(f"{fault.problem}. {STEP}") from fault
        return [candidates[: wanted.limit] for candidates in found]

    def iri_of(self, identifier: str) -> tuple[str, str]:
        """Give the IRI of what an identifier names, and what says so; it may be no IRI at all."""
        if re.match("https?://", identifier):
            return identifier, "id"
        if self.space:
            return self.space + identifier, "identifierSpace"
        return self.view.replace("{{id}}", _quoted(identifier)), "view.url"


def _quoted(identifier: str) -> str:
    try:
        return quote(identifier, safe="")
    except UnicodeEncodeError:  # half a character, which JSON can bear: it makes no IRI
        return identifier


def open_service(url: str, language: str, bounds: Bounds, notify: Notify) -> Service:
    """Read the manifest of a service; raises ServiceFailed where it is none."""
    try:
        check_url("--service", url)
        said = _send(url, bounds, notify, language, None)
        return _read_manifest(url, said, language, bounds, notify)
    except FetchFailed as fault:
        raise ServiceFailed(f"{fault.problem}. {STEP}") from fault


def _read_manifest(
    url: str, said: Mapping[str, Any], language: str, bounds: Bounds, notify: Notify
) -> Service:
    reader = AnswerReader(url)
    versions = reader.array(said.get("versions", ["0.1"]), "versions")
    if not any(version in _VERSIONS for version in versions if isinstance(version, str)):
        spoken = ", ".join(map(str, versions))[:60] or "none"
        raise failed(url, f"speaks other versions ({spoken}) than 0.2")
    view = reader.record(said.get("view") or {}, "view")
    template = reader.text(view.get("url"), "view.url")
    space = reader.text(said.get("identifierSpace"), "identifierSpace")
    if not re.match("https?://[^/]", space):
        space = ""  # what is relative names nothing in our data
    name = reader.text(said.get("name"), "name") or urlsplit(url).netloc
    size = said.get("batchSize")
    at_once = size if isinstance(size, int) and 0 < size < _MOST_AT_ONCE else _MOST_AT_ONCE
    return Service(url, name, space, template, at_once, language, bounds, notify)


def _write_batch(names: Sequence[str], wanted: Wanted) -> bytes:
    """Write a form whose field `queries` holds one query a key (section 4.1)."""
    kind = {"type": wanted.type} if wanted.type else {}
    queries = {
        f"q{number}": {"query": name, "limit": wanted.limit, **kind}
        for number, name in enumerate(names)
    }
    return urlencode({"queries": json.dumps(queries, ensure_ascii=False)}).encode()


def _read_batch(url: str, answer: Mapping[str, Any], number: int) -> list[list[ServiceCandidate]]:
    """Read the answer to a batch: for each key an object with a `result` (section 4.2)."""
    reader, found = AnswerReader(url), []
    for key in (f"q{place}" for place in range(number)):
        if key not in answer:
            raise reader.refuse(key, f"is missing; {', '.join(list(answer)[:3]) or 'nothing'} came")
        said = reader.record(answer[key], key)
        found.append(reader.candidates(said.get("result"), f"{key}.result"))
    return found


def _send(
    url: str, bounds: Bounds, notify: Notify, language: str, form: bytes | None
) -> Mapping[str, Any]:
    headers = {"Accept": "application/json", "Accept-Language": language}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    method = "POST" if form else "GET"
    sent = http_client.Request(url, url, headers, method, form, _stay_at(url))
    return http_client.send(sent, bounds, notify, lambda reply: _read(url, reply))


def _read(url: str, reply: Reply) -> Mapping[str, Any]:
    raw = read_body(url, reply)
    if reply.status != 200:
        raise failed(url, f"answers {reply.status}{_said(raw)}")
    refuse_page(url, "JSON object", reply, raw)
    return read_object(url, raw)


def _stay_at(target: str) -> Any:
    """Give what refuses a redirect: the names of bodies go where the person said, nowhere else."""

    def check(where: str, url: str) -> str:
        if url != target:
            check_url(where, url)
            raise failed(where, f"leads on to {url}; give that as --service if you trust it")
        return check_url(where, url)

    return check


def _said(raw: bytes) -> str:
    return f" ({excerpt(raw)!r})" if raw else ""
