"""Links from outside: a service on a real port proposes, only what a person accepts is built."""

import csv
import fcntl
import io
import json
import os
import pty
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.conftest import COMMAND, HEADER, ROW, Run
from tests.support.ckan_portal import (
    Answer,
    cut,
    drip,
    endless,
    replies,
)
from tests.support.reconciliation_service import (
    WIKIDATA,
    Reconciler,
    candidate,
    running,
)
from transform.decisions.judgement import Judgement
from transform.identity.known_links import known_links
from transform.linking.proposals import proposal_from_text
from transform.linking.session import open_session

BASE = "http://localhost:8000/"
PREFIXES = f"""
PREFIX pia: <{BASE}def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX sssom: <https://w3id.org/sssom/>
PREFIX void: <http://rdfs.org/ns/void#>
"""
FREEBASE = "http://rdf.freebase.com/ns/type.object.id"
SKOS = "http://www.w3.org/2004/02/skos/core#"
CARDS = "https://a.example/c?id={{id}}&lang=fr"
CORONER = "bureau-du-coroner"  # registered, and nothing elsewhere describes it
UNKNOWN = "office-invente"  # the registry does not know it
HEMA = "hema-quebec"  # the registry gives it records of Wikidata and ROR
WHO = ("--author", "Ada Tremblay", "--date", "2026-01-31", "--because", "même site")
DONE = subprocess.CompletedProcess[str]
CSV = "subject_id,predicate_id,predicate_modifier,object_id,mapping_justification,confidence,"
CSV += "author_id,mapping_date,comment,mapping_tool"


def run(*arguments: object) -> DONE:
    """Run the command in this process: a hundred starts would take minutes."""
    words = [str(argument) for argument in arguments]
    done = CliRunner().invoke(main, words, env={"NO_PROXY": "127.0.0.1"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


class Site:
    """A portrait of four bodies, a folder of releases, and the commands on them."""

    def __init__(self, folder: Path, portrait_ia: Run) -> None:
        self.portrait_ia = portrait_ia
        self.releases = folder / "releases"
        self.file = self.releases / "liens.csv"
        self.data = folder / "data" / "2024.csv"

    def build(self, *options: object) -> DONE:
        return self.portrait_ia("build", f"2024={self.data}", "--to", self.releases, *options)

    def release(self) -> Path:
        return (self.releases / "current").resolve()

    def built(self) -> Path:
        done = self.build()
        assert done.returncode == 0, done.stderr
        return self.release()

    def link(self, *options: object) -> DONE:
        return run("link", self.releases, *options)

    def write(self, *lines: str, header: str = CSV) -> None:
        self.file.write_text("\n".join((header, *lines, "")), encoding="utf-8")

    def lines(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file.read_text(encoding="utf-8"))))

    def ask(self, query: str) -> list[tuple[str, ...]]:
        store = ox.Store()
        for name in ("dumps/portraits.nt", "catalogue.nt", "void.nt"):
            store.bulk_load(path=self.release() / name, format=ox.RdfFormat.N_TRIPLES)
        solutions = store.query(PREFIXES + query)
        assert isinstance(solutions, ox.QuerySolutions)
        return sorted(tuple(s[n].value for n in solutions.variables) for s in solutions)

    def same_as(self, slug: str) -> list[str]:
        return [
            i for (i,) in self.ask(f"SELECT ?i {{ <{BASE}id/organisme/{slug}> schema:sameAs ?i }}")
        ]


def line(body: str, iri: str, modifier: str = "", **fields: str) -> str:
    cells = {"predicate": "schema:sameAs", "author": "Ada", "comment": "vu", **fields}
    about = f"{body},{cells['predicate']},{modifier},{iri}"
    return (
        f"{about},semapv:ManualMappingCuration,0.9,{cells['author']},2026-01-31,{cells['comment']},"
    )


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, portrait_ia: Run) -> Path:
    """Build a portrait once for all tests."""
    folder = tmp_path_factory.mktemp("link")
    site = Site(folder, portrait_ia)
    site.data.parent.mkdir()
    bodies = ("Bureau du coroner", "Office inventé", "Héma-Québec", "BAnQ")
    with site.data.open("w", encoding="utf-8", newline="") as out:
        rows = [(f"{ROW[0]} {body}", ROW[1], body, *ROW[3:]) for body in bodies]
        csv.writer(out).writerows([HEADER, *rows])
    site.built()
    return folder


@pytest.fixture
def site(once: Path, tmp_path: Path, portrait_ia: Run) -> Site:
    """Return a copy of the built site, without any file of links."""
    shutil.copytree(once, tmp_path / "site", symlinks=True)
    return Site(tmp_path / "site", portrait_ia)


@pytest.fixture
def service() -> Iterator[Reconciler]:
    with running() as service:
        service.known = {
            "Bureau du coroner": [
                candidate("Q1001", match=True, score=100),
                candidate("Q1002", "Coroner's Office"),
            ],
            "Office inventé": [candidate("Q2001", "Office inventé")],
        }
        yield service


