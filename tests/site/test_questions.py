"""Saved questions on the real server: each is answered, as a page, as a file, in the editor."""

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from server.questions.library import describe
from server.questions.question import read_questions
from server.release.register import Register
from tests.support.docs_queries import SITE, shorten

HTML = {"Accept": "text/html"}
QUESTIONS = read_questions()
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "questions.json").read_text("utf-8")
)
Row = dict[str, str]
MINISTRY = "Ressources naturelles et des Forêts"


@pytest.fixture(scope="module")
def site(examples: str) -> str:
    """The example portraits, served."""
    return examples


def example_values(name: str) -> dict[str, str]:
    """Return the values that a question needs."""
    return {each.name: each.example for each in QUESTIONS[name].parameters if each.required}


def address_of(name: str, suffix: str, **more: str) -> str:
    return f"requetes/{name}.{suffix}?{urlencode({**example_values(name), **more})}"


def read_rows(reply: Any) -> list[Row]:
    """Return the rows of an answer in JSON: what stands in their cells, with short IRIs."""
    assert reply.status == 200, reply.text
    answer = json.loads(reply.body)
    return [
        {name: shorten(value["value"]) for name, value in row.items()}
        for row in answer["results"]["bindings"]
    ]


def test_there_are_many_and_all_are_expected() -> None:
    assert len(QUESTIONS) >= 25
    assert EXPECTED.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_answers_as_expected(site: str, fetch: Any, name: str, language: str) -> None:
    """`questions.json` has how many rows there are, `least` where facts grow, and some of them."""
    question, expected = QUESTIONS[name], EXPECTED[name]
    suffix = "nt" if question.form == "construct" else "json"
    reply = fetch(site + address_of(name, suffix, lang=language))
    if question.form == "construct":
        assert reply.status == 200
        assert len(reply.text.splitlines()) == expected["statements"]
    elif question.form == "ask":
        assert json.loads(reply.body)["boolean"] is expected["truth"]
    else:
        assert json.loads(reply.body)["head"]["vars"] == list(question.columns)
        rows = read_rows(reply)
        assert len(rows) == expected.get("number", len(rows)) >= expected.get("least", 0)
        rows = [{key: row.get(key, "") for key in question.columns} for row in rows]
        for wanted in expected[language]:
            assert any(wanted.items() <= row.items() for row in rows)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_a_page(site: str, fetch: Any, name: str) -> None:
    language = ("fr", "en")[len(name) % 2]
    page = fetch(f"{site}requetes/{name}?lang={language}", headers=HTML)
    assert page.status == 200
    assert f'<html lang="{language}">' in page.text
    first_word = describe(QUESTIONS[name], Register(), language).title.split(" ")[0]
    assert first_word in html.unescape(page.text)


def portrait_rows() -> list[Row]:
    """Read the files of the example by themselves."""
    rows = []
    for year, delimiter in (("2024", ","), ("2025", ";")):
        file = files("transform").joinpath("examples", f"exemple-portrait-{year}.csv")
        text = io.StringIO(file.read_text("utf-8-sig"))
        # A heading has other words each year, and begins with the same one.
        rows += [
            {"year": year} | {heading.split(" ")[0]: cell for heading, cell in row.items()}
            for row in csv.DictReader(text, delimiter=delimiter)
        ]
    return rows


def count(keys: Iterator[Any]) -> list[tuple[str, str]]:
    """Return the first part of each key, and how often it stands there."""
    return [(key[0].strip(), str(n)) for key, n in Counter(keys).items()]


