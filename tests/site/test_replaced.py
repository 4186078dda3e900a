"""A replaced resource redirects to its replacement, in the requested format."""

from typing import Any
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest

SUFFIXES = ("", ".html", ".ttl", ".jsonld", ".nt", ".rdf")
REPLACED = {
    "organisme/vieux-montreal": "organisme/cegep-du-vieux-montreal",
    "initiative/bbbb": "initiative/aaaa",
    "initiative/bbbb/2024": "initiative/aaaa/2024",
}


@pytest.mark.parametrize(("old", "new"), REPLACED.items())
def test_a_replaced_thing_leads_to_its_replacement(
    site: str, fetch: Any, old: str, new: str
) -> None:
    reply = fetch(f"{site}id/{old}?lang=en")
    assert reply.status == 301
    assert urljoin(f"{site}id/{old}", reply.headers["Location"]) == f"{site}id/{new}?lang=en"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("old", "new"), REPLACED.items())
def test_its_document_leads_to_the_same_form(
    site: str, fetch: Any, old: str, new: str, suffix: str
) -> None:
    address = f"{site}doc/{old}{suffix}"
    reply = fetch(address, Accept="text/turtle")
    there = urljoin(address, reply.headers["Location"])
    assert (reply.status, there) == (301, f"{site}doc/{new}{suffix}")
    assert fetch(there, Accept="text/turtle").status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_both_methods_lead_there(site: str, fetch: Any, method: str) -> None:
    assert fetch(f"{site}id/initiative/bbbb", method=method).status == 301


def test_the_replacement_says_what_it_replaced(site: str, fetch: Any, base_uri: str) -> None:
    body = fetch(f"{site}doc/organisme/cegep-du-vieux-montreal.nt").body
    statements = {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}
    old, new = (ox.NamedNode(f"{base_uri}id/{path}") for path in next(iter(REPLACED.items())))
    assert ox.Triple(old, ox.NamedNode("http://purl.org/dc/terms/isReplacedBy"), new) in statements


def test_a_name_that_was_only_possible_leads_on_and_stands_on_no_page(
    site: str, fetch: Any
) -> None:
    assert fetch(f"{site}id/organisme/nom-possible").status == 301
    for suffix in SUFFIXES[1:]:
        document = fetch(f"{site}doc/organisme/cegep-du-vieux-montreal{suffix}").text
        assert "organisme/vieux-montreal" in document
        assert "nom-possible" not in document


def test_a_replacement_elsewhere_is_named_whole(site: str, fetch: Any) -> None:
    for path in ("id/organisme/ailleurs", "doc/organisme/ailleurs.ttl"):
        reply = fetch(site + path)
        assert (reply.status, reply.headers["Location"]) == (
            301,
            "https://ailleurs.exemple/organisme",
        )


def test_what_stands_still_leads_to_its_document(site: str, fetch: Any) -> None:
    assert fetch(f"{site}id/initiative/aaaa").status == 303
    assert fetch(f"{site}id/organisme/nul").status == 303