def rows(done: DONE) -> list[dict[str, str]]:
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def proposed(done: DONE) -> list[tuple[str, str]]:
    return [(row["body"].rpartition("/")[2], row["iri"]) for row in rows(done)]


ALL = [
    (CORONER, f"{WIKIDATA}Q1001"),
    (CORONER, f"{WIKIDATA}Q1002"),
    (UNKNOWN, f"{WIKIDATA}Q2001"),
]


# Queries and proposals


def test_bodies_without_a_link_are_asked(site: Site, service: Reconciler) -> None:
    done = site.link("--service", service.url, "--list", "--type", "Q43229", "--limit", 2)
    assert proposed(done) == ALL
    assert rows(done)[0] == {
        "body": f"{BASE}id/organisme/{CORONER}",
        "body_name": "Bureau du coroner",
        "iri": f"{WIKIDATA}Q1001",
        "iri_from": "identifierSpace",
        "name": "Bureau du coroner",
        "description": "organisme du Québec",
        "types": "organisation",
        "score": "100",
        "match": "true",
    }
    first, *posts = service.requests
    assert (first.method, first.path) == ("GET", "/fr/api")
    names = []
    for post in posts:
        assert post.path == "/fr/api"
        assert post.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert post.headers["Accept-Language"] == "fr"
        assert 0 < len(post.queries) <= 10
        for query in post.queries:
            assert (query["type"], query["limit"]) == ("Q43229", 2)
            names.append(query["query"])
    assert {"Bureau du coroner", "Office inventé"} < set(names)
    assert "Héma-Québec" not in names
    assert len(names) == len(set(names))
    assert not site.file.exists()


@pytest.mark.parametrize(("size", "most"), [(3, 3), (1000, 10), (0, 10), ("x", 10), (None, 10)])
def test_smaller_batches_of_the_service_and_the_limit_hold(
    site: Site, service: Reconciler, size: object, most: int
) -> None:
    service.manifest["batchSize"] = size
    done = site.link("--service", service.url, "--list", "--limit", 1)
    assert proposed(done) == [ALL[0], ALL[2]]
    assert {len(post.queries) for post in service.posts()[:-1]} == {most}


def test_a_service_without_versions_speaks_as_0_1_did(site: Site, service: Reconciler) -> None:
    del service.manifest["versions"]
    assert proposed(site.link("--service", service.url, "--list")) == ALL


def test_without_a_terminal_it_lists_and_writes_nothing(site: Site, service: Reconciler) -> None:
    assert proposed(site.link("--service", service.url)) == ALL
    assert not site.file.exists()
    site.built()
    assert site.ask("SELECT ?d { ?d a pia:DecisionLien }") == []
    assert site.same_as(CORONER) == []


@pytest.mark.parametrize(
    ("space", "view", "identifier", "iri", "origin"),
    [
        (WIKIDATA, None, "Q42", f"{WIKIDATA}Q42", "identifierSpace"),
        ("wd:", "https://a.example/{{id}}", "x y/z", "https://a.example/x%20y%2Fz", "view.url"),
        (None, "https://a.example/{{id}}", "x/y", "https://a.example/x%2Fy", "view.url"),
        (None, "{{id}}", "https://a.example/x", "https://a.example/x", "id"),
        # An address that nobody has, made of a space that is an example in the specification.
        (FREEBASE, CARDS, "NIC100012", "https://a.example/c?id=NIC100012&lang=fr", "view.url"),
        (
            FREEBASE,
            CARDS,
            "a&b #é/%",
            "https://a.example/c?id=a%26b%20%23%C3%A9%2F%25&lang=fr",
            "view.url",
        ),
        (
            "http://rdf.freebase.com/ns/",
            CARDS,
            "m.01",
            "https://a.example/c?id=m.01&lang=fr",
            "view.url",
        ),
        (f"{SKOS}Concept", CARDS, "7", "https://a.example/c?id=7&lang=fr", "view.url"),
        (SKOS, CARDS, "7", "https://a.example/c?id=7&lang=fr", "view.url"),
        ("https://b.example/org", CARDS, "7", "https://a.example/c?id=7&lang=fr", "view.url"),
        ("https://b.example/org/", CARDS, "7", "https://b.example/org/7", "identifierSpace"),
        ("https://b.example/org#", CARDS, "a/b", "https://b.example/org#a/b", "identifierSpace"),
        (
            "https://b.example/?id=",
            CARDS,
            "a&b=é",
            "https://b.example/?id=a%26b=é",
            "identifierSpace",
        ),
        (
            "https://b.example/",
            "no template",
            'aat/3 "x" <y>?z#%20%',
            "https://b.example/aat/3%20%22x%22%20%3Cy%3E%3Fz%23%20%25",
            "identifierSpace",
        ),
        ("http://b.example/", None, "https://a.example/é", "https://a.example/é", "id"),
        ("https://ror.org/", None, "008jvv944", "https://ror.org/008jvv944", "identifierSpace"),
    ],
)
def test_the_iri_of_a_candidate(
    site: Site, service: Reconciler, space: str, view: str, identifier: str, iri: str, origin: str
) -> None:
    service.manifest |= {"identifierSpace": space, "view": {"url": view} if view else None}
    service.known = {"Office inventé": [candidate(identifier)]}
    done = site.link("--service", service.url, "--list")
    if iri.startswith("https://ror.org/"):  # the registry gives it to another body
        assert rows(done) == []
        assert f"<{iri}> is id/organisme/{HEMA} already" in done.stderr
    else:
        assert [(row["iri"], row["iri_from"]) for row in rows(done)] == [(iri, origin)]


