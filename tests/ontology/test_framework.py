"""The governance framework states what its documents do to each other, and no more."""

import re
from typing import NamedTuple

import pyoxigraph as ox
import pytest

import ontology
from tests.conftest import PROJECT

BASE = "https://données.exemple/ia/"
FACTS = PROJECT.parent / "shared" / "facts" / "cadre.md"
DCTERMS = "http://purl.org/dc/terms/"
ELI = "http://data.europa.eu/eli/ontology#"
FOAF = "http://xmlns.com/foaf/0.1/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
CADRE = f"{BASE}id/cadre/"
PREFIXES = {"eli": ELI, "dcterms": DCTERMS}

EFFECTS = {
    ("arrete-2025-02", "amends", "arrete-2024-02"),
    ("arrete-2025-02", "repeals", "enonce-2024"),
    ("enonce-2025", "replaces", "enonce-2024"),
    ("ia-ri-2025-003-op", "repeals", "ia-ri-2025-001-op"),
}
DATES = {
    ("strategie-2021-2026", "issued", "2021-06-30"),
    ("arrete-2024-01", "date_document", "2024-02-28"),
    ("arrete-2024-02", "date_document", "2024-06-27"),
    ("arrete-2024-02", "date_publication", "2024-08-07"),
    ("arrete-2025-02", "date_document", "2025-12-03"),
    ("arrete-2025-02", "date_publication", "2025-12-17"),
    ("ia-ri-2025-001-op", "date_no_longer_in_force", "2025-12-05"),
    ("ia-ri-2025-003-op", "date_document", "2025-12-05"),
    ("ia-ri-2025-003-op", "first_date_entry_in_force", "2025-12-05"),
    ("ia-ri-2025-003-op", "date_applicability", "2026-06-05"),
}


class Statement(NamedTuple):
    """A statement whose subject is named and whose object is named or a text."""

    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal


def triples() -> list[Statement]:
    return [
        Statement(quad.subject.value, quad.predicate.value, quad.object)
        for quad in ox.parse(ontology.read("cadre"), ox.RdfFormat.TURTLE, base_iri=BASE)
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode | ox.Literal)
    ]


def short(iri: str) -> str:
    return re.split("[/#]", iri)[-1]


def objects(predicate: str) -> dict[str, list[str]]:
    by_subject: dict[str, list[str]] = {}
    for statement in triples():
        if statement.predicate == predicate and statement.subject.startswith(CADRE):
            by_subject.setdefault(short(statement.subject), []).append(statement.object.value)
    return by_subject


def test_every_document_is_a_legal_resource_or_a_document() -> None:
    types = objects(RDF_TYPE)
    law = {name for name, classes in types.items() if ELI + "LegalResource" in classes}
    paper = {name for name, classes in types.items() if FOAF + "Document" in classes}

    assert len(types) == 17
    assert law | paper == set(types)
    assert law & paper == set()
    assert {short(t.object.value) for t in triples() if short(t.predicate) == "hasPart"} == set(
        types
    )


def test_every_document_has_a_title_and_two_labels() -> None:
    titles, labels = objects(DCTERMS + "title"), objects(RDFS + "label")
    assert titles.keys() == labels.keys() == objects(RDF_TYPE).keys()
    for name, (title,) in titles.items():
        assert len(labels[name]) == 2
        assert title in labels[name]


def test_only_the_annex_is_replaced_not_the_order() -> None:
    effects = {
        (short(t.subject), short(t.predicate), short(t.object.value))
        for t in triples()
        if short(t.predicate) in ("amends", "repeals", "replaces")
    }
    assert effects == EFFECTS
    assert ELI + "LegalResourceSubdivision" in objects(RDF_TYPE)["enonce-2024"]


def test_a_date_is_there_only_where_its_day_is_known() -> None:
    dates = {
        (short(t.subject), short(t.predicate), t.object.value)
        for t in triples()
        if isinstance(t.object, ox.Literal) and t.object.datatype.value == XSD + "date"
    }
    assert dates == DATES


@pytest.mark.parametrize("trap", ["implements", "in_force", "published_in", "title", "passed_by"])
def test_eli_properties_that_would_say_something_false_are_not_used(trap: str) -> None:
    assert objects(ELI + trap) == {}


def test_the_statement_of_principles_has_ten_and_then_twelve() -> None:
    contents = objects(DCTERMS + "tableOfContents")
    counted = {name: text.count(" ; ") + 1 for name, (text,) in contents.items()}
    assert counted == {"enonce-2024": 10, "enonce-2025": 12}
    assert contents["enonce-2025"][0].startswith(contents["enonce-2024"][0])
    assert contents["enonce-2025"][0].endswith("12 souveraineté numérique")


def test_links_lead_to_documents_that_are_there() -> None:
    linked = {
        t.object.value
        for t in triples()
        if isinstance(t.object, ox.NamedNode) and t.object.value.startswith(BASE)
    }
    assert {short(iri) for iri in linked} == set(objects(RDF_TYPE))


def test_documents_and_relations_are_those_of_the_facts() -> None:
    if not FACTS.exists():
        pytest.skip("the tables of facts are not part of the package; they stand beside it or not")
    text = FACTS.read_text(encoding="utf-8")
    documents = set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE))
    line = r"^([a-z][a-z0-9-]+)\s+(eli|dcterms):(\w+)\s+([a-z][a-z0-9-]+)"
    relations = {
        (one, PREFIXES[prefix] + prop, two)
        for one, prefix, prop, two in re.findall(line, text, re.MULTILINE)
        if one in documents
    }
    statements = {(short(t.subject), t.predicate, short(t.object.value)) for t in triples()}

    assert documents == set(objects(RDF_TYPE))
    assert len(relations) == 10
    assert relations <= statements
