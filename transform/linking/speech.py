"""Speak the two versions of the Reconciliation Service API: questions out, candidates in."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from transform.linking.candidates import Answered, Reader


class Wanted(NamedTuple):
    """What is asked of every name: how many candidates, and of which type ("" for any)."""

    limit: int
    type: str


class Request(NamedTuple):
    """A POST: where to, of which media type, with what."""

    url: str
    media_type: str
    body: bytes


def write_batch(url: str, names: Sequence[str], wanted: Wanted) -> Request:
    """Ask as 0.2 does (section 4.1): a form whose field `queries` holds one query a key."""
    kind = {"type": wanted.type} if wanted.type else {}
    queries = {
        f"q{number}": {"query": name, "limit": wanted.limit, **kind}
        for number, name in enumerate(names)
    }
    form = urlencode({"queries": _json(queries)})
    return Request(url, "application/x-www-form-urlencoded", form.encode())


def write_draft(url: str, names: Sequence[str], wanted: Wanted) -> Request:
    """Ask as 1.0-draft does: JSON to `/match`, a list of queries of one condition each."""
    kind = {"type": wanted.type} if wanted.type else {}
    queries = [
        {
            "conditions": [{"matchType": "name", "propertyValue": name}],
            "limit": wanted.limit,
            **kind,
        }
        for name in names
    ]
    parts = urlsplit(url)
    below = urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/match"))
    return Request(below, "application/json", _json({"queries": queries}).encode())


def read_batch(url: str, answer: Mapping[str, Any], number: int) -> list[list[Answered]]:
    """Read what 0.2 answers: for each key an object with a `result`."""
    reader, found = Reader(url), []
    for key in (f"q{place}" for place in range(number)):
        if key not in answer:
            raise reader.refuse(key, f"is missing; {', '.join(list(answer)[:3]) or 'nothing'} came")
        said = reader.record(answer[key], key)
        found.append(reader.candidates(said.get("result"), f"{key}.result"))
    return found


def read_draft(url: str, answer: Mapping[str, Any], number: int) -> list[list[Answered]]:
    """Read what 1.0-draft answers: `results`, in the order of the queries."""
    reader = Reader(url)
    results = reader.array(answer.get("results"), "results")
    if len(results) != number:
        raise reader.refuse("results", f"are {len(results)}, to {number} questions")
    return [
        reader.candidates(
            reader.record(said, f"results[{place}]").get("candidates"),
            f"results[{place}].candidates",
        )
        for place, said in enumerate(results)
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
