"""Failures: clean while they can be, visible when they cannot, silent about our machine."""

import html
import http.client
import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from server import texts
from server.engine import faults
from tests.conftest import PROJECT


def test_an_answer_that_breaks_off_is_noticed(broken: str, fetch: Any) -> None:
    # The server may drop what it had not sent yet, sometimes even the head.
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        fetch(f"{broken}sparql?query=x", Accept="text/csv")


def test_an_answer_that_breaks_before_its_first_byte_is_a_clean_error(
    broken: str, fetch: Any
) -> None:
    reply = fetch(f"{broken}sparql?query=short", Accept="text/csv")
    assert (reply.status, reply.kind) == (500, "text/plain")


def test_a_defect_tells_an_id_and_nothing_else(broken: str, fetch: Any) -> None:
    reply = fetch(f"{broken}sparql?query=defect")
    problem = json.loads(reply.body)
    assert (reply.status, problem["kind"]) == (500, "defect")
    assert problem["id"] in problem["detail"]
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text


def test_a_busy_engine_says_when_to_come_back(broken: str, fetch: Any) -> None:
    reply = fetch(f"{broken}sparql?query=busy")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "7")
    assert json.loads(reply.body)["kind"] == "engine-busy"


def test_a_slow_query_names_the_limit(broken: str, fetch: Any) -> None:
    reply = fetch(f"{broken}sparql?query=slow")
    assert (reply.status, json.loads(reply.body)["seconds"]) == (503, 10.0)


@pytest.mark.parametrize("path", ["catalogue", "catalogue.ttl", "def", "doc/portrait/2025"])
def test_a_query_of_the_site_that_is_refused_is_no_fault_of_the_client(
    broken: str, fetch: Any, path: str
) -> None:
    reply = fetch(broken + path)
    assert (reply.status, json.loads(reply.body)["kind"]) == (503, "engine-down")
    assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("application/rdf+xml", "application/problem+json"),
        ("image/png", "application/problem+json"),
        ("text/csv", "text/plain"),
        ("text/turtle;q=0.9, */*;q=0.1", "text/plain"),
        ("text/plain", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
    ],
)
def test_a_fault_comes_in_a_form_that_its_reader_reads(
    broken: str, fetch: Any, accept: str | None, kind: str
) -> None:
    reply = fetch(
        f"{broken}sparql?query=slow&format=json", headers={"Accept": accept} if accept else {}
    )
    assert (reply.status, reply.kind) == (503, kind)
    assert "10 second" in reply.text


@pytest.mark.parametrize(
    ("query", "status", "french", "english"),
    [
        ("large", 422, "La requête demande ce que", "The query asks for what"),
        ("slow", 503, "La réponse n", "The answer could not be given in time"),
    ],
)
def test_a_page_has_its_heading_in_the_language_of_its_reader(
    broken: str, fetch: Any, query: str, status: int, french: str, english: str
) -> None:
    for language, heading in (("fr", french), ("en", english)):
        wishes = {"Accept": "text/html", "Accept-Language": language}
        reply = fetch(f"{broken}sparql?query={query}&format=json", headers=wishes)
        assert reply.status == status
        page = reply.text.replace("&#39;", "\u2019")
        assert f"<h1>{heading}" in page
        assert f"<title>{status} {heading}" in page


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_a_refused_service_says_how_to_join_in_both_languages(
    site: str, fetch: Any, silent: str
) -> None:
    query = quote(f"SELECT * {{ SERVICE {silent}<https://a.example/sparql> {{ ?s ?p ?o }} }}")
    hints = {language: texts.text("join_elsewhere", language) for language in texts.LANGUAGES}
    assert all("Comunica" in hint for hint in hints.values())
    problem, plain = (
        fetch(f"{site}sparql?query={query}", Accept=kind) for kind in ("*/*", "text/*")
    )
    assert (problem.status, plain.status) == (403, 403)
    for text in (json.loads(problem.body)["detail"], plain.text):
        assert text.startswith(("This endpoint asks no other", "403 Forbidden: This endpoint asks"))
        assert all(hint in text for hint in hints.values())
    for language, other in (("fr", "en"), ("en", "fr")):
        page = fetch(
            f"{site}sparql?query={query}&format=json", Accept="text/html", Accept_Language=language
        )
        assert page.status == 403
        assert hints[language] in html.unescape(page.text)
        assert hints[other] not in html.unescape(page.text)


def test_every_status_of_a_fault_has_a_heading() -> None:
    documented = (PROJECT / "docs" / "endpoint.md").read_text("utf-8")
    listed = {int(status) for status in re.findall(r"^\| ([45]\d\d) \|", documented, re.MULTILINE)}
    raised = {kind.status for kind in faults.EngineFault.__subclasses__()} - {499}
    assert len(listed) > 15
    for status in listed | raised:
        assert texts.text(f"fault_{status}", "fr") != texts.text(f"fault_{status}", "en")