@pytest.mark.parametrize(
    ("view", "why"),
    [
        ("https://a.example/page", "does not hold {{id}}"),
        ("https://a.example/{id}", "does not hold {{id}}"),
        ("/page/{{id}}", "is not an absolute http(s) address"),
        ("//a.example/{{id}}", "is not an absolute http(s) address"),
        ("{{id}}", "is not an absolute http(s) address"),
        ("javascript:alert('{{id}}')", "is not an absolute http(s) address"),
        ("ftp://a.example/{{id}}", "is not an absolute http(s) address"),
        ("https://a.example/ {{id}}", "holds characters that no address holds"),
        ('https://a.example/"><b>{{id}}', "holds characters that no address holds"),
        ("https://a.example/\n{{id}}", "holds characters that no address holds"),
        ("https://a.example/\ud800{{id}}", "holds characters that no address holds"),
        ("https://a.example/{{id}}/{{lang}}", "holds characters that no address holds"),
        ("https://a.example/\u202e{{id}}", "of visible characters"),
        ("https://a:b@c.example/{{id}}", "without name or password"),
        ("https://a.example:99999/{{id}}", "is not an http(s) address"),
        ("https://{{id}}.example/", "holds {{id}} in the name of its host"),
    ],
)
def test_a_view_that_gives_no_address_is_refused_where_an_identifier_needs_it(
    site: Site, service: Reconciler, view: str, why: str
) -> None:
    service.manifest |= {"identifierSpace": FREEBASE, "view": {"url": view}}
    done = site.link("--service", service.url, "--list")
    assert_failed(done, f"{service.url}: view.url of the manifest is ", site)
    assert why in done.stderr
    assert "Ask another --service, or write a link that you know" in done.stderr


def test_a_view_that_gives_no_address_is_no_matter_where_no_identifier_needs_it(
    site: Site, service: Reconciler
) -> None:
    service.manifest["view"] = {"url": "javascript:alert(1)"}
    assert proposed(site.link("--service", service.url, "--list")) == ALL


@pytest.mark.parametrize(
    ("space", "identifier", "why"),
    [
        (WIKIDATA, 'Q1> <http://evil.example/p> "x" .\n<a', "is no IRI"),
        (WIKIDATA, "Q1 Q2", "write http://www.wikidata.org/entity/Q…"),
        (WIKIDATA, "Q1\x00", "is no IRI"),
        (WIKIDATA, "Q1\u202e", "no http(s) IRI"),
        (WIKIDATA, "\ud800", "is no IRI"),
        (WIKIDATA, "Q1/../../wiki/Q2", "write http://www.wikidata.org/entity/Q…"),
        (WIKIDATA, "", "it has no identifier"),
        ("https://a.example/", " ", "it has no identifier"),
        ("https://a.example/", "x\x00", "is no IRI"),
        ("https://a.example/", "x\u202e", "no http(s) IRI"),
        (WIKIDATA, "Q" + "1" * 3000, "longer than 2000"),
        ("https://WWW.wikidata.org/wiki/", "Q1", "write http://www.wikidata.org/entity/Q…"),
        ("https://ror.org/", "x", "write https://ror.org/0…"),
        ("http://a:b@c.example/", "x", "no http(s) IRI without name or password"),
        ("http://a.example:99999/", "x", "no http(s) IRI"),
        (None, "javascript:alert(1)", "makes no IRI, as the manifest of the service has neither"),
        ("javascript:", "alert(1)", "makes no IRI"),
        ("/entity/", "Q1", "link it with --accept BODY=IRI"),
        (FREEBASE, "NIC100012", "makes no IRI"),
        (f"{BASE}id/organisme/", CORONER, "of this site itself"),
    ],
)
def test_an_identifier_that_makes_no_iri_is_left_aside(
    site: Site, service: Reconciler, space: str, identifier: str, why: str
) -> None:
    service.manifest |= {"identifierSpace": space, "view": {}}
    service.known["Office inventé"] = [candidate(identifier), candidate("https://a.example/good")]
    done = site.link("--service", service.url, "--list")
    iris = [row["iri"] for row in rows(done) if row["body"].endswith(UNKNOWN)]
    assert iris == ["https://a.example/good"]
    assert "is left aside: " in done.stderr
    assert why in done.stderr
    assert done.stderr.isprintable() or set(done.stderr) - set("\n") == {
        sign for sign in done.stderr if sign.isprintable()
    }


