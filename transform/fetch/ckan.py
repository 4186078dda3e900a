"""Ask a CKAN portal which files a dataset has (Action API, package_show).

https://docs.ckan.org/en/2.11/api/ : an answer is `{"success": true, "result": {…}}`, or
`{"success": false, "error": {"__type": …, "message": …}}` with 403, 404 or 409.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from transform.fetch.faults import failed
from transform.fetch.http_client import (
    Bounds,
    Notify,
    OpenReply,
    OutgoingRequest,
    check_url,
    excerpt,
    read_body,
    read_object,
    refuse_page,
    send,
)
from transform.text.message import Message, message
from transform.text.printable import visible

_KEPT = ("id", "name", "title", "notes", "license_id", "license_title", "license_url")
_DATED = ("metadata_created", "metadata_modified")


class CkanResource(NamedTuple):
    """One file of a dataset; a text that the portal leaves out is "", a number None."""

    id: str
    name: str
    description: str
    format: str
    mimetype: str
    url: str
    url_type: str
    state: str
    hash: str
    created: str
    last_modified: str
    metadata_modified: str
    size: int | None


class CkanDataset(NamedTuple):
    """What the portal states of the dataset as a whole, its page, and its files."""

    facts: Mapping[str, str]
    resources: tuple[CkanResource, ...]


def package_show(api: str, dataset: str, bounds: Bounds, notify: Notify) -> CkanDataset:
    """Read a dataset, by its id or name, from the portal; raises FetchFailed."""
    api = check_url("--api", api).rstrip("/")
    url = f"{api}/package_show?id={quote(dataset, safe='')}"
    request = OutgoingRequest(api, url, {"Accept": "application/json"})
    raw = send(request, bounds, notify, lambda reply: _read(api, reply))
    result = _result(api, raw)
    if not isinstance(listed := result.get("resources"), list):
        raise failed(api, message("fetch.no_resources"))
    if dataset not in (result.get("id"), result.get("name")):
        sent = visible(str(result.get("id")))
        raise failed(api, message("fetch.other_dataset", dataset=dataset, sent=sent))
    facts = {key: _text(result, key) for key in (*_KEPT, *_DATED)}
    facts["page"] = (
        f"{api.partition('/api/')[0]}/dataset/{quote(facts['name'] or dataset, safe='')}"
    )
    return CkanDataset(
        facts, tuple(_resource(entry) for entry in listed if isinstance(entry, dict))
    )


def _read(api: str, reply: OpenReply) -> bytes:
    raw = read_body(api, reply)
    if reply.status != 200:
        raise failed(api, _with_error(message("fetch.answers", status=reply.status), raw))
    refuse_page(api, message("fetch.ckan_answer"), reply, raw)
    return raw


def _result(api: str, raw: bytes) -> Mapping[str, Any]:
    answer = read_object(api, raw)
    if answer.get("success") is not True:
        raise failed(api, _with_error(message("fetch.not_succeeded"), raw))
    if not isinstance(result := answer.get("result"), dict):
        raise failed(api, message("fetch.no_result"))
    return result


def _with_error(problem: Message, raw: bytes) -> Message:
    """Return a problem with CKAN's error in its words, or the excerpt of the answer."""
    try:
        error = json.loads(raw)["error"]
        told = f"{error.get('__type', 'error')}: {error.get('message', error)}"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        told = repr(excerpt(raw)) if raw else ""
    if not told:
        return problem
    return message("fetch.with_error", problem=problem, error=visible(told, 300))


def _resource(fields: Mapping[str, Any]) -> CkanResource:
    texts = {key: _text(fields, key) for key in CkanResource._fields if key != "size"}
    size = fields.get("size")
    if isinstance(size, str) and size.isascii() and size.isdigit():
        size = int(size)
    whole = isinstance(size, int) and not isinstance(size, bool) and size > 0
    return CkanResource(**texts, size=size if whole else None)


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""