# Each from the cells of the files, without the mapping, the graphs and the engine.
COUNTED: dict[str, tuple[list[str], Callable[[list[Row]], list[tuple[str, str]]]]] = {
    "categories": (
        ["annee", "lignes"],
        lambda rows: count((row["year"], row["Catégorie"]) for row in rows),
    ),
    "statuts": (
        ["annee", "lignes"],
        lambda rows: count((row["year"], row["Statut"]) for row in rows),
    ),
    "part-par-statut": (
        ["annee", "inscriptions"],
        lambda rows: count((row["year"], row["Statut"]) for row in rows),
    ),
    "orthographes": (
        ["texte", "inscriptions"],
        lambda rows: count(
            (row["Organisme"], row["year"]) for row in rows if MINISTRY in row["Organisme"]
        ),
    ),
    "lignes": (
        ["portrait", "lignes"],
        lambda rows: count((f"id/portrait/{row['year']}",) for row in rows),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_counts_are_those_of_the_files(site: str, fetch: Any, name: str) -> None:
    columns, count_them = COUNTED[name]
    rows = read_rows(fetch(site + address_of(name, "json", lang="fr")))
    shown = [tuple(row[column].strip() for column in columns) for row in rows]
    assert sorted(shown) == sorted(count_them(portrait_rows()))


def test_a_word_is_found_where_the_files_have_it(site: str, fetch: Any) -> None:
    for word in ("service", "QUALITÉ", 'a"b', "} UNION { ?s ?p ?o"):
        rows = read_rows(fetch(site + address_of("benefices", "json", mot=word)))
        hits = [row for row in portrait_rows() if word.lower() in row["Bénéfices"].lower()]
        assert len(rows) == len(hits)
        assert all(row["mot"] == word for row in rows)


FORMATS = {
    "csv": "text/csv", "excel": "text/csv", "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json", "xml": "application/sparql-results+xml",
}  # fmt: skip
GRAPHS = {
    "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples",
    "rdf": "application/rdf+xml", "nq": "application/n-quads", "trig": "application/trig",
}  # fmt: skip


def test_each_format_is_by_suffix_by_parameter_and_by_accept(site: str, fetch: Any) -> None:
    for name, formats in (("lignes", FORMATS), ("initiative-rdf", GRAPHS)):
        values = urlencode(example_values(name))
        for suffix, kind in formats.items():
            by_suffix = fetch(f"{site}requetes/{name}.{suffix}?{values}", Accept="text/html")
            by_name = fetch(f"{site}requetes/{name}?{values}&format={suffix}")
            assert (
                (by_suffix.status, by_suffix.kind) == (by_name.status, by_name.kind) == (200, kind)
            )
            assert by_suffix.body == by_name.body
            if suffix != "excel":
                assert fetch(f"{site}requetes/{name}?{values}", Accept=kind).kind == kind
        refused = fetch(f"{site}requetes/{name}.pdf?{values}")
        assert refused.status == 406
        offered = {"text/html", *formats.values(), "application/sparql-query"}
        assert set(json.loads(refused.body)["offered"]) == offered
    assert fetch(f"{site}requetes/lignes", Accept="text/turtle").status == 406
    assert fetch(f"{site}requetes/rien.csv").status == 404
    assert fetch(f"{site}requetes.pdf").status == 406


NOPE = "%3E%20%7D%20UNION%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"  # > } UNION { ?s ?p ?o }
WRONG = [
    ("initiatives-organisme.csv", "organisme"),
    ("initiatives-organisme.csv?organisme=", "organisme=universite-laval"),
    ("initiatives-organisme.csv?organisme=nulle-part", "nulle-part"),
    (f"initiatives-organisme.csv?organisme={NOPE}", "organisme"),
    ("initiatives-organisme.csv?organisme=universite-laval&organisme=x", "organisme"),
    ("initiatives-organisme?organisme=universite-laval&ville=x", "ville"),
    ("lignes?x=1", "“x”"),
    ("initiative-rdf.ttl?initiative=x%20y", "initiative"),
    ("initiative-rdf.ttl?initiative=https://example.org/", "initiative"),
    ("nouvelles?annee=1999", "2025, 2024"),
    ("nouvelles?annee=%D9%A2%D9%A0%D9%A2%D9%A5", "annee"),
    ("cadre?jour=hier", "jour"),
    ("cadre?jour=2025-02-30", "jour"),
    ("organismes-au-moins?nombre=1e3", "1e3"),
    ("organismes-au-moins?nombre=%D9%A1", "nombre"),
    ("benefices?mot=a%00b", "mot"),
    ("benefices?mot=" + 201 * "a", "200"),
    ("benefices?mot=a&" + 300 * "b" + "=c", "mot"),
]


@pytest.mark.parametrize(("path", "word"), WRONG)
def test_a_wrong_value_is_refused_in_the_language_of_the_page(
    site: str, fetch: Any, path: str, word: str
) -> None:
    join = "&" if "?" in path else "?"
    problem = fetch(f"{site}requetes/{path}{join}lang=en", Accept="application/json")
    told = json.loads(problem.body)
    assert (problem.status, told["kind"]) == (400, "wrong-parameter")
    assert word in told["detail"]
    french = fetch(f"{site}requetes/{path}{join}lang=fr", headers=HTML)
    assert french.status == 400
    detail = re.search(r'<p class="lead detail" lang="fr" data-as-is><bdi>(.*?)</bdi>', french.text)
    assert detail
    assert html.unescape(detail[1]) != told["detail"]
    back = re.search(r'class="button" href="([^"]+)"', french.text)
    assert back
    assert fetch(urljoin(f"{site}requetes/x", html.unescape(back[1]))).status == 200


def test_half_a_pair_and_broken_escapes_do_not_break(site: str, fetch: Any) -> None:
    for value in ("%ED%A0%80", "%FF", "%", "%E2%80%AE"):
        assert fetch(f"{site}requetes/benefices.csv?mot={value}").status in (200, 400)
        assert fetch(f"{site}requetes/benefices.csv?{value}=x").status == 400


def test_choices_are_sorted_as_readers_do_and_not_by_accents(site: str, fetch: Any) -> None:
    page = fetch(f"{site}requetes/portefeuille-par-annee", headers=HTML).text
    values = re.findall(r'<option value="([^"]+)"', page)
    assert values.index("culture-et-communications") < values.index("education")
    assert values.index("education") < values.index("emploi-et-solidarite-sociale")


def test_the_page_has_a_form_and_leads_to_files_and_editor(site: str, fetch: Any) -> None:
    address = f"{site}requetes/statut-initiatives"
    page = fetch(address, headers=HTML).text
    assert '<option value="information-indisponible" selected>' in page
    chosen = f"{address}?statut=solution-en-production&annee=2024"
    page = fetch(chosen, headers=HTML).text
    number = int(html.unescape(re.search(r'class="count">(\d+)', page)[1]))  # type: ignore[index]
    links = {html.unescape(each) for each in re.findall(r'href="([^"]+)"', page)}
    rows = read_rows(fetch(urljoin(address, next(each for each in links if ".json?" in each))))
    assert number == len(rows) == 82
    editor = urljoin(address, next(each for each in links if "sparql?query=" in each))
    assert read_rows(fetch(editor, Accept=FORMATS["json"])) == rows
    assert page.count("<tr>") == number + 1
    assert "noindex" in fetch(chosen, headers=HTML).headers["X-Robots-Tag"]
    assert "X-Robots-Tag" not in fetch(address, headers=HTML).headers


def test_the_query_is_a_file_and_leads_into_the_editor(site: str, fetch: Any) -> None:
    for path in ("statut-initiatives", "statut-initiatives?statut=information-indisponible"):
        name, _, values = path.partition("?")
        query = fetch(f"{site}requetes/{name}.rq?{values}&lang=fr")
        assert (query.status, query.kind) == (200, "application/sparql-query")
        assert query.text.startswith("# Quelles initiatives")
        redirect = fetch(f"{site}requetes/{name}?{values}&requete=1&lang=fr", headers=HTML)
        target = urljoin(f"{site}requetes/x", redirect.headers["Location"])
        assert redirect.status == 303
        assert parse_qs(urlsplit(target).query)["query"] == [query.text]
        assert len(read_rows(fetch(target, Accept=FORMATS["json"]))) == 11


def test_the_list_leads_to_each_question_and_its_descriptions(site: str, fetch: Any) -> None:
    for language in ("fr", "en"):
        reply = fetch(f"{site}requetes?lang={language}", headers=HTML)
        for name in QUESTIONS:
            assert f'requetes/{name}?lang={language}"' in reply.text
        assert 'rel="service-desc"' in reply.headers["Link"]
        home = fetch(f"{site}?lang={language}", headers=HTML).text
        assert f'href="./requetes?lang={language}"' in home
    sitemap = fetch(f"{site}sitemap/1.xml").text
    assert all(f"<loc>{SITE}requetes/{name}</loc>" in sitemap for name in QUESTIONS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_openapi_is_valid_and_describes_every_question(
    site: str, fetch: Any, language: str
) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    reply = fetch(f"{site}requetes/openapi.json?lang={language}")
    document = json.loads(reply.body)
    validator.validate(document)
    assert document["openapi"].startswith("3.1.")
    server = urljoin(f"{site}requetes/openapi.json", document["servers"][0]["url"]).rstrip("/")
    described = {
        path.removeprefix("/requetes/"): each["get"] for path, each in document["paths"].items()
    }
    assert described.keys() == QUESTIONS.keys()
    for name, operation in described.items():
        own = [each for each in operation["parameters"] if each["name"] not in ("format", "lang")]
        assert [each["name"] for each in own] == [each.name for each in QUESTIONS[name].parameters]
        values = {each["name"]: each["example"] for each in own if each["required"]}
        kinds = operation["responses"]["200"]["content"]
        reply = fetch(f"{server}/requetes/{name}?{urlencode(values)}", Accept=next(iter(kinds)))
        assert (reply.status, reply.kind) == (200, next(iter(kinds)))


def test_every_question_is_an_executable_of_shacl(site: str, fetch: Any) -> None:
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    graph = rdflib.Graph().parse(data=fetch(f"{site}requetes.ttl").text, format="turtle")
    negotiated = fetch(f"{site}requetes", Accept="application/n-triples").text
    assert rdflib.Graph().parse(data=negotiated, format="nt").isomorphic(graph)
    forms = {"select": sh.SPARQLSelectExecutable, "ask": sh.SPARQLAskExecutable,
             "construct": sh.SPARQLConstructExecutable}  # fmt: skip
    for name, question in QUESTIONS.items():
        node = rdflib.URIRef(f"{SITE}requetes/{name}")
        assert forms[question.form] in graph.objects(node, rdflib.RDF.type)
        declared = {
            str(graph.value(each, sh.prefix)): graph.value(each, sh.namespace)
            for each in graph.objects(graph.value(node, sh.prefixes), sh.declare)
        }
        prefixes = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in declared.items())
        text = str(graph.value(node, sh[question.form]))
        prepareQuery(prefixes + text)
        paths = [
            str(graph.value(each, sh.path)).rpartition("#")[2]
            for each in graph.objects(node, sh.parameter)
        ]
        assert sorted(paths) == sorted(each.name for each in question.parameters)
        assert all(re.search(rf"\?{path}\b", text) for path in paths)
        for said in (rdflib.RDFS.label, rdflib.RDFS.comment):
            languages = {each.language for each in graph.objects(node, said)}  # type: ignore[attr-defined]
            assert languages == {"fr", "en"}
