"""The command `portrait-ia doctor`: its table, formats and exit codes; TLS below a path."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import DCTERMS, RDF

from server.conformance.checks import NAMES
from tests.support.certificate import make_certificate
from tests.support.changing_proxy import Exchange, Proxy, running

EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")
# The terms of EARL 1.0 Schema (W3C, 2017) that reports use.
CLASSES = {EARL.Assertion, EARL.Software, EARL.TestSubject, EARL.TestCase, EARL.TestResult}
PROPERTIES = {EARL.assertedBy, EARL.subject, EARL.test, EARL.mode, EARL.result, EARL.outcome,
              EARL.info}  # fmt: skip
OUTCOMES = {EARL.passed, EARL.failed, EARL.cantTell, EARL.inapplicable, EARL.untested}
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix earl: <http://www.w3.org/ns/earl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
[] a sh:NodeShape ; sh:targetClass earl:Assertion ; sh:nodeKind sh:IRI ; sh:property
  [ sh:path earl:assertedBy ; sh:minCount 1 ; sh:maxCount 1 ; sh:class earl:Software ] ,
  [ sh:path earl:subject ; sh:minCount 1 ; sh:maxCount 1 ; sh:class earl:TestSubject ] ,
  [ sh:path earl:test ; sh:minCount 1 ; sh:maxCount 1 ; sh:class earl:TestCase ] ,
  [ sh:path earl:result ; sh:minCount 1 ; sh:maxCount 1 ; sh:class earl:TestResult ] ,
  [ sh:path earl:mode ; sh:hasValue earl:automatic ] .
[] a sh:NodeShape ; sh:targetClass earl:TestResult ; sh:property
  [ sh:path earl:outcome ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ;
    sh:in ( earl:passed earl:failed earl:cantTell earl:inapplicable earl:untested ) ] .
[] a sh:NodeShape ; sh:targetClass earl:TestCase ; sh:property
  [ sh:path dct:title ; sh:minCount 2 ; sh:uniqueLang true ; sh:datatype rdf:langString ] ,
  [ sh:path dct:description ; sh:minCount 2 ; sh:uniqueLang true ] ,
  [ sh:path dct:source ; sh:minCount 1 ; sh:nodeKind sh:IRI ] .
"""
FEW = [word for name in NAMES if name not in ("head", "cors") for word in ("--skip", name)]


def check_earl(graph: rdflib.Graph) -> None:
    """Check the terms and the shape of a report."""
    assert set(graph.objects(None, RDF.type)) == CLASSES
    used = {term for term in graph.predicates() if str(term).startswith(EARL)}
    assert used <= PROPERTIES
    assert set(graph.objects(None, EARL.outcome)) <= OUTCOMES
    assert not [node for node in graph.all_nodes() if isinstance(node, rdflib.BNode)]
    conforms, _, text = validate(graph, shacl_graph=rdflib.Graph().parse(data=SHAPES))
    assert conforms, text
    tests = {str(node).partition("#")[2] for node in graph.objects(None, EARL.test)}
    assert tests == set(NAMES)


@pytest.fixture
def without_cors(proxy: Proxy) -> Proxy:
    """A proxy that removes the header of CORS."""
    proxy.after = lambda exchange: exchange.headers.pop("Access-Control-Allow-Origin", None)
    return proxy


def test_a_failure_is_told_in_the_readers_language(without_cors: Proxy, portrait_ia: Any) -> None:
    done = portrait_ia("--lang", "fr", "doctor", without_cors.address, *FEW)
    assert done.returncode == 1, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "réussie head HEAD comme GET" in lines
    assert "échouée cors Scripts d'autres sites (CORS)" in lines
    assert f"envoyé GET {without_cors.address} · Origin: https://doctor.invalid" in lines
    assert "attendu Access-Control-Allow-Origin: *" in lines
    assert "ensuite Le serveur placé devant doit transmettre OPTIONS" in "\n".join(lines)
    last = done.stdout.splitlines()[-1]
    assert "1\u00a0réussie, 1\u00a0échouée, 20\u00a0non vérifiées" in last
    assert without_cors.address in last