def test_what_acts_on_a_terminal_or_in_a_spreadsheet_is_shown_only(
    site: Site, service: Reconciler
) -> None:
    name = "\x1b]0;title\x07\x1b[2J\u202e=HYPERLINK\ud83d"
    service.manifest["name"] = name
    bad = candidate("Q2001", name, description="=1+1", type=[name])
    service.known = {"Office inventé": [bad, {**bad, "id": "Q2002", "name": "=cmd|x"}]}
    done = site.link("--service", service.url, "--list")
    for sign in "\x1b\x07\u202e\ud83d":
        assert sign not in done.stdout + done.stderr
    one, other = rows(done)
    assert one["name"].startswith("\\u001b]0;title")
    assert (one["description"], other["name"]) == ("'=1+1", "'=cmd|x")


# Decisions


def test_an_accepted_link_is_built_counted_and_reversible(site: Site, service: Reconciler) -> None:
    before, tree = site.release(), contents(site.release())
    links = "SELECT ?n { ?l a void:Linkset ; void:linkPredicate schema:sameAs ; void:triples ?n ;"
    links += f" void:objectsTarget <{BASE}.well-known/void#wikidata> }}"
    [(wikidata,)] = site.ask(links)
    accept = f"{BASE}id/organisme/{CORONER}={WIKIDATA}Q1001"
    done = site.link("--accept", accept, "--service", service.url, *WHO)
    assert done.returncode == 0, done.stderr
    assert service.requests == []
    [line_written] = site.lines()
    assert line_written == {
        "subject_id": f"id/organisme/{CORONER}",
        "subject_label": "Bureau du coroner",
        "predicate_id": "schema:sameAs",
        "predicate_modifier": "",
        "object_id": f"{WIKIDATA}Q1001",
        "object_label": "",
        "mapping_justification": "semapv:ManualMappingCuration",
        "confidence": "0.9",
        "author_id": "Ada Tremblay",
        "mapping_date": "2026-01-31",
        "comment": "même site",
        "mapping_tool": service.url,
    }
    assert proposed(site.link("--service", service.url, "--list")) == ALL[2:]

    assert site.built() != before
    assert site.same_as(CORONER) == [f"{WIKIDATA}Q1001"]
    assert site.ask(links) == [(str(int(wikidata) + 1),)]
    assert (site.release() / "report/liens.csv").read_bytes() == site.file.read_bytes()
    manifest = json.loads((site.release() / "manifest.json").read_bytes())
    assert (manifest["links"]["accepted"], manifest["links"]["refused"]) == (1, 0)
    assert decided(site) == [
        (
            f"{BASE}id/regle/jugement",
            f"{BASE}id/conclusion/meme-organisme",
            "0.9",
            "Ada Tremblay",
            "2026-01-31",
            "même site",
            service.url,
            f"{WIKIDATA}Q1001",
        )
    ]
    # Built in, it is no link of the registry: still the file's, and not proposed again.
    assert proposed(site.link("--service", service.url, "--list")) == ALL[2:]

    site.write()
    assert proposed(site.link("--service", service.url, "--list")) == ALL
    for gone in (site.write, site.file.unlink):
        gone()
        assert site.built() == before
    again = Site(site.data.parents[1] / "again", site.portrait_ia)
    again.data = site.data
    assert (again.built().name, contents(again.release())) == (before.name, tree)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def decided(site: Site) -> list[tuple[str, ...]]:
    return site.ask(
        f"""SELECT ?rule ?conclusion ?confidence ?who ?date ?why ?tool ?other {{
          ?d a pia:DecisionLien ; pia:regle ?rule ; pia:conclusion ?conclusion ;
            pia:confiance ?confidence ; prov:wasAssociatedWith/rdfs:label ?who ;
            dcterms:date ?date ; pia:preuve ?why ; sssom:mapping_tool ?tool ;
            pia:porteSur ?body , ?other
          FILTER(STRSTARTS(STR(?body), "{BASE}id/organisme/")) FILTER(?other != ?body) }}"""
    )


def test_a_refused_link_is_recorded_and_not_proposed_again(site: Site, service: Reconciler) -> None:
    refuse = ("--refuse", f"{CORONER}={WIKIDATA}Q1002", "--service", service.url)
    assert site.link(*refuse, *WHO).returncode == 0
    assert site.lines()[0]["predicate_modifier"] == "Not"
    assert proposed(site.link("--service", service.url, "--list")) == [ALL[0], ALL[2]]
    site.built()
    assert site.same_as(CORONER) == []
    assert [(decision[1], decision[-1]) for decision in decided(site)] == [
        (f"{BASE}id/conclusion/distinct", f"{WIKIDATA}Q1002")
    ]
    assert proposed(site.link("--service", service.url, "--list")) == [ALL[0], ALL[2]]


def test_half_a_character_that_a_template_should_quote_is_left_aside(
    site: Site, service: Reconciler
) -> None:
    service.manifest |= {"identifierSpace": None, "view": {"url": "https://a.example/{{id}}"}}
    service.known = {"Office inventé": [candidate("\ud800"), candidate("good")]}
    done = site.link("--service", service.url, "--list")
    assert proposed(done) == [(UNKNOWN, "https://a.example/good")]
    assert "\\ud800' is no IRI" in done.stderr


