"""Results and graphs in every format read back the same, with other parsers."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.query import Result

from transform.text.csv_injection import original_cell

CONSTRUCT = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"
CELLS = """SELECT ?a ?b { VALUES (?a ?b) {
  ("été; \\"oui\\"" "un\\r\\ndeux") ("=HYPERLINK(1)" 12) (<http://a/b;c> UNDEF) } }"""
QUERY = "application/sparql-query"
SOLUTIONS = ["json", "xml", "csv", "tsv", "excel"]
GRAPHS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml", "nq": "nquads",
          "trig": "trig"}  # fmt: skip
NS = "{http://www.w3.org/2005/sparql-results#}"
ITS = "{http://www.w3.org/2005/11/its}dir"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What breaks careless writers, and any text at all: an XML parser loses bare carriage returns, a
# spreadsheet splits at separators, RTL overrides and marks are text like any other.
nasty = st.sampled_from(
    ["\r", "\n", "\r\n", "\t", '"', '""', "'", "\\", "\\n", ",", ";", "<", "&amp;", "]]>", " ",
     "\x00", "\x01", "\x0b", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffd", "\ufffe", "\uffff",
     "\u202e", "\u200f", "é", "e\u0301", "😀", "\U0010ffff", "=1+1", "<<( ", "_:b", "@fr"]
)  # fmt: skip
texts = st.lists(nasty | st.text(max_size=3), max_size=6).map("".join)
cells = st.tuples(texts, st.sampled_from(["", "@fr", "@en-ca", "^^<urn:type>", "@he--rtl"]))
rows = st.lists(cells, min_size=1, max_size=8)


def written(text: str) -> str:
    """Write a text as a string of SPARQL."""
    return '"' + "".join(f"\\U{ord(character):08X}" for character in text) + '"'


def ask(site: str, fetch: Any, query: str, form: str) -> Any:
    return fetch(f"{site}sparql?format={form}", "POST", query.encode(), Content_Type=QUERY)


def unwritable(reply: Any, values: Iterable[str]) -> bool:
    """Check that XML was refused only where it cannot express the answer."""
    needed = any(NOT_XML.search(value) for value in values)
    assert reply.status == (406 if needed else 200), reply.text
    assert not needed or json.loads(reply.body)["kind"] == "unwritable"
    return needed


@pytest.mark.parametrize("form", SOLUTIONS)
@settings(max_examples=60, deadline=None, derandomize=True)
@example([("a\x01", "")])
@example([("\r", "@fr"), (" \r\n ", "")])
@given(rows)
def test_rows_read_back(site: str, fetch: Any, form: str, rows: list[tuple[str, str]]) -> None:
    values = " ".join(f"({written(text)}{kind})" for text, kind in rows)
    query = f"SELECT ?x ('é' AS ?y) {{ VALUES (?x) {{ {values} }} }}"
    reply = ask(site, fetch, query, form)
    if form == "xml" and unwritable(reply, (text for text, _ in rows)):
        return
    assert reply.status == 200, reply.text
    read = {"json": read_json, "xml": read_xml, "tsv": read_tsv, "csv": read_csv, "excel": read_csv}
    plain = form in ("csv", "excel")  # they hold texts only
    assert read[form](reply.body) == [(text, "" if plain else kind) for text, kind in rows]


def read_json(body: bytes) -> list[tuple[str, str]]:
    terms = [row["x"] for row in json.loads(body)["results"]["bindings"]]
    return [
        (x["value"], kind(x.get("xml:lang"), x.get("its:dir"), x.get("datatype"))) for x in terms
    ]


def read_xml(body: bytes) -> list[tuple[str, str]]:
    literals = ElementTree.fromstring(body).iterfind(f".//{NS}binding[@name='x']/{NS}literal")
    return [(x.text or "", kind(x.get(LANG), x.get(ITS), x.get("datatype"))) for x in literals]


def kind(language: str | None, direction: str | None, datatype: str | None) -> str:
    if language:
        return f"@{language}--{direction}" if direction else f"@{language}"
    return f"^^<{datatype}>" if datatype else ""


def read_tsv(body: bytes) -> list[tuple[str, str]]:
    first_cells = [line.split("\t")[0] for line in body.decode().split("\n")[1:-1]]
    pattern = re.compile(r'"((?:[^"\\]|\\.)*)"(.*)', re.DOTALL)
    escapes = {"t": "\t", "n": "\n", "r": "\r", '"': '"', "\\": "\\"}
    cells = [pattern.fullmatch(cell) for cell in first_cells]
    return [(re.sub(r"\\(.)", lambda m: escapes[m[1]], cell[1]), cell[2]) for cell in cells if cell]


def read_csv(body: bytes) -> list[tuple[str, str]]:
    text = body.decode()
    assert "\r\n" in text
    excel = text.startswith("\ufeffx;y")
    reader = csv.reader(io.StringIO(text[excel:], newline=""), delimiter=";" if excel else ",")
    head, *rest = reader
    assert head == ["x", "y"]
    read_cell = original_cell if excel else str
    return [(read_cell(row[0]), "") for row in rest if row[1] == "é"]


RDFLIB = {"json": "json", "xml": "xml", "csv": "csv", "tsv": "tsv"}
TERMS = """SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) {
  ("été"@fr <http://a/b?c=1&d='e'> 12 true) ("un \\"mot\\"" UNDEF 1.5 false) } }"""


@pytest.mark.parametrize("form", RDFLIB)
def test_rdflib_reads_the_same_rows(site: str, fetch: Any, form: str) -> None:
    reply = ask(site, fetch, TERMS, form)
    read = Result.parse(io.BytesIO(reply.body), format=form, content_type=reply.kind)
    rows_read = [tuple(str(term) if term is not None else None for term in row) for row in read]  # type: ignore[union-attr]
    assert rows_read == [
        ("été", "http://a/b?c=1&d='e'", "12", "true"),
        ('un "mot"', None, "1.5", "false"),
    ]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(("query", "truth"), [("ASK {}", True), ("ASK { <a:a> ?p ?o }", False)])
def test_rdflib_reads_the_same_truth(
    site: str, fetch: Any, form: str, query: str, truth: bool
) -> None:
    reply = ask(site, fetch, query, form)
    assert Result.parse(io.BytesIO(reply.body), format=form).askAnswer is truth


# rdflib's parsers use what rdflib wants to be rid of.
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
@pytest.mark.parametrize("form", GRAPHS)
@settings(max_examples=40, deadline=None, derandomize=True)
@example([("a\x0b", "")])
@example([("\r\n\r", "@fr")])
@given(st.lists(cells.filter(lambda cell: "--" not in cell[1]), min_size=1, max_size=6))
def test_graphs_read_back(site: str, fetch: Any, form: str, rows: list[tuple[str, str]]) -> None:
    values = " ".join(written(text) + kind for text, kind in rows)
    query = f"CONSTRUCT {{ <urn:s> <urn:p:q> ?o }} WHERE {{ VALUES ?o {{ {values} }} }}"
    reply = ask(site, fetch, query, form)
    if form == "rdf" and unwritable(reply, (text for text, _ in rows)):
        return
    assert reply.status == 200, reply.text
    graph = rdflib.Dataset(default_union=True) if form in ("nq", "trig") else rdflib.Graph()
    graph.parse(data=reply.body, format=GRAPHS[form], publicID="urn:base")
    terms = {
        (str(o), f"@{o.language}" if o.language else f"^^<{o.datatype}>" if o.datatype else "")
        for o in graph.objects()
        if isinstance(o, rdflib.Literal)
    }
    assert terms == {(text, kind) for text, kind in rows}


PREDICATES = [
    ("http://a/b", 200),
    ("http://a/é", 200),
    ("urn:x:y", 200),
    ("http://a/b-c.d_e9", 200),
    ("http://a/9", 406),
    ("http://a/b/", 406),
    ("http://a/b?c=1&d=", 406),
    ("http://a/b%C3%A9", 200),
    ("http://a/aª", 406),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#li", 406),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#about", 406),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#_1", 200),
]


@pytest.mark.parametrize(("predicate", "status"), PREDICATES)
def test_rdf_xml_has_the_predicate_or_says_why_not(
    site: str, fetch: Any, predicate: str, status: int
) -> None:
    reply = ask(site, fetch, f"CONSTRUCT {{ <a:s> <{predicate}> 1 }} WHERE {{}}", "rdf")
    assert reply.status == status, reply.text
    if status == 200:
        [triple] = rdflib.Graph().parse(data=reply.body, format="xml")
        assert str(triple[1]) == predicate
    else:
        assert predicate in json.loads(reply.body)["detail"]


NAMED_BY_NUMBER = "CONSTRUCT { <a:s> a <http://a/Q5> , <http://a/5> } WHERE {}"


def test_rdf_xml_says_that_a_class_is_no_name(site: str, fetch: Any) -> None:
    reply = ask(site, fetch, NAMED_BY_NUMBER, "rdf")
    assert reply.status == 406
    assert "http://a/5" in json.loads(reply.body)["detail"]


# SPARQL 1.2: each query with its one term as a SPARQL text.
TWELVE = [
    ('VERSION "1.2" SELECT (1 AS ?x) {}', "1"),
    ('SELECT (<<( <a:a> <a:b> "c,\\"d\\"" )>> AS ?x) {}', '<<( <a:a> <a:b> "c,\\"d\\"" )>>'),
    ("SELECT (TRIPLE(<a:a>, <a:b>, 'é'@fr) AS ?x) {}", '<<( <a:a> <a:b> "é"@fr )>>'),
    (
        "SELECT (<<( <a:a> <a:b> <<( <a:c> <a:d> 1 )>> )>> AS ?x) {}",
        "<<( <a:a> <a:b> <<( <a:c> <a:d> 1 )>> )>>",
    ),
    ("SELECT (SUBJECT(<<( <a:a> <a:b> <a:c> )>>) AS ?x) {}", "<a:a>"),
    ("SELECT (PREDICATE(<<( <a:a> <a:b> <a:c> )>>) AS ?x) {}", "<a:b>"),
    ("SELECT (OBJECT(<<( <a:a> <a:b> <a:c> )>>) AS ?x) {}", "<a:c>"),
    ("SELECT (isTRIPLE(<<( <a:a> <a:b> <a:c> )>>) AS ?x) {}", "true"),
    ("SELECT (STRLANGDIR('אבג', 'he', 'rtl') AS ?x) {}", '"אבג"@he--rtl'),
    ("SELECT ('אבג'@he--rtl AS ?x) {}", '"אבג"@he--rtl'),
    ("SELECT (LANGDIR('אבג'@he--rtl) AS ?x) {}", '"rtl"'),
    ("SELECT (hasLANG('é'@fr) AS ?x) {}", "true"),
    ("SELECT (hasLANGDIR('é'@fr) AS ?x) {}", "false"),
]


@pytest.mark.parametrize(("query", "term"), TWELVE)
def test_sparql_1_2_in_every_format(site: str, fetch: Any, query: str, term: str) -> None:
    replies = {form: ask(site, fetch, query, form) for form in SOLUTIONS}
    assert {form: reply.status for form, reply in replies.items()} == dict.fromkeys(SOLUTIONS, 200)
    assert replies["tsv"].text == f"?x\n{term}\n"
    assert from_json(json.loads(replies["json"].body)["results"]["bindings"][0]["x"]) == term
    [bound] = ElementTree.fromstring(replies["xml"].body).iter(f"{NS}binding")
    assert from_xml(bound[0]) == term
    for form, separator in (("csv", ","), ("excel", ";")):
        text = replies[form].body.decode("utf-8-sig")
        [_, [cell]] = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        assert cell == plain(term)


def quoted(value: str, kind: str) -> str:
    if kind.startswith("^^<http://www.w3.org/2001/XMLSchema#"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{kind}'


def from_json(term: Any) -> str:
    if term["type"] == "triple":
        return f"<<( {' '.join(map(from_json, term['value'].values()))} )>>"
    if term["type"] == "uri":
        return f"<{term['value']}>"
    return quoted(
        term["value"], kind(term.get("xml:lang"), term.get("its:dir"), term.get("datatype"))
    )


def from_xml(term: ElementTree.Element) -> str:
    if term.tag == f"{NS}triple":
        return f"<<( {' '.join(from_xml(part[0]) for part in term)} )>>"
    if term.tag == f"{NS}uri":
        return f"<{term.text}>"
    return quoted(term.text or "", kind(term.get(LANG), term.get(ITS), term.get("datatype")))


def plain(term: str) -> str:
    """Return the text of a term in CSV; literals within triple terms keep their quotes, doubled."""
    if not term.startswith("<<("):
        return re.sub(r'^<(.*)>$|^"(.*)"(?:@\S+)?$', lambda m: m[1] or m[2], term)
    inner = re.sub(r'"((?:[^"\\]|\\.)*)"(?:@\S+)?', lambda m: f'"{m[1]}"', term)
    inner = inner.replace('\\"', '""').replace(" 1 ", ' "1" ')
    return re.sub(r"<(\w:\w)>", r"\1", inner)


REIFIED = """CONSTRUCT { ?s <http://a/says> <<( <a:a> <http://a/b> "é"@he--rtl )>> }
WHERE { VALUES ?s { <a:s> } }"""


@pytest.mark.parametrize(
    ("form", "status"),
    [("ttl", 200), ("nt", 200), ("nq", 200), ("trig", 200), ("rdf", 406), ("jsonld", 406)],
)
def test_graph_of_triple_terms(site: str, fetch: Any, form: str, status: int) -> None:
    reply = ask(site, fetch, REIFIED, form)
    assert reply.status == status, reply.text
    if status == 200:
        syntax = ox.RdfFormat.from_extension(form)
        [quad] = ox.parse(reply.body, format=syntax)
        literal = ox.Literal("é", language="he", direction=ox.BaseDirection.RTL)
        assert quad.object == ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("http://a/b"), literal)
    else:
        problem = json.loads(reply.body)
        assert problem["kind"] == "unwritable"
        assert "triple term" in problem["detail"]
        assert "N-Triples" in problem["detail"]


@pytest.mark.parametrize(
    ("form", "status"),
    [("json", 200), ("tsv", 200), ("xml", 200), ("csv", 406), ("excel", 406), ("html", 406)],
)
def test_triple_terms_nested_very_deep(site: str, fetch: Any, form: str, status: int) -> None:
    term = "<<( <a:a> <a:b> " * 1200 + "1" + " )>>" * 1200
    body = f"SELECT ?x {{ VALUES ?x {{ {term} }} }}"
    kind = "application/sparql-query"
    reply = fetch(f"{site}sparql?format={form}", "POST", body, Content_Type=kind)
    assert reply.status == status, reply.text
    if status == 406:
        assert json.loads(reply.body)["kind"] == "unwritable"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { << ?s ?p ?o >> ?x ?y }",
        "SELECT * { ?s ?p ?o ~ ?r {| ?x ?y |} }",
        "SELECT * { ?r <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( ?s ?p ?o )>> }",
    ],
)
def test_reified_statements_can_be_asked_for(site: str, fetch: Any, query: str) -> None:
    reply = ask(site, fetch, query, "json")
    assert (reply.status, json.loads(reply.body)["results"]["bindings"]) == (200, [])


