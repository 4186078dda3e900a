"""Query a reconciliation service: its manifest first, then for candidates, in batches (0.2)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from transform.errors import FetchFailed, ServiceFailed
from transform.fetch import http_client
from transform.fetch.faults import failed
from transform.fetch.http_client import (
    Bounds,
    Notify,
    OpenReply,
    check_url,
    excerpt,
    read_body,
    read_object,
    refuse_page,
)
from transform.linking import identifiers
from transform.linking.answers import AnswerReader, ServiceCandidate
from transform.text.message import Message, message
from transform.text.printable import visible

STEP = message("linking.next_step")
_NO_ADDRESS = message("linking.next_step_other_service")
_VERSIONS = {"0.1", "0.2"}
_MOST_AT_ONCE = 10


def _unanswered(fault: FetchFailed, step: Message = STEP) -> ServiceFailed:
    return ServiceFailed(message("errors.problem_and_step", problem=fault.problem, step=step))


class CandidateQuery(NamedTuple):
    """What each query asks for: the most candidates, and their type ("" for any)."""

    limit: int
    type: str


class Service(NamedTuple):
    """A service as its manifest describes it, and how to query it."""

    url: str
    name: str
    space: str
    view: str
    at_once: int
    language: str
    bounds: Bounds
    notify: Notify

    def find(self, names: Sequence[str], query: CandidateQuery) -> list[list[ServiceCandidate]]:
        """Return the candidates for each name, best first; raises ServiceFailed."""
        form = _write_batch(names, query)
        try:
            answer = _send(self.url, self.bounds, self.notify, self.language, form)
            batch = _read_batch(self.url, answer, len(names))
        except FetchFailed as fault:
            raise _unanswered(fault) from fault
        return [candidates[: query.limit] for candidates in batch]

    def iri_of(self, identifier: str) -> tuple[str, str]:
        """Return the IRI of an identifier, perhaps malformed, and the field it is made from.

        "" where the manifest has no such field; raises ServiceFailed where view.url is no template.
        """
        if identifiers.is_whole(identifier) or not identifier.strip():
            return identifier, "id"
        if identifiers.can_be_followed(self.space):
            return identifiers.follow(self.space, identifier), "identifierSpace"
        if not self.view:
            return "", "view.url"
        if why := identifiers.template_problem(self.view):
            view = message("linking.view", template=visible(self.view, 200), problem=why)
            raise _unanswered(failed(self.url, view), _NO_ADDRESS)
        return identifiers.fill(self.view, identifier), "view.url"


def open_service(url: str, language: str, bounds: Bounds, notify: Notify) -> Service:
    """Read the manifest of a service; raises ServiceFailed where it is no manifest."""
    try:
        check_url("--service", url)
        manifest = _send(url, bounds, notify, language, None)
        return _read_manifest(url, manifest, language, bounds, notify)
    except FetchFailed as fault:
        raise _unanswered(fault) from fault


def _read_manifest(
    url: str, manifest: Mapping[str, Any], language: str, bounds: Bounds, notify: Notify
) -> Service:
    reader = AnswerReader(url)
    versions = reader.array(manifest.get("versions", ["0.1"]), "versions")
    if not any(version in _VERSIONS for version in versions if isinstance(version, str)):
        listed = visible(", ".join(map(str, versions)), 60) or message("linking.versions_none")
        raise failed(url, message("linking.versions", versions=listed))
    view = reader.record(manifest.get("view") or {}, "view")
    template = reader.text(view.get("url"), "view.url")
    space = reader.text(manifest.get("identifierSpace"), "identifierSpace")
    name = reader.text(manifest.get("name"), "name") or urlsplit(url).netloc
    size = manifest.get("batchSize")
    at_once = size if isinstance(size, int) and 0 < size < _MOST_AT_ONCE else _MOST_AT_ONCE
    return Service(url, name, space, template, at_once, language, bounds, notify)


def _write_batch(names: Sequence[str], query: CandidateQuery) -> bytes:
    """Write a form whose field `queries` has one query under each key (section 4.1)."""
    kind = {"type": query.type} if query.type else {}
    queries = {
        f"q{number}": {"query": name, "limit": query.limit, **kind}
        for number, name in enumerate(names)
    }
    return urlencode({"queries": json.dumps(queries, ensure_ascii=False)}).encode()


def _read_batch(url: str, answer: Mapping[str, Any], number: int) -> list[list[ServiceCandidate]]:
    """Parse the answer to a batch: under each key an object with a `result` (section 4.2)."""
    reader, batch = AnswerReader(url), []
    for key in (f"q{place}" for place in range(number)):
        if key not in answer:
            keys: list[Message | str] = [visible(name) for name in list(answer)[:3]]
            keys = keys or [message("linking.kind_nothing")]
            raise reader.refuse(key, message("linking.missing", keys=keys))
        entry = reader.record(answer[key], key)
        batch.append(reader.candidates(entry.get("result"), f"{key}.result"))
    return batch


def _send(
    url: str, bounds: Bounds, notify: Notify, language: str, form: bytes | None
) -> Mapping[str, Any]:
    headers = {"Accept": "application/json", "Accept-Language": language}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    method = "POST" if form else "GET"
    request = http_client.OutgoingRequest(url, url, headers, method, form, _stay_at(url))
    return http_client.send(request, bounds, notify, lambda reply: _read(url, reply))


def _read(url: str, reply: OpenReply) -> Mapping[str, Any]:
    raw = read_body(url, reply)
    if reply.status != 200:
        raise failed(url, _refusal(reply.status, raw))
    refuse_page(url, message("fetch.json_object"), reply, raw)
    return read_object(url, raw)


def _stay_at(target: str) -> Any:
    """Return a check that refuses redirects: the names of bodies go to the named service only."""

    def check(where: str, url: str) -> str:
        if url != target:
            check_url(where, url)
            raise failed(where, message("linking.leads_on", url=visible(url, 300)))
        return check_url(where, url)

    return check


def _refusal(status: int, raw: bytes) -> Message:
    if raw:
        return message("linking.answers_text", status=status, text=excerpt(raw))
    return message("linking.answers", status=status)
