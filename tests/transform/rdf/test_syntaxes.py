"""What is written in a syntax reads back as the same statements."""

import io
import json
import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ontology
from transform.rdf.syntaxes import (
    BY_SUFFIX,
    SYNTAXES,
    NotExpressible,
    prefixes,
    write,
    write_bytes,
)
from transform.rdf.turtle_writer import FIRST

BASE = "https://exemple.gouv.qc.ca/ia/"
XSD = "http://www.w3.org/2001/XMLSchema#"
PIA = f"{BASE}def#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)


datatypes = st.sampled_from(
    [XSD + n for n in ("string", "integer", "boolean", "gYear", "date", "negativeInteger")]
    + ["skos:faux", "urn:x&y"]
)
# No surrogates: they are no characters. XML cannot hold the other excluded ones.
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r")
)
literals = st.one_of(
    st.builds(lambda v, d: ox.Literal(v, datatype=iri(d)), printable, datatypes),
    st.builds(lambda v, t: ox.Literal(v, language=t), printable, st.sampled_from(["fr", "en-ca"])),
    st.integers().map(lambda n: ox.Literal(str(n), datatype=iri(XSD + "integer"))),
    st.booleans().map(ox.Literal),
)
names = st.sampled_from(
    [
        f"{PIA}categorie",
        f"{PIA}effectif",
        f"{PIA}revise",
        f"{PIA}annee",
        f"{PIA}nomTelQuEcrit",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://purl.org/dc/terms/isPartOf",
        "http://exemple.invalid/autre",
        "skos:broader",
        "urn:x:y",
    ]
)
nodes = names.map(iri) | st.sampled_from([f"{BASE}id/initiative/a", "pia:faux"]).map(iri)
triples = st.lists(st.builds(ox.Triple, nodes, names.map(iri), nodes | literals), max_size=8)


@pytest.mark.parametrize("suffix", [s.suffix for s in SYNTAXES if not s.named_graphs])
@given(triples)
def test_triples_read_back(suffix: str, triples: list[ox.Triple]) -> None:
    syntax = BY_SUFFIX[suffix]
    written = write_bytes(triples, syntax, BASE)
    assert {quad.triple for quad in ox.parse(written, format=syntax.rdf)} == set(triples)


@pytest.mark.parametrize("suffix", ["nq", "trig"])
def test_quads_read_back(suffix: str) -> None:
    quads = [ox.Quad(iri(f"{BASE}a"), iri(f"{PIA}b"), ox.Literal("é\r"), iri(f"{BASE}graph/2025"))]
    out = io.BytesIO()
    write(quads, BY_SUFFIX[suffix], out, BASE)
    assert list(ox.parse(out.getvalue(), format=BY_SUFFIX[suffix].rdf)) == quads


def test_xml_declares_prefixes_in_the_order_of_their_names() -> None:
    triple = ox.Triple(iri(f"{BASE}a"), iri(f"{PIA}b"), ox.Literal('xmlns:zz="x"'))
    text = write_bytes([triple], BY_SUFFIX["rdf"], BASE).decode().partition(">\n\t")[0]
    declared = re.findall('xmlns:([^=]+)="', text)
    assert declared == sorted(declared)
    assert set(declared) >= set(prefixes(BASE))


# Neither a name in a literal nor one in an IRI uses a prefix.
HIDDEN = ox.Literal('a "skos:b" \\ owl:c .\n<x> dc:d <y> .\n}\n', language="fr")


@pytest.mark.parametrize(("suffix", "graphs"), [("ttl", 0), ("trig", 0), ("trig", 1), ("trig", 2)])
@pytest.mark.parametrize("things", [1, 3, FIRST + 2])
def test_turtle_declares_what_it_uses_and_parts_subjects(
    suffix: str, graphs: int, things: int
) -> None:
    named: list[ox.NamedNode | ox.DefaultGraph] = [iri(f"{BASE}graph/{n}") for n in range(graphs)]
    quads = [
        ox.Quad(iri(f"{BASE}id/{n}"), iri(predicate), HIDDEN, graph)
        for graph in named or [ox.DefaultGraph()]
        for n in range(things)
        for predicate in (f"{PIA}b", "http://purl.org/dc/terms/c", "urn:prov:d")
    ]
    out = io.BytesIO()
    write(quads, BY_SUFFIX[suffix], out, BASE)
    text = out.getvalue().decode()
    head, *blocks = text.split("\n\n")
    assert re.findall(r"@prefix (\w+): <[^>]*> \.", head) == ["dcterms", "pia"]
    assert len(blocks) == things * max(graphs, 1)
    assert all(block.count(" .\n") + block.endswith(" .") == 1 for block in blocks)
    assert list(ox.parse(text, format=BY_SUFFIX[suffix].rdf)) == quads