def on_terminal(site: Site, keys: str, *options: str) -> DONE:
    master, slave = pty.openpty()
    try:
        os.write(master, keys.encode())
        return subprocess.run(
            [COMMAND, "link", site.releases, *options],
            stdin=slave,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
        )
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize(
    ("keys", "written"),
    [
        ("a\nmême site\ns\n", [("", "Q1001", "même site (score 100, match)")]),
        (
            # A reason stands for more of the same answer, never for the other one.
            "r\nautre pays\na\n\n \nmême site\na\n\n",
            [
                ("Not", "Q1001", "autre pays (score 100, match)"),
                ("", "Q1002", "même site (score 87.5)"),
                ("", "Q2001", "même site (score 87.5)"),
            ],
        ),
        ("s\ns\ns\n", []),
        ("q\n", []),
    ],
)
def test_on_a_terminal_each_candidate_is_shown_and_asked(
    site: Site, service: Reconciler, keys: str, written: list[tuple[str, str, str]]
) -> None:
    done = on_terminal(site, f"Ada Tremblay\n{keys}", "--service", service.url)
    assert done.returncode == 0, done.stderr
    for shown in ("score 100, match", "Bureau du coroner (id/organisme/", "organisme du Québec"):
        assert shown in done.stdout
    assert f"{WIKIDATA}Q1001 (from identifierSpace)" in done.stdout
    lines = site.lines() if site.file.exists() else []
    cells = [(s["predicate_modifier"], s["object_id"], s["comment"]) for s in lines]
    assert cells == [(no, f"{WIKIDATA}{q}", why) for no, q, why in written]
    assert {(s["author_id"], s["mapping_tool"]) for s in lines} <= {("Ada Tremblay", service.url)}


def test_a_hostile_name_acts_neither_on_the_terminal_nor_in_the_file(
    site: Site, service: Reconciler
) -> None:
    bad = candidate("Q1001", "=cmd\x1b[2J\u202e\ud83d\n", type=["\x1b]0;x\x07"], description="\x9b")
    service.known = {"Bureau du coroner": [bad]}
    done = on_terminal(site, "Ada\na\nvu\n", "--service", service.url)
    assert done.returncode == 0, done.stderr
    for sign in "\x1b\x07\x9b\u202e":
        assert sign not in done.stdout + done.stderr
    assert site.lines()[0]["object_label"] == "'=cmd\\u001b[2J\\u202e\\ud83d\\u000a"
    site.built()
    assert site.same_as(CORONER) == [f"{WIKIDATA}Q1001"]


def test_a_body_may_be_named_as_it_was_before(site: Site) -> None:
    assert site.link("--accept", f"banq={Q1}", *WHO).returncode == 0
    site.write(line("id/organisme/banq", Q1))
    site.built()
    assert site.same_as("bibliotheque-et-archives-nationales-du-quebec") == [Q1]
    assert site.same_as("banq") == []


def test_a_body_may_be_named_as_it_was_two_names_ago() -> None:
    def replaced(old: str, new: str) -> ox.Triple:
        one, other = (ox.NamedNode(f"{BASE}id/organisme/{slug}") for slug in (old, new))
        return ox.Triple(one, ox.NamedNode("http://purl.org/dc/terms/isReplacedBy"), other)

    replacements = [replaced("a", "b"), replaced("b", "c"), replaced("x", "y"), replaced("y", "x")]
    known = known_links(BASE, ["c"], replacements, {"z": "a", "w": "v"})
    assert known.now == {"a": "c", "b": "c", "c": "c", "z": "c"}


def test_an_iri_that_was_just_accepted_is_not_offered_for_another_body(
    site: Site, service: Reconciler
) -> None:
    service.known["Office inventé"] = [candidate("Q1001")]
    done = on_terminal(site, "Ada\na\nvu\nq\n", "--service", service.url)
    assert done.returncode == 0, done.stderr
    assert "Nothing more to decide." in done.stdout
    assert [cells["subject_id"] for cells in site.lines()] == [f"id/organisme/{CORONER}"]


def test_what_was_accepted_stays_when_the_service_breaks(site: Site, service: Reconciler) -> None:
    service.bad = [as_known(service), replies(404, b"gone", "text/plain")]
    options = ("--service", service.url, "--retries", "0")
    done = on_terminal(site, "Ada\na\nvu\n", *options)
    assert done.returncode == 2
    assert "answers 404 ('gone')" in done.stderr
    assert [cells["object_id"] for cells in site.lines()] == [f"{WIKIDATA}Q1001"]


def as_known(service: Reconciler) -> Answer:
    """Answer well once, before bad answers."""
    return lambda handler: handler.json(200, service.answer(service.requests[-1]))


