"""Read the named SPARQL queries of the site, and run them on a release."""

import csv
import io
import json
import logging
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox

from server.engine import faults
from server.engine.interface import (
    CSV,
    JSON,
    BoundText,
    Question,
)
from server.release.current import Release
from transform.rdf.namespaces import RDF_TYPE, at_home
from transform.text.message import message

_N_TRIPLES = "application/n-triples"
_TYPE = ox.NamedNode(RDF_TYPE)
Row = dict[str, dict[str, str]]
_log = logging.getLogger(__name__)


@cache
def read(name: str) -> str:
    """Return the text of a query."""
    return files(__name__).joinpath(f"{name}.rq").read_text("utf-8")


def write_order(languages: Sequence[str]) -> BoundText:
    """Write the order of languages in which queries choose labels: these, none, then any other.

    What stands behind a language between blanks is the longer, the better it is.
    """
    return BoundText(f" {' '.join(languages)}  .")


def find_triples(release: Release, name: str, **bindings: str | BoundText) -> list[ox.Triple]:
    """Run a named CONSTRUCT query; return its triples in a fixed order."""
    return ask_triples(release, read(name), **bindings)


def ask_triples(release: Release, text: str, **bindings: str | BoundText) -> list[ox.Triple]:
    """Run the text of a CONSTRUCT query; return its triples in a fixed order."""
    quads = ox.parse(_ask(release, text, None, bindings), format=ox.RdfFormat.N_TRIPLES)
    return sort_triples(quad.triple for quad in quads)


def find_labels(release: Release, iris: Iterable[str]) -> list[ox.Triple]:
    """Return the labels of many resources at once.

    VALUES takes no variable, so the IRIs are written into the text, as the engine's own terms
    write them: without a character that could end an IRI.
    """
    terms: list[str] = []
    for iri in iris:
        try:
            terms.append(str(ox.NamedNode(iri)))
        except ValueError:  # a relative IRI, which has no label
            continue
    if not terms:
        return []
    return ask_triples(release, read("labels-of").replace("#THINGS", " ".join(terms)))


def sort_triples(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Sort triples by subject, each with its type first."""
    return sorted(triples, key=lambda t: (str(t.subject), t.predicate != _TYPE, str(t)))


def find_rows(
    release: Release,
    name: str,
    limit: int | None = None,
    offset: int = 0,
    **bindings: str | BoundText,
) -> list[Row]:
    """Run a named SELECT query; return its rows as in SPARQL 1.1 Query Results JSON."""
    return ask_rows(release, read(name), limit, offset, **bindings)


def ask_rows(
    release: Release,
    text: str,
    limit: int | None = None,
    offset: int = 0,
    **bindings: str | BoundText,
) -> list[Row]:
    """Run the text of a SELECT query; return its rows, one page of them with a limit."""
    if limit is not None:  # the grammar allows no variable here
        page = f"LIMIT {int(limit)} OFFSET {int(offset)}\n"
        text = text.replace("#PAGE", page) if "#PAGE" in text else f"{text}\n{page}"
    answer: dict[str, Any] = json.loads(_ask(release, text, JSON, bindings))
    rows: list[Row] = answer["results"]["bindings"]
    return rows


def find_table(release: Release, name: str, **bindings: str | BoundText) -> list[list[str]]:
    """Run a named SELECT query of very many rows; return their texts, sorted.

    The answer is CSV: a quarter of the bytes of JSON, and parsed in C.
    """
    text = _ask(release, read(name), CSV, bindings).decode()
    return sorted(list(csv.reader(io.StringIO(text, newline="")))[1:])


def find_rows_about(
    release: Release, name: str, iris: Iterable[str], **bindings: str | BoundText
) -> list[Row]:
    """Run a named SELECT query about many resources at once; see `find_labels`."""
    terms = [str(ox.NamedNode(iri)) for iri in iris]
    text = read(name).replace("#THINGS", " ".join(terms))
    return ask_rows(release, text, None, 0, **bindings)


def _ask(
    release: Release, text: str, solutions: str | None, bindings: dict[str, str | BoundText]
) -> bytes:
    text = at_home(text.encode(), release.base_uri).decode()
    question = Question(
        text, release.base_uri, solutions, None if solutions else _N_TRIPLES, bindings=bindings
    )
    try:
        with release.engine.ask(question) as answer:
            return b"".join(answer.body)
    except faults.EngineFault as fault:
        if fault.status >= 500:
            raise
        # The client sent no query, so it cannot correct this one.
        _log.error("the engine refused a query of the site: %s: %s", fault.kind, fault.detail)
        raise faults.EngineDown(message("pages.refused_question")) from fault
