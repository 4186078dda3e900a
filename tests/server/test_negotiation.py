"""The choice of representation and language, as a table."""

import pytest

from server import negotiation
from server.negotiation import (
    CSV,
    GRAPHS,
    PAGES,
    SOLUTIONS,
    NothingAcceptable,
    choose_format,
    choose_language,
    find_format,
    read_ranges,
)
from tests.support.waiting import ends

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"  # noqa: E501
RESULTS = "application/sparql-results+json"

PAGE_CASES = [
    (None, "html"),
    ("", "html"),
    (" , ;, ", "html"),
    ("*/*", "html"),
    ("*", "html"),
    (BROWSER, "html"),
    (JAVA, "html"),
    (JENA, "ttl"),
    ("text/turtle", "ttl"),
    ("TEXT/Turtle", "ttl"),
    ("text/turtle;charset=utf-8", "ttl"),
    ("text/turtle; charset=UTF-8", "ttl"),
    ('text/turtle;charset="utf-8"', "ttl"),
    ("text/turtle;charset=iso-8859-1", "ttl"),
    ("application/x-turtle", "ttl"),
    ("text/turtle, text/html;q=0.5", "ttl"),
    ("text/html;q=0.5, text/turtle", "ttl"),
    ("text/html;q=0.5,text/turtle;q=0.4", "html"),
    ("text/turtle;q=0.001", "ttl"),
    ("text/turtle;q=1.000", "ttl"),
    ("application/ld+json", "jsonld"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
    ('application/ld+json;profile="a, b;q=0"', "jsonld"),
    ("application/json", "jsonld"),
    ("application/n-triples", "nt"),
    ("application/rdf+xml", "rdf"),
    ("application/xml", "rdf"),
    ("text/xml", "rdf"),
    ("application/xhtml+xml", "html"),
    ("text/*", "html"),
    ("text/*;q=0.5, application/ld+json;q=0.4", "html"),
    ("application/*", "jsonld"),
    ("*/*, text/html;q=0", "ttl"),
    ("text/html;q=0, */*;q=0.1", "ttl"),
    ("text/*;q=0, */*", "jsonld"),
    ("text/turtle;q=0.2, */*;q=0.9", "html"),
    ("text/*;q=0.9, text/html;q=0.1", "ttl"),
    ("text/turtle;charset=utf-8;q=0.1, text/turtle, application/n-triples;q=0.5", "nt"),
    ("text/turtle;charset=iso-8859-1;q=0, text/turtle", "ttl"),
    ("text/html;level=1;q=0, text/html", "html"),
    ("application/json;q=0, application/ld+json", "jsonld"),
    ("image/png, text/turtle", "ttl"),
    ("text/turtle;q=1.5, application/n-triples", "nt"),
    ("text/turtle;q=abc, application/n-triples", "nt"),
    ("text/turtle;q=-1, application/n-triples", "nt"),
    ("text/turtle;q=nan, application/n-triples", "nt"),
    ("text turtle, application/n-triples", "nt"),
    ("/, application/n-triples", "nt"),
    ("text/turtle;q, application/n-triples", "nt"),
    ("text/turtle;q=0.5;ext=1, application/n-triples;q=0.4", "ttl"),
    ("text/turtle , application/n-triples", "ttl"),
    ("application/n-triples, text/turtle", "ttl"),
    ("\t text/turtle\t;\tq=0.3", "ttl"),
    ("text/é, text/turtle", "ttl"),
]


@pytest.mark.parametrize(("accept", "chosen"), PAGE_CASES)
def test_accept_on_a_document(accept: str | None, chosen: str) -> None:
    assert choose_format(PAGES, accept).suffix == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "json"),
        ("*/*", "json"),
        (RESULTS, "json"),
        (f"{RESULTS};charset=utf-8", "json"),
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("application/sparql-results+xml", "xml"),
        (f"application/sparql-results+xml, {RESULTS}", "json"),
        (f"application/sparql-results+xml, {RESULTS};q=0.9", "xml"),
        (f"{RESULTS};charset=utf-8;q=0, */*", "xml"),
        ("text/csv", "csv"),
        ("text/csv;header=present", "csv"),
        ("text/tab-separated-values", "tsv"),
        ("text/*", "csv"),
        ("text/turtle, text/csv;q=0.1", "csv"),
    ],
)
def test_accept_on_solutions(accept: str | None, chosen: str) -> None:
    assert choose_format(SOLUTIONS, accept).suffix == chosen


