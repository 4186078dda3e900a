"""Read the SPARQL texts of the site by name, and ask them of a release."""

import csv
import io
import json
import logging
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox

from server.engine import faults
from server.engine.interface import (
    CSV,
    JSON,
    Question,
    Text,
)
from server.release.current import Release
from transform.rdf.namespaces import RDF_TYPE

EXAMPLES = (
    "lignes", "categories", "organismes", "statuts", "nouvelles", "benefices", "graphes"
)  # fmt: skip
_N_TRIPLES = "application/n-triples"
_TYPE = ox.NamedNode(RDF_TYPE)
Row = dict[str, dict[str, str]]
_log = logging.getLogger(__name__)


@cache
def read(name: str) -> str:
    """Give the text of a query."""
    return files(__name__).joinpath(f"{name}.rq").read_text("utf-8")


def example(name: str, base_uri: str, language: str = "fr") -> str:
    """Give an example as people can copy it: with the prefix of the release in place.

    Names of categories and statuses are in the language of the reader.
    """
    text = read(f"exemple-{name}").replace("<def#>", f"<{base_uri}def#>")
    return text.replace(') = "fr")', f') = "{language}")')


def find_triples(release: Release, name: str, **bindings: str | Text) -> list[ox.Triple]:
    """Ask a CONSTRUCT query; give its triples in a fixed order."""
    found = ox.parse(_ask(release, read(name), None, bindings), format=ox.RdfFormat.N_TRIPLES)
    return in_order(quad.triple for quad in found)


def find_labels(release: Release, iris: Iterable[str]) -> list[ox.Triple]:
    """Give the labels of many things at once.

    VALUES takes no variable, so the IRIs are written into the text: only as the engine's own terms
    write them, which hold no character that could end an IRI.
    """
    things: list[str] = []
    for iri in iris:
        try:
            things.append(str(ox.NamedNode(iri)))
        except ValueError:  # relative: another store may hold such, and nothing names it
            continue
    if not things:
        return []
    text = read("labels-of").replace("#THINGS", " ".join(things))
    found = ox.parse(_ask(release, text, None, {}), format=ox.RdfFormat.N_TRIPLES)
    return in_order(quad.triple for quad in found)


def in_order(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Give triples in the order in which they read well: by subject, what it is first."""
    return sorted(triples, key=lambda t: (str(t.subject), t.predicate != _TYPE, str(t)))


def find_rows(
    release: Release,
    name: str,
    limit: int | None = None,
    offset: int = 0,
    **bindings: str | Text,
) -> list[Row]:
    """Ask a SELECT query by name; give its rows as SPARQL 1.1 Query Results JSON has them."""
    return ask_rows(release, read(name), limit, offset, **bindings)


def ask_rows(
    release: Release,
    text: str,
    limit: int | None = None,
    offset: int = 0,
    **bindings: str | Text,
) -> list[Row]:
    """Ask the text of a SELECT query; give its rows likewise, a page of them with a limit."""
    if limit is not None:  # the grammar takes no variable here
        page = f"LIMIT {int(limit)} OFFSET {int(offset)}\n"
        text = text.replace("#PAGE", page) if "#PAGE" in text else f"{text}\n{page}"
    answer: dict[str, Any] = json.loads(_ask(release, text, JSON, bindings))
    rows: list[Row] = answer["results"]["bindings"]
    return rows


def find_table(release: Release, name: str, **bindings: str | Text) -> list[list[str]]:
    """Ask a SELECT query of very many rows by name; give them bare, each once, in a fixed order.

    As CSV: a quarter of the bytes of JSON, and it is read in C.
    """
    text = _ask(release, read(name), CSV, bindings).decode()
    return sorted(list(csv.reader(io.StringIO(text, newline="")))[1:])


def find_about(
    release: Release, name: str, iris: Iterable[str], **bindings: str | Text
) -> list[Row]:
    """Ask a SELECT query about many things at once; see `find_labels`."""
    things = [str(ox.NamedNode(iri)) for iri in iris]
    text = read(name).replace("#THINGS", " ".join(things))
    return ask_rows(release, text, None, 0, **bindings)


def _ask(
    release: Release, text: str, solutions: str | None, bindings: dict[str, str | Text]
) -> bytes:
    question = Question(
        text, release.base_uri, solutions, None if solutions else _N_TRIPLES, bindings=bindings
    )
    try:
        with release.engine.ask(question) as answer:
            return b"".join(answer.body)
    except faults.EngineFault as fault:
        if fault.status >= 500:
            raise
        # Who asks for a page has asked no query, and cannot mend ours.
        _log.error("the engine refused a query of the site: %s: %s", fault.kind, fault.detail)
        raise faults.EngineDown(
            "The engine refused a query of the site itself: come again in a moment."
        ) from fault
