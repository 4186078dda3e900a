"""Compare what two sites answer to the same request: graphs and rows as sets, pages as texts."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

Deviations = dict[str, dict[str, Any]]
_RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}
_BLANK = re.compile(r"_:\w+")
_SHOWN = 3  # statements or rows of each side that a deviation lists
_LONGEST = 200  # characters of one


class Row(NamedTuple):
    """A request of the table, by a name of its own."""

    name: str
    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = {}


class Said(NamedTuple):
    """What an answer says: its status and type, and its lines in any order."""

    status: int
    kind: str
    lines: tuple[str, ...]


def read(status: int, kind: str, body: bytes, address: str) -> Said:
    """Read an answer of the site at an address."""
    text = body.decode("utf-8", "replace").replace(address, "https://site.example/")
    if kind == "application/problem+json":
        problem = json.loads(body)
        # What a reader is told may be about one engine or the other; programs read the rest.
        known = ("kind", "line", "column", "offered")
        return Said(status, kind, tuple(f"{key}: {problem.get(key)}" for key in known))
    if kind in _RDF:
        base = "https://base.example/"
        quads = ox.parse(body, _RDF[kind], base_iri=base)
        return Said(status, kind, tuple(sorted({_BLANK.sub("_:b", str(quad)) for quad in quads})))
    if kind == "application/sparql-results+json":
        document = json.loads(body)
        rows = document.get("results", {}).get("bindings", [document.get("boolean")])
        written = (json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)
        return Said(status, kind, tuple(sorted(written)))
    if kind == "application/ld+json" and "@graph" in text:
        nodes = json.loads(text)["@graph"]
        return Said(status, kind, tuple(sorted({line for node in nodes for line in _flat(node)})))
    text = text.replace("<result>", "\n<result>").replace("</results>", "\n</results>")  # of XML
    return Said(status, kind, tuple(sorted(_BLANK.sub("_:b", line) for line in text.splitlines())))


def differ(expected: Said, given: Said) -> dict[str, Any] | None:
    """Describe what is answered in place of what is expected; None where both say the same."""
    if expected == given:
        return None
    if (expected.status, expected.kind) != (given.status, given.kind):
        return {"status": given.status, "type": given.kind, "says": _shown(given.lines)}
    here, there = Counter(expected.lines), Counter(given.lines)
    missing, more = here - there, there - here
    return {
        "missing": missing.total(),
        "more": more.total(),
        "expected": _shown(missing),
        "says": _shown(more),
    }


def list_wrong(found: Deviations, listed: Path) -> list[str]:
    """Compare deviations with those that a file lists; return what is not as it says."""
    known: Deviations = json.loads(listed.read_text("utf-8"))
    wrong = [f"{name}: not listed: {found[name]}" for name in found.keys() - known.keys()]
    wrong += [f"{name}: listed, and passes" for name in known.keys() - found.keys()]
    both = found.keys() & known.keys()
    wrong += [
        f"{name}: listed as {known[name]}, is {found[name]}"
        for name in both
        if known[name] != found[name]
    ]
    return sorted(wrong)


def write(found: Deviations, file: Path) -> None:
    """Write deviations as a file that `list_wrong` reads."""
    text = json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", "utf-8")


def _flat(node: Mapping[str, Any]) -> Iterable[str]:
    """Yield each statement about a node of JSON-LD as a line, in whatever way they are grouped."""
    for key, value in node.items():
        for each in value if isinstance(value, list) else [value]:
            tagged = each.items() if isinstance(each, dict) else [("", each)]
            for tag, said in tagged:
                for one in said if isinstance(said, list) else [said]:
                    written = json.dumps([node.get("id"), key, tag, one], ensure_ascii=False)
                    yield _BLANK.sub("_:b", written)


def _shown(lines: Iterable[str]) -> list[str]:
    return [line[:_LONGEST] for line in sorted(lines)[:_SHOWN]]