def test_the_same_in_earl_json_and_html(without_cors: Proxy, portrait_ia: Any) -> None:
    done = portrait_ia("doctor", without_cors.address, *FEW, "--format", "earl")
    assert done.returncode == 1
    graph = rdflib.Graph().parse(data=done.stdout)
    check_earl(graph)
    [failed] = graph.subjects(EARL.outcome, EARL.failed)
    infos = graph.objects(failed, EARL.info)
    assert {getattr(text, "language", None) for text in infos} == {"fr", "en"}
    [subject] = set(graph.objects(None, EARL.subject))
    assert (subject, DCTERMS.isVersionOf, rdflib.URIRef("http://localhost:8000/")) in graph
    done = portrait_ia("doctor", without_cors.address, *FEW, "--format", "json")
    report = json.loads(done.stdout)
    assert report["address"] == without_cors.address
    assert report["base_uri"] == "http://localhost:8000/"
    outcomes = {result["check"]: result["outcome"] for result in report["results"]}
    told = [outcomes[name] for name in ("head", "cors", "files")]
    assert told == ["passed", "failed", "untested"]
    done = portrait_ia("--lang", "fr", "doctor", without_cors.address, *FEW, "--format", "html")
    assert '<html lang="fr">' in done.stdout
    assert done.stdout.count("<dl>") == 7
    assert "<script" not in done.stdout


def test_what_a_site_sends_does_not_act_on_a_terminal_or_a_page(
    proxy: Proxy, portrait_ia: Any
) -> None:
    bad = "\x1b[31mred <script>alert(1)</script>"

    def send_it(exchange: Exchange) -> None:
        exchange.headers["Access-Control-Allow-Origin"] = bad

    proxy.after = send_it
    table = portrait_ia("doctor", proxy.address, *FEW)
    page = portrait_ia("doctor", proxy.address, *FEW, "--format", "html")
    assert (table.returncode, page.returncode) == (1, 1)
    assert "\\u001b[31mred" in table.stdout
    assert "\x1b" not in table.stdout + page.stdout
    assert "<script" not in page.stdout


def _one_line(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["donnees.example"], "donnees.example"),
        (["ftp://donnees.example/"], "ftp:"),
        (["http://user:secret@donnees.example/"], "donnees.example"),
        (["http://donnees.example/?lang=fr"], "home page"),
        (["http://donnees.example/", "--skip", "nothing"], "query-seconds"),
    ],
)
def test_a_misused_command_says_so(portrait_ia: Any, arguments: list[str], word: str) -> None:
    done = portrait_ia("doctor", *arguments)
    _one_line(done, word)
    assert "secret" not in done.stderr


def test_a_site_that_cannot_be_reached_or_is_another_is_told(
    proxy: Proxy, portrait_ia: Any
) -> None:
    _one_line(portrait_ia("doctor", "http://127.0.0.1:9/"), "127.0.0.1:9", "Connection refused")

    def page(exchange: Exchange) -> None:
        exchange.status, exchange.answer = 200, b"<html>It works!</html>"
        exchange.headers = {"Content-Type": "text/html"}

    def moved(exchange: Exchange) -> None:
        exchange.status, exchange.answer = 301, b""
        exchange.headers = {"Location": f"https://donnees.example/{exchange.path}"}

    def of_another(exchange: Exchange) -> None:
        exchange.answer = exchange.answer.replace(b"<http://localhost:8000/", b"<urn:x:")

    for change, word in (
        (page, "200 text/html"),
        (moved, "301 → https://donnees.example/.well-known/void.nt"),
        (of_another, "void.nt"),
    ):
        proxy.after = change
        _one_line(portrait_ia("doctor", proxy.address), word, "home page")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that signs itself, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = make_certificate(folder)
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + chain.read_bytes())
    return both


@pytest.fixture(scope="module")
def below_a_path(served: str, certificate: Path) -> Iterator[Proxy]:
    """A proxy that ends TLS and hides the site below a path."""
    with running(served, "/donnees/ia/", certificate) as proxy:
        yield proxy


def test_all_checks_pass_below_a_path_over_tls(
    below_a_path: Proxy, certificate: Path, portrait_ia: Any
) -> None:
    trusted = {"SSL_CERT_FILE": str(certificate.with_name("certificate.pem"))}
    address = below_a_path.address.rstrip("/")
    done = portrait_ia("doctor", address, "--seconds", "60", env=trusted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"{len(NAMES)} passed; https://localhost:")
    refused = portrait_ia("doctor", address)
    _one_line(refused, "certificate", "SSL_CERT_FILE")