def test_two_that_write_at_once_lose_nothing(site: Site) -> None:
    def accept(number: int) -> None:
        pair = f"{CORONER}=https://a.example/{number}"
        done = subprocess.run(
            [COMMAND, "link", site.releases, "--accept", pair, *WHO],
            capture_output=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {cells["object_id"] for cells in site.lines()} == {
        f"https://a.example/{number}" for number in range(4)
    }
    assert [path.name for path in site.releases.iterdir() if path.name.startswith(".liens")] == []


def test_writers_wait_for_each_other(site: Site) -> None:
    session = open_session(site.release(), site.file, "fr")
    cells = Judgement("Bob", "0.9", "2026-01-31", "vu")
    proposal = proposal_from_text(session, f"{CORONER}={Q2}", "")
    writer = threading.Thread(target=session.write, args=([proposal.line(True, cells)],))
    folder = os.open(site.releases, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        writer.start()
        writer.join(0.5)
        site.write(line(f"id/organisme/{CORONER}", Q1))
    finally:
        os.close(folder)
    writer.join(30)
    assert [cells["object_id"] for cells in site.lines()] == [Q1, Q2]


def test_lines_of_a_person_stay_as_they_are(site: Site) -> None:
    header = "\ufeff# à garder\r\nauthor;object;date;subject;similarity_score;confidence;comment;"
    header += "justification;predicate;predicate_modifier"
    site.file.write_bytes(header.encode())
    pair = f"{CORONER}={WIKIDATA}Q1001"
    assert site.link("--refuse", pair, *WHO).returncode == 0
    head, added = site.file.read_bytes().decode().removesuffix("\r\n").rsplit("\r\n", 1)
    assert head == header
    assert added == (
        f"Ada Tremblay;{WIKIDATA}Q1001;2026-01-31;id/organisme/{CORONER};;0.9;même site;"
        "semapv:ManualMappingCuration;schema:sameAs;Not"
    )


# Answers of the service


def result(*candidates: object) -> Answer:
    """Answer every query of a batch with these candidates."""
    return lambda handler: handler.json(
        200, {f"q{number}": {"result": list(candidates)} for number in range(10)}
    )


def raw(text: str) -> Answer:
    return replies(200, text.encode(), "application/json")


HTML = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
WIRE = [
    (replies(200, HTML, "text/html"), "no JSON object but text/html: '<!DOCTYPE html>"),
    (replies(200, b"", "application/json"), "no JSON object but application/json: ''"),
    (raw("[]"), "no JSON object but application/json: '[]'"),
    (raw('{"q0": '), "broken JSON"),
    (raw('{"q0":' * 100_000), "broken JSON"),
    (raw('{"q0": {"result": [{"id": "Q1", "score": NaN}]}}'), "NaN is no JSON"),
    (raw('{"a": ' + "9" * 10_000 + "}"), "broken JSON"),
    (raw('{"a": "' + "x" * (11 << 20) + '"}'), "more than 10 MB"),
    (endless, "more than 10 MB"),
    (drip(0.2), "not done after 0.5 s (--seconds)"),
    (cut(9), "the connection was lost"),
    (replies(404, HTML, "text/html"), "answers 404"),
    (replies(500), "answers 500"),
    (replies(429), "answers 429"),
    (replies(204), "answers 204"),
    (replies(302, b"", Location="file:///etc/passwd"), "is not an http(s) URL"),
    (replies(302, b"", Location="http://[::1"), "is not an http(s) URL"),
    (replies(307, b"", Location="http://127.0.0.1:1/x"), "leads on to http://127.0.0.1:1/x; give"),
    (replies(308, b"", Location="/fr/autre"), "/fr/autre; give that as --service"),
    (replies(200, b"{}", Content_Encoding="gzip"), "packed as 'gzip'"),
]


def assert_failed(done: DONE, message: str, site: Site) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    *_, last_line = done.stderr.splitlines()
    assert last_line.startswith("portrait-ia: http://127.0.0.1:")
    assert message in last_line
    assert "Nothing of that answer was taken" in last_line
    assert "--accept BODY=IRI" in last_line
    assert "Traceback" not in done.stderr
    assert not site.file.exists()


@pytest.mark.parametrize(("answer", "message"), WIRE)
@pytest.mark.parametrize("question", [False, True])
def test_a_bad_answer_is_one_line(
    site: Site, service: Reconciler, answer: Answer, message: str, question: bool
) -> None:
    (service.bad if question else service.bad_manifests).append(answer)
    seconds = 0.5 if "--seconds" in message else 20
    done = site.link("--service", service.url, "--list", "--retries", 0, "--seconds", seconds)
    assert_failed(done, message, site)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (raw('{"status": "error"}'), "q0 is missing; status came"),
        (raw('{"q0": []}'), "q0 is no object but a list"),
        (raw('{"q0": {}}'), "q0.result is no list but nothing"),
        (raw('{"q0": {"result": {}}}'), "q0.result is no list but an object"),
        (result("Q1"), "q0.result[0] is no object but 'Q1'"),
        (result({"name": "x"}), "q0.result[0].id is no text but nothing"),
        (result(candidate(42)), "q0.result[0].id is no text but '42'"),
        (result(candidate("Q1", ["x"])), "q0.result[0].name is no text but a list"),
        (result(candidate("Q1", description={})), "description is no text but an object"),
        (result(candidate("Q1", type="Q5")), "type is no list but 'Q5'"),
        (result(candidate("Q1", type=[[]])), "type[0].id is no text but a list"),
        (result(candidate("Q1", score="87")), "score is no number but '87'"),
        (result(candidate("Q1", score=True)), "score is no number but true or false"),
        (raw('{"q0": {"result": [{"id": "Q1", "score": 1e999}]}}'), "score is no number but 'inf'"),
        (result(candidate("Q1", score=10**400)), "score is no number"),
        (result(candidate("Q1", match="yes")), "match is neither true nor false but 'yes'"),
        (result(candidate("Q1"), candidate(None)), "q0.result[1].id is no text"),
    ],
)
def test_candidates_of_a_wrong_shape_are_one_line(
    site: Site, service: Reconciler, answer: Answer, message: str
) -> None:
    service.bad = [answer]
    assert_failed(site.link("--service", service.url, "--list"), message, site)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"versions": ["2.0"]}, "speaks other versions (2.0) than 0.2"),
        ({"versions": []}, "speaks other versions (none)"),
        ({"versions": [["0.2"]]}, "speaks other versions"),
        ({"versions": "0.2"}, "versions is no list but '0.2'"),
        ({"name": 3}, "name is no text but '3'"),
        ({"view": "x"}, "view is no object but 'x'"),
        ({"identifierSpace": []}, "identifierSpace is no text but a list"),
    ],
)
def test_a_manifest_of_a_wrong_shape_is_one_line(
    site: Site, service: Reconciler, fields: dict[str, Any], message: str
) -> None:
    service.manifest |= fields
    assert_failed(site.link("--service", service.url, "--list"), message, site)


