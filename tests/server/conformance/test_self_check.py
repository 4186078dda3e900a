"""/conformite: what a site checks of itself, once a release, and how it says so."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from flask import Flask
from rdflib.compare import isomorphic

from server.app import create_app
from server.conformance.checks import CHECKS, NAMES
from server.conformance.self_check import SelfCheck
from server.settings import Settings
from server.web.release_scope import RELEASE
from tests.server.conformance.test_command import EARL, check_earl
from tests.support.waiting import SECONDS, wait_until

OUTSIDE = {check.name for check in CHECKS if check.outside or check.heavy}


@pytest.fixture(scope="module")
def app(example: Path) -> Iterator[Flask]:
    """The application, in this process, over the example."""
    app = create_app(example, Settings())
    yield app
    app.extensions["current_release"].close()


def checked(app: Flask) -> Any:
    """Return a client of the application, which has checked itself."""
    client = app.test_client()
    wait_until(lambda: "no-store" not in client.get("/conformite").headers["Cache-Control"])
    return client


def test_the_first_who_ask_are_told_that_it_is_under_way(example: Path) -> None:
    """However many ask, the site asks itself once."""
    app = create_app(example, Settings())
    asked: Counter[str] = Counter()
    serve, may_check = app.wsgi_app, threading.Event()

    def counting(environ: Any, start: Any) -> Any:
        asked[environ["PATH_INFO"]] += 1
        if threading.current_thread() is not threading.main_thread():
            assert may_check.wait(SECONDS)  # until those who ask first have their answers
        return serve(environ, start)

    app.wsgi_app = counting  # type: ignore[method-assign, assignment]
    try:
        client = app.test_client()
        pages = [client.get("/conformite?lang=fr") for _ in range(20)]
        graph = rdflib.Graph().parse(data=client.get("/conformite.ttl").data)
        assert pages[0].headers["Cache-Control"] == "no-store"
        assert pages[0].headers["Retry-After"] == "2"
        assert "La vérification est en cours" in pages[0].text
        assert set(graph.objects(None, EARL.outcome)) == {EARL.untested}
        may_check.set()
        client = checked(app)
        assert "EARL" in client.get("/conformite").text
        assert asked["/catalogue.ttl"] == 1
        assert asked["/.well-known/void.nt"] == 1
    finally:
        may_check.set()
        app.extensions["current_release"].close()


def test_what_can_be_told_from_within_passes(app: Flask) -> None:
    client = checked(app)
    reply = client.get("/conformite.ttl")
    graph = rdflib.Graph().parse(data=reply.data)
    check_earl(graph)
    outcomes = {
        str(graph.value(node, EARL.test)).partition("#")[2]: graph.value(
            graph.value(node, EARL.result), EARL.outcome
        )
        for node in graph.subjects(rdflib.RDF.type, EARL.Assertion)
    }
    untested = {name for name, outcome in outcomes.items() if outcome == EARL.untested}
    assert untested == OUTSIDE
    assert {o for name, o in outcomes.items() if name not in OUTSIDE} == {EARL.passed}
    page = client.get("/conformite.html").text
    for name in NAMES:
        assert f'<tr id="{name}">' in page


# rdflib's parser of JSON-LD uses what rdflib wants to be rid of.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_each_syntax_says_the_same(app: Flask) -> None:
    client = checked(app)
    first = rdflib.Graph().parse(data=client.get("/conformite.ttl").data)
    for suffix, form in (("jsonld", "json-ld"), ("nt", "nt"), ("rdf", "xml")):
        other = client.get(f"/conformite.{suffix}")
        assert isomorphic(first, rdflib.Graph().parse(data=other.data, format=form))
    assert client.get("/conformite", headers={"Accept": "text/turtle"}).mimetype == "text/turtle"


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", ["Conformité", "réussie", "non vérifiée", "Négociation du contenu", "Selon"]),
     ("en", ["Conformance", "passed", "not tested", "Content negotiation", "By"])],
)  # fmt: skip
def test_the_page_is_in_both_languages(app: Flask, language: str, words: list[str]) -> None:
    client = checked(app)
    page = client.get(f"/conformite?lang={language}").text
    for word in words:
        assert word in page
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", page)
    assert "portrait-ia doctor http://localhost:8000/" in page
    assert 'href="./sparql/limites' in page
    assert f'href="./conformite?lang={language}"' in client.get(f"/?lang={language}").text


def test_a_release_that_is_replaced_under_way_gets_no_report(app: Flask) -> None:
    serve = app.wsgi_app
    release = app.extensions["current_release"].current

    class Other:
        name = "another"

    def replaced(environ: Any, start: Any) -> Any:
        body = serve(environ, start)
        environ[RELEASE] = Other
        return body

    self_check = SelfCheck(replaced)
    assert self_check.report_on(release) is None
    wait_until(lambda: not [t for t in threading.enumerate() if t is self_check.thread])
    assert self_check.report_on(release) is None


def test_a_defect_ends_the_checks_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    asked = []

    def broken(environ: Any, start: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        raise RuntimeError("secret-of-the-house")

    release = app.extensions["current_release"].current
    self_check = SelfCheck(broken)
    wait_until(lambda: self_check.report_on(release))
    report = self_check.report_on(release)
    assert report
    assert {result.outcome.value for result in report.results} == {"untested"}
    assert "secret" not in str(report.results)
    assert len(asked) == 1
    assert "secret-of-the-house" in caplog.text