def test_a_stream_of_turtle_keeps_later_namespaces_whole() -> None:
    early = [ox.Triple(iri(f"{BASE}{n}"), iri(f"{PIA}b"), ox.Literal(n)) for n in range(FIRST)]
    late = ox.Triple(iri(f"{BASE}z"), iri("http://purl.org/dc/terms/c"), ox.Literal("é"))
    written = write_bytes([*early, late], BY_SUFFIX["ttl"], BASE)
    assert written.endswith(b'z> <http://purl.org/dc/terms/c> "\xc3\xa9" .\n')
    assert {q.triple for q in ox.parse(written, format=ox.RdfFormat.TURTLE)} == {*early, late}


def test_xml_keeps_carriage_returns() -> None:
    triple = ox.Triple(iri(f"{BASE}a"), iri(f"{PIA}b"), ox.Literal("un\r\ndeux\r"))
    written = write_bytes([triple], BY_SUFFIX["rdf"], BASE)
    assert b"un&#xD;\ndeux&#xD;" in written


@pytest.mark.parametrize(
    ("predicate", "text", "message"),
    [
        (f"{PIA}b", "a\x01", r"control character U\+0001"),
        (f"{PIA}b", "a\ufffe", r"control character U\+FFFE"),
        (f"{PIA}2025", "a", "does not end with an XML name"),
        (f"{PIA}a/", "a", "does not end with an XML name"),
        (f"{PIA}aª", "a", "does not end with an XML name"),
        (f"{RDF}li", "a", "means something else"),
        (f"{RDF}Description", "a", "means something else"),
    ],
)
def test_xml_says_what_it_cannot_write(predicate: str, text: str, message: str) -> None:
    triple = ox.Triple(iri(f"{BASE}a"), iri(predicate), ox.Literal(text))
    with pytest.raises(NotExpressible, match=message):
        write_bytes([triple], BY_SUFFIX["rdf"], BASE)


RTL = ox.Literal("אבג", language="he", direction=ox.BaseDirection.RTL)
TERM = ox.Triple(iri("urn:a"), iri("urn:b"), ox.Literal("c\x01"))


@pytest.mark.parametrize(
    ("suffix", "predicate", "value", "message"),
    [
        ("rdf", f"{PIA}b", RTL, "base direction"),
        ("rdf", f"{PIA}b", TERM, "triple term"),
        ("rdf", f"{RDF}type", iri(f"{PIA}2025"), "class .* does not end with an XML name"),
        ("jsonld", f"{PIA}b", TERM, "triple term"),
    ],
)
def test_what_a_syntax_cannot_write_is_said(
    suffix: str, predicate: str, value: ox.Triple | ox.Literal, message: str
) -> None:
    with pytest.raises(NotExpressible, match=message):
        write_bytes([ox.Triple(iri(f"{BASE}a"), iri(predicate), value)], BY_SUFFIX[suffix], BASE)


def test_json_ld_keeps_the_base_direction() -> None:
    label = iri("http://www.w3.org/2000/01/rdf-schema#label")  # otherwise a map of languages
    triple = ox.Triple(iri(f"{BASE}a"), label, RTL)
    written = json.loads(write_bytes([triple], BY_SUFFIX["jsonld"], BASE))
    expected = {"@value": "אבג", "@language": "he", "@direction": "rtl"}
    assert expected in written["@graph"][0].values()


def test_json_ld_is_compact() -> None:
    about = iri(f"{BASE}id/portrait/2025/decompte/categorie/automatisation")
    statements = [
        ox.Triple(about, iri(f"{RDF}type"), iri(f"{PIA}Decompte")),
        ox.Triple(about, iri(f"{PIA}effectif"), ox.Literal("36", datatype=iri(XSD + "integer"))),
        ox.Triple(
            about,
            iri("http://www.w3.org/2000/01/rdf-schema#label"),
            ox.Literal("Automatisation, 2025", language="fr"),
        ),
        ox.Triple(about, iri(f"{PIA}decompteDe"), iri(f"{BASE}id/portrait/2025")),
    ]
    written = json.loads(write_bytes(statements, BY_SUFFIX["jsonld"], BASE))
    assert written["@context"] == ontology.context(f"{BASE}def#")["@context"]
    assert written["@graph"] == [
        {
            "id": about.value,
            "type": ["pia:Decompte"],
            "effectif": 36,
            "label": {"fr": "Automatisation, 2025"},
            "decompteDe": f"{BASE}id/portrait/2025",
        }
    ]