def test_a_busy_service_is_asked_again_when_it_wants(site: Site, service: Reconciler) -> None:
    service.bad = [replies(429, Retry_After="1"), replies(500)]
    began = time.monotonic()
    done = site.link("--service", service.url, "--list")
    assert proposed(done) == ALL
    assert time.monotonic() - began >= 1.5
    assert "answers 429; again in 1 s" in done.stderr


def test_a_service_that_is_not_there_is_one_line(site: Site) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        done = site.link("--service", url, "--list", "--retries", 0)
    assert_failed(done, "no answer (", site)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "no service. Say which to ask with --service URL"),
        (("--service", "file:///etc/passwd"), "'file:///etc/passwd' is not an http(s) URL"),
        (("--service", "http://a:b@c.example/"), "that bears a name or password"),
        (("--accept", f"{CORONER}={WIKIDATA}Q1"), "nobody decides. Say who with --author"),
        (("--accept", f"{CORONER}={WIKIDATA}Q1", *WHO[:2]), "no reason. Say why with --because"),
        (("--accept", f"{CORONER}=Q1", *WHO), "no link. Write BODY=IRI"),
        (("--refuse", f"nobody={WIKIDATA}Q1", *WHO), "'nobody': no body of the release"),
        # What Python makes of a terminal's bytes that are no UTF-8.
        (
            ("--accept", f"{CORONER}={WIKIDATA}Q1", *WHO[:5], "v\udce9"),
            "no UTF-8. Set the terminal",
        ),
        (("--refuse", f"{CORONER}=http://a.example/\udce9", *WHO), "'\\udce9', which is no UTF-8"),
        (
            ("--accept", f"{CORONER}={WIKIDATA}Q1", *WHO, "--service", "http://a:b@c.example/"),
            "It would be published",
        ),
    ],
)
def test_misuse_is_one_line(site: Site, options: tuple[str, ...], message: str) -> None:
    done = site.link(*options)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not site.file.exists()


def test_a_folder_without_a_release_is_one_line(tmp_path: Path) -> None:
    done = run("link", tmp_path, "--service", "http://127.0.0.1:1/")
    assert (done.returncode, "no release here" in done.stderr) == (2, True)


# Files of links