@pytest.mark.parametrize(
    "accept",
    ["image/png", "text/plain", "*/*;q=0", "text/html;q=0", "image/*, text/turtle;q=0", "fr"],
)
def test_nothing_acceptable_names_the_offers(accept: str) -> None:
    with pytest.raises(NothingAcceptable) as raised:
        choose_format(PAGES, accept)
    assert raised.value.offers == PAGES


@pytest.mark.parametrize(
    ("offers", "name", "chosen"),
    [
        (PAGES, "ttl", "text/turtle"),
        (PAGES, "turtle", "text/turtle"),
        (PAGES, "TTL", "text/turtle"),
        (PAGES, "text/turtle", "text/turtle"),
        (PAGES, "json-ld", "application/ld+json"),
        (PAGES, "json", "application/ld+json"),
        (PAGES, "xml", "application/rdf+xml"),
        (PAGES, "html", "text/html"),
        (SOLUTIONS, "json", RESULTS),
        (SOLUTIONS, "xml", "application/sparql-results+xml"),
        (SOLUTIONS, "csv", "text/csv"),
        (SOLUTIONS, "tsv", "text/tab-separated-values"),
    ],
)
def test_an_explicit_name_beats_accept(offers: tuple, name: str, chosen: str) -> None:  # type: ignore[type-arg]
    assert choose_format(offers, "image/png", name).media_type == chosen


@pytest.mark.parametrize("name", ["pdf", "", "csv", " "])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(NothingAcceptable):
        choose_format(GRAPHS, "*/*", name)


def test_find_format_gives_none_for_an_unknown_name() -> None:
    assert find_format((CSV,), "csv") is CSV
    assert find_format((CSV,), "ttl") is None


@pytest.mark.parametrize(
    ("accepted", "requested", "language"),
    [
        (None, None, "fr"),
        ("", None, "fr"),
        ("en", None, "en"),
        ("en-CA,en;q=0.9,fr;q=0.8", None, "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", None, "fr"),
        ("de", None, "fr"),
        ("de, en;q=0.1", None, "en"),
        ("*", None, "fr"),
        ("*, fr;q=0", None, "en"),
        ("en;q=0.5, fr;q=0.5", None, "fr"),
        ("en;q=0", None, "fr"),
        ("fr", "en", "en"),
        ("en", "fr", "fr"),
        ("en", "de", "en"),
        ("en", "", "en"),
    ],
)
def test_language(accepted: str | None, requested: str | None, language: str) -> None:
    assert choose_language(accepted, requested, ("fr", "en")) == language


@pytest.mark.parametrize(
    "noise", ['"\\', '"\\"', "a/b;", ",", "a/b,", '"', "a/b;c=", 'a/b;c="', " ", "a/b; ", "a"]
)
def test_a_hostile_header_is_read_once(monkeypatch: pytest.MonkeyPatch, noise: str) -> None:
    """Less than a second, also of a long one; what reads it again and again takes hours."""
    monkeypatch.setattr(negotiation, "LONGEST", 10_000_000)
    with ends():
        list(read_ranges(noise * (1_000_000 // len(noise))))


def test_no_more_of_a_header_is_read_than_a_client_sends() -> None:
    assert len(list(read_ranges("a/b," * 100_000))) == negotiation.LONGEST // len("a/b,")


@pytest.mark.parametrize("noise", [";", ";;q=1", " ; ", '";"', ",;,"])
def test_a_range_of_nothing_is_passed_over(noise: str) -> None:
    assert choose_format(PAGES, f"{noise}, text/turtle").suffix == "ttl"
    assert choose_language(noise, None, ("fr", "en")) == "fr"
