"""The name of a dump without a suffix redirects to the format that the client accepts."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

TTL, JSON_LD, QUADS = "text/turtle", "application/ld+json", "application/n-quads"
OLD = f"releases/{'a' * 16}/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("stem", "accept", "file"),
    [
        ("portraits", None, "portraits.ttl"),
        ("portraits", "*/*", "portraits.ttl"),
        ("portraits", "", "portraits.ttl"),
        ("portraits", TTL, "portraits.ttl"),
        ("portraits", "application/x-turtle", "portraits.ttl"),
        ("portraits", f"{TTL};charset=utf-8", "portraits.ttl"),
        ("portraits", JSON_LD, "portraits.jsonld"),
        ("portraits", "application/json", "portraits.jsonld"),
        ("portraits", "application/n-triples", "portraits.nt"),
        ("portraits", "application/rdf+xml", "portraits.rdf"),
        ("portraits", QUADS, "portraits.nq"),
        ("portraits", "application/trig", "portraits.trig"),
        ("portraits", f"{TTL};q=0.1, {QUADS};q=0.2", "portraits.nq"),
        ("portraits", f"{TTL};q=0, */*", "portraits.jsonld"),
        ("portraits", f"{TTL};q=0, {JSON_LD};q=0, application/*", "portraits.nt"),
        ("portraits", "text/csv, */*;q=0.1", "portraits.ttl"),
        ("portraits", BROWSER, ""),
        ("portraits?format=nq", BROWSER, "portraits.nq"),
        ("portraits?format=turtle&lang=en", None, "portraits.ttl?lang=en"),
        ("portrait-2024", None, "portrait-2024.ttl"),
        ("portrait-2025", JSON_LD, "portrait-2025.jsonld"),
        ("portrait-2025", "application/rdf+xml", "portrait-2025.rdf"),
        ("portrait-2025", "text/csv", "portrait-2025.csv"),
        ("portrait-2024", "text/csv, text/turtle;q=0.9", "portrait-2024.csv"),
        ("portrait-2025?format=excel", None, "portrait-2025-excel.csv"),
    ],
)
def test_a_dump_without_a_suffix_is_negotiated(
    examples: str, fetch: Any, method: str, stem: str, accept: str | None, file: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    reply = fetch(f"{examples}dumps/{stem}", method, headers=headers)
    assert (reply.status, reply.body) == (303, b"")
    assert (
        urljoin(f"{examples}dumps/{stem}", reply.headers["Location"]) == f"{examples}dumps/{file}"
    )
    assert "Accept" in reply.headers["Vary"].split(", ")
    assert fetch(f"{examples}dumps/{file}", method).status == 200


@pytest.mark.parametrize(
    ("stem", "accept", "offered", "missing"),
    [
        ("portraits", "image/png", QUADS, "text/csv"),
        ("portraits", "text/csv", TTL, "text/csv"),
        ("portraits", f"{TTL};q=0", JSON_LD, "text/csv"),
        ("portraits", "*/*;q=0", TTL, "text/csv"),
        ("portraits?format=xlsx", None, "application/trig", "text/csv"),
        ("portrait-2025", QUADS, "text/csv", QUADS),
        ("portrait-2025?format=nq", TTL, JSON_LD, QUADS),
    ],
)
def test_a_form_that_there_is_not_is_406_and_names_those_there_are(
    examples: str, fetch: Any, stem: str, accept: str | None, offered: str, missing: str
) -> None:
    reply = fetch(f"{examples}dumps/{stem}", headers={"Accept": accept} if accept else {})
    assert reply.status == 406
    assert f"({offered})" in reply.text
    assert f"({missing})" not in reply.text


@pytest.mark.parametrize("name", ["portrait-1999", "portrait", "sources", "rien", "portraits.xyz"])
def test_a_dump_that_there_is_not_is_404_and_names_those_there_are(
    examples: str, fetch: Any, name: str
) -> None:
    reply = fetch(f"{examples}dumps/{name}", Accept="application/problem+json")
    assert reply.status == 404
    assert "portrait-2025.ttl" in json.loads(reply.body)["detail"]


def test_the_file_that_was_led_to_comes_in_parts(examples: str, fetch: Any, example: Path) -> None:
    address = f"{examples}dumps/portraits"
    led = fetch(address, Accept=QUADS, Range="bytes=5-9")
    assert (led.status, led.headers["Content-Range"]) == (303, None)
    part = fetch(urljoin(address, led.headers["Location"]), Accept=QUADS, Range="bytes=5-9")
    body = (example / "current/dumps/portraits.nq").read_bytes()
    assert (part.status, part.body, part.kind) == (206, body[5:10], QUADS)


def test_other_forms_are_named(examples: str, fetch: Any) -> None:
    links = fetch(f"{examples}dumps/portrait-2025").headers["Link"]
    assert '<../dumps/portrait-2025.csv>; rel="alternate"; type="text/csv"' in links
    assert '<../dumps/portrait-2025.jsonld>; rel="alternate"; type="application/ld+json"' in links
    assert "portrait-2025.nq" not in links


@pytest.mark.parametrize(
    ("accept", "file"), [(None, "portraits.ttl"), (QUADS, "portraits.nq"), (BROWSER, "")]
)
def test_a_dump_of_an_older_release_is_negotiated_too(
    published: str, fetch: Any, accept: str | None, file: str
) -> None:
    address = f"{published}dumps/{OLD}portraits"
    reply = fetch(address, headers={"Accept": accept} if accept else {})
    assert reply.status == 303
    assert urljoin(address, reply.headers["Location"]) == f"{published}dumps/{OLD}{file}"
    assert "immutable" not in reply.headers["Cache-Control"]
    assert fetch(address, Accept="image/png").status == 406


def test_an_unknown_release_is_404_and_names_those_there_are(published: str, fetch: Any) -> None:
    reply = fetch(f"{published}dumps/releases/{'d' * 16}/portraits", Accept="text/turtle")
    assert reply.status == 404
    assert "a" * 16 in reply.text
