"""Ask a CKAN portal what a dataset holds (Action API, package_show).

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
    Reply,
    Request,
    Say,
    beginning,
    check_url,
    read_body,
    read_object,
    refuse_page,
    send,
)

DATASET = "1c9131d2-ab2a-4513-9a46-945b2bc96e1b"
_KEPT = ("id", "name", "title", "notes", "license_id", "license_title", "license_url")
_DATED = ("metadata_created", "metadata_modified")


class Resource(NamedTuple):
    """One file that a dataset offers; texts are "" and numbers None where the portal is silent."""

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


class Dataset(NamedTuple):
    """What the portal says of the dataset as a whole, its page, and its files."""

    about: Mapping[str, str]
    resources: tuple[Resource, ...]


def package_show(api: str, bounds: Bounds, say: Say) -> Dataset:
    """Ask what the dataset of the portraits holds; raises FetchFailed."""
    api = check_url("--api", api).rstrip("/")
    url = f"{api}/package_show?id={quote(DATASET)}"
    request = Request(api, url, {"Accept": "application/json"})
    raw = send(request, bounds, say, lambda reply: _read(api, reply))
    result = _result(api, raw)
    if not isinstance(said := result.get("resources"), list):
        raise failed(api, "a dataset without a list of resources")
    if result.get("id") != DATASET:
        raise failed(api, f"another dataset than {DATASET} was sent: {result.get('id')!r}")
    about = {key: _text(result, key) for key in (*_KEPT, *_DATED)}
    about["page"] = f"{api.partition('/api/')[0]}/dataset/{quote(about['name'] or DATASET)}"
    return Dataset(about, tuple(_resource(each) for each in said if isinstance(each, dict)))


def _read(api: str, reply: Reply) -> bytes:
    raw = read_body(api, reply)
    if reply.status != 200:
        raise failed(api, f"answers {reply.status}{_error(raw)}")
    refuse_page(api, "CKAN answer", reply, raw)
    return raw


def _result(api: str, raw: bytes) -> Mapping[str, Any]:
    answer = read_object(api, raw)
    if answer.get("success") is not True:
        raise failed(api, f"answers that it did not succeed{_error(raw)}")
    if not isinstance(result := answer.get("result"), dict):
        raise failed(api, "an answer without a result")
    return result


def _error(raw: bytes) -> str:
    """Give the words of CKAN's error, or how the answer begins."""
    try:
        error = json.loads(raw)["error"]
        kind, message = error.get("__type", "error"), error.get("message", error)
        return f" ({kind}: {message})"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return f" ({beginning(raw)!r})" if raw else ""


def _resource(said: Mapping[str, Any]) -> Resource:
    texts = {key: _text(said, key) for key in Resource._fields if key != "size"}
    size = said.get("size")
    if isinstance(size, str) and size.isascii() and size.isdigit():
        size = int(size)
    whole = isinstance(size, int) and not isinstance(size, bool) and size > 0
    return Resource(**texts, size=size if whole else None)


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""