@pytest.mark.parametrize(
    ("name", "kind", "syntax"),
    [
        ("nq", "application/n-quads", ox.RdfFormat.N_QUADS),
        ("trig", "application/trig", ox.RdfFormat.TRIG),
        ("application/n-quads", "application/n-quads", ox.RdfFormat.N_QUADS),
    ],
)
def test_constructed_graph_as_a_dataset(
    site: str, fetch: Any, name: str, kind: str, syntax: ox.RdfFormat
) -> None:
    turtle = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': 'ttl'})}")
    reply = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': name})}")
    assert (reply.status, reply.kind) == (200, kind)
    expected = {quad.triple for quad in ox.parse(turtle.body, format=ox.RdfFormat.TURTLE)}
    assert {quad.triple for quad in ox.parse(reply.body, format=syntax)} == expected


def test_excel_opens_it_with_accents_and_columns(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CELLS, 'format': 'excel'})}")
    assert (reply.status, reply.kind) == (200, "text/csv")
    assert reply.body.startswith(b"\xef\xbb\xbfa;b\r\n")
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert reply.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [
        ['été; "oui"', "un\r\ndeux"],
        ["'=HYPERLINK(1)", "12"],
        ["http://a/b;c", ""],
    ]


def test_excel_is_never_negotiated(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CELLS})}", Accept="text/csv")
    assert reply.body.startswith(b"a,b\r\n")


def test_excel_is_for_rows_only(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?{urlencode({'query': CONSTRUCT, 'format': 'excel'})}")
    assert reply.status == 406