Q1, Q2 = f"{WIKIDATA}Q1", f"{WIKIDATA}Q2"
ROR = "https://ror.org/008jvv944"
REFUSALS = [
    ([line("id/organisme/nobody", Q1)], "line 2: id/organisme/nobody is no body of the files"),
    ([line("id/initiative/abcdefghijklmnop", Q1)], "line 2, subject_id: "),
    ([line("https://other.example/id/organisme/x", Q1)], "is no body below http://localhost"),
    ([line(CORONER, Q1)], "Write it like id/organisme/hema-quebec"),
    ([line(f"id/organisme/{CORONER}", "Q1")], 'line 2, object_id: "Q1" is no IRI'),
    ([line(f"id/organisme/{CORONER}", "javascript:alert(1)")], "is no http(s) IRI"),
    ([line(f"id/organisme/{CORONER}", "http://a.example/<b>")], "is no IRI"),
    (
        [line(f"id/organisme/{CORONER}", "https://www.wikidata.org/wiki/Q1")],
        "is not how this source names things; write http://www.wikidata.org/entity/Q…",
    ),
    (
        [line(f"id/organisme/{CORONER}", f"{BASE}id/organisme/{HEMA}")],
        "is of this site itself",
    ),
    ([line(f"id/organisme/{CORONER}", Q1, author="")], 'line 2, author_id: "" is blank'),
    ([line(f"id/organisme/{CORONER}", Q1, comment="")], 'line 2, comment: "" is blank'),
    (
        [line(f"id/organisme/{CORONER}", Q1, predicate="owl:sameAs")],
        "is no predicate of a link; known: schema:sameAs",
    ),
    ([line(f"id/organisme/{CORONER}", Q1, "Perhaps")], "is neither Not nor blank"),
    (
        [line(f"id/organisme/{CORONER}", Q1), line(f"{BASE}id/organisme/{CORONER}", Q1, "Not")],
        f"line 3: says of id/organisme/{CORONER} and <{Q1}> the contrary of line 2",
    ),
    (
        [line(f"id/organisme/{CORONER}", Q1), line(f"id/organisme/{UNKNOWN}", Q1)],
        f"line 3: <{Q1}> is accepted for id/organisme/{UNKNOWN}, and in line 2 for"
        f" id/organisme/{CORONER}",
    ),
    (
        [line(f"id/organisme/{CORONER}", ROR)],
        f"<{ROR}> is accepted for id/organisme/{CORONER}, and the registry gives it to"
        f" id/organisme/{HEMA}",
    ),
    ([line(f"id/organisme/{HEMA}", ROR, "Not")], "which the registry says"),
]


@pytest.mark.parametrize(("lines", "message"), REFUSALS)
def test_a_line_that_cannot_be_meant_is_named(site: Site, lines: list[str], message: str) -> None:
    before = site.release()
    site.write(*lines)
    for done in (site.build(), site.link("--service", "http://127.0.0.1:1/", "--list")):
        assert done.returncode == 1, done.stdout
        assert f"portrait-ia: liens.csv, line {len(lines) + 1}" in done.stderr
        assert message in done.stderr
    assert site.release() == before


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (CSV.replace("author_id,", ""), "no column author_id"),
        (CSV.replace("comment", "remark"), '"remark" is no column of a decisions file'),
    ],
)
def test_a_table_that_is_none_is_named(site: Site, header: str, message: str) -> None:
    site.write(header=header)
    done = site.build()
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_a_file_that_is_not_there_is_named(site: Site) -> None:
    done = site.build("--links", site.releases / "none.csv")
    assert (done.returncode, "Name another file with --links" in done.stderr) == (2, True)


def test_what_a_build_would_refuse_is_not_written(site: Site) -> None:
    site.write(line(f"id/organisme/{CORONER}", Q1))
    before = site.file.read_bytes()
    for pair in (f"{UNKNOWN}={Q1}", f"{HEMA}=https://www.wikidata.org/wiki/Q9"):
        done = site.link("--accept", f"{CORONER}={Q2}", "--accept", pair, *WHO)
        assert (done.returncode, "liens.csv, line 4" in done.stderr) == (1, True), done.stderr
        assert site.file.read_bytes() == before


def test_links_beside_those_of_the_registry_are_said(site: Site) -> None:
    registered = site.same_as(HEMA)
    done = site.link("--accept", f"{HEMA}={Q1}", "--accept", f"{HEMA}={ROR}", *WHO)
    assert done.returncode == 0, done.stderr
    built = site.build()
    for output in (done.stderr, built.stdout):
        assert (
            f"line 2: id/organisme/{HEMA} has <{registered[0]}> and <{ROR}> in the registry already"
            in output
        )
        assert f"line 3: the registry says id/organisme/{HEMA} and <{ROR}> already" in output
    assert site.same_as(HEMA) == sorted([Q1, *registered])


def test_two_files_of_links_are_for_a_person_to_choose(site: Site) -> None:
    site.write()
    shutil.copyfile(site.file, site.data.with_name("liens.csv"))
    done = site.build()
    assert (done.returncode, "two links files. Say which with --links" in done.stderr) == (2, True)
    assert site.build("--links", site.file).returncode == 0


def test_a_release_built_with_links_from_elsewhere_asks_for_the_file(
    site: Site, tmp_path: Path
) -> None:
    site.write(line(f"id/organisme/{CORONER}", Q1))
    elsewhere = site.file.rename(tmp_path / "liens.csv")
    assert site.build("--links", elsewhere).returncode == 0
    done = site.link("--service", "http://127.0.0.1:1/")
    assert (done.returncode, "Name it with --links FILE" in done.stderr) == (2, True)


def test_a_link_of_a_body_that_is_kept_back_is_not_published(site: Site) -> None:
    site.write(line(f"id/organisme/{UNKNOWN}", Q1))
    text = site.data.read_text(encoding="utf-8")
    row = next(row for row in text.splitlines() if "inventé" in row)
    site.data.write_text(text.replace(row, row.replace(ROW[5], "Statut inventé")), "utf-8")
    done = site.build("--quarantine")
    assert done.returncode == 0, done.stderr
    assert site.ask(f"SELECT ?s {{ ?s ?p <{Q1}> }}") == []
    assert run("check", f"2024={site.data}", "--links", site.file).returncode == 1
