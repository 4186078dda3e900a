"""The site from outside: address, Accept, status, type, a word of the body."""

import socket
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

HTML, TTL, NT = "text/html", "text/turtle", "application/n-triples"
JSON_LD, RDF = "application/ld+json", "application/rdf+xml"
PROBLEM = "application/problem+json"
RESULTS = "application/sparql-results+json"
ASK = "sparql?query=ASK%7B%7D"
SELECT = "sparql?query=SELECT%20%28%22%C3%A9t%C3%A9%22%20AS%20%3Fx%29%20%7B%7D"
CONSTRUCT = "sparql?query=CONSTRUCT%20%7B%3Fs%20a%20%3Fo%7D%20WHERE%20%7B%3Fs%20a%20%3Fo%7D"

WALK = [
    ("", HTML, 200, HTML, "Portraits annuels"),
    ("", None, 200, HTML, "fictives"),
    ("?lang=en", HTML, 200, HTML, "made up"),
    ("id/portrait/2025", HTML, 303, HTML, ""),
    ("id/portrait/2025", TTL, 303, HTML, ""),
    ("id/nulle/part", TTL, 303, HTML, ""),
    ("doc/portrait/2025", None, 200, HTML, "Portrait 2025"),
    ("doc/portrait/2025", TTL, 200, TTL, "primaryTopic"),
    ("doc/portrait/2025", JSON_LD, 200, JSON_LD, "@context"),
    ("doc/portrait/2025", NT, 200, NT, "<https://exemple.gouv.qc.example/ia/id/portrait/2025>"),
    ("doc/portrait/2025", RDF, 200, RDF, "rdf:RDF"),
    ("doc/portrait/2025.ttl", HTML, 200, TTL, "primaryTopic"),
    ("doc/portrait/2025.jsonld", HTML, 200, JSON_LD, "@context"),
    ("doc/portrait/2025.nt", HTML, 200, NT, "primaryTopic"),
    ("doc/portrait/2025.rdf", HTML, 200, RDF, "rdf:RDF"),
    ("doc/portrait/2025.html", TTL, 200, HTML, "Portrait 2025"),
    ("doc/portrait/2025?format=ttl", HTML, 200, TTL, "primaryTopic"),
    ("doc/portrait/2025?format=pdf", HTML, 406, HTML, "406"),
    ("doc/portrait/2025", "image/png", 406, PROBLEM, "text/turtle"),
    ("doc/portrait/2025", "text/plain", 406, "text/plain", "text/turtle"),
    ("doc/portrait/2025?page=2", HTML, 200, HTML, "Page 2 de 2"),
    ("doc/portrait/2025?page=3", HTML, 404, HTML, "404"),
    ("doc/portrait/2025?page=0", HTML, 400, HTML, "400"),
    ("doc/portrait/2025?page=%EF%BC%92", HTML, 400, HTML, "400"),
    ("doc/organisme/organisme-hostile.atom", None, 200, "application/atom+xml", "<feed"),
    ("doc/organisme/personne.atom", None, 404, PROBLEM, "unknown-resource"),
    ("doc/portrait/2025.bib", HTML, 200, "application/x-bibtex", "@misc{portrait-2025,"),
    ("doc/portrait/2025.ris", TTL, 200, "application/x-research-info-systems", "TY  - ELEC"),
    ("doc/portrait/1999.bib", None, 404, PROBLEM, "unknown-resource"),
    ("citation.bib", None, 200, "application/x-bibtex", "@misc{version-"),
    ("citation.ris", None, 200, "application/x-research-info-systems", "ER  - "),
    ("citation.pdf", None, 404, PROBLEM, "bib"),
    ("doc/portrait/1999", HTML, 404, HTML, "Rien ne se trouve"),
    ("doc/portrait/1999?lang=en", HTML, 404, HTML, "nothing at this address"),
    ("doc/portrait/1999", TTL, 404, "text/plain", "Nothing is said"),
    ("doc/portrait/1999.ttl", None, 404, PROBLEM, "unknown-resource"),
    ("doc/%00", None, 404, PROBLEM, ""),
    ("doc/%FF%FE", None, 404, PROBLEM, ""),
    ("doc/a%3Eb%20%22%7B%7D", None, 404, PROBLEM, ""),
    ("doc/%ED%A0%80", None, 404, PROBLEM, ""),
    ("doc//portrait//2025", None, 404, PROBLEM, ""),
    ("doc/../../etc/passwd", None, 404, PROBLEM, ""),
    ("doc/.ttl", None, 404, PROBLEM, ""),
    ("def", HTML, 200, HTML, 'id="Inscription"'),
    ("def", TTL, 200, TTL, "pia:Inscription"),
    ("def.jsonld", None, 200, JSON_LD, "@context"),
    ("def.pdf", None, 406, PROBLEM, "text/turtle"),
    ("def/0.2.0", HTML, 200, HTML, 'id="ProjetPortraitIA"'),
    ("def/0.2.0", TTL, 200, TTL, "owl:priorVersion"),
    ("def/0.1.0", HTML, 200, HTML, 'id="Inscription"'),
    ("def/0.1.0.nt", None, 200, NT, '"0.1.0"'),
    ("def/0.0.9", TTL, 404, "text/plain", "no version '0.0.9'"),
    ("def/../manifest.json", None, 404, PROBLEM, ""),
    ("def/..%2F..%2Fdumps%2Fportraits", None, 404, PROBLEM, ""),
    ("correspondances.sssom.tsv", None, 200, "text/tab-separated-values", "\tai:ComputerVision\t"),
    ("shapes", HTML, 200, HTML, 'id="Inscription-statut"'),
    ("shapes", TTL, 200, TTL, "sh:targetClass"),
    ("shapes", JSON_LD, 200, JSON_LD, "sh:NodeShape"),
    ("shapes.rdf", None, 200, RDF, "sh:PropertyShape"),
    ("catalogue", HTML, 200, HTML, "Série d&#39;exemple"),
    ("catalogue.ttl", None, 200, TTL, "DatasetSeries"),
    ("catalogue.rdf", None, 200, RDF, "DatasetSeries"),
    ("conformite", HTML, 200, HTML, "Conformité"),
    ("conformite?lang=en", HTML, 200, HTML, "Conformance"),
    ("conformite", TTL, 200, TTL, "ns/earl#"),
    ("conformite.jsonld", None, 200, JSON_LD, "ns/earl#"),
    ("conformite.pdf", None, 406, PROBLEM, "text/turtle"),
    ("graph/2025", HTML, 200, HTML, "énoncés"),
    ("graph/2025", TTL, 200, TTL, "pia:Inscription"),
    ("graph/2025.nt", None, 200, NT, "def#Inscription"),
    ("graph/1999", TTL, 404, "text/plain", "1999"),
    ("dumps/", HTML, 200, HTML, "SHA256SUMS"),
    ("dumps", None, 308, HTML, ""),
    ("initiatives/", None, 308, HTML, ""),
    ("graphiques/", None, 308, HTML, ""),
    ("requetes/lignes.csv/", None, 308, HTML, ""),
    ("doc/organisme/organisme-hostile/", HTML, 404, HTML, ""),
    ("dumps/portraits.ttl", HTML, 200, TTL, "pia:Inscription"),
    ("dumps/portraits.nq", None, 200, "application/n-quads", "def#Inscription"),
    ("dumps/SHA256SUMS", None, 200, "text/plain", "portraits.ttl"),
    ("dumps/sources/2024/exemple-2024.csv", None, 200, "text/csv", None),
    ("dumps/../manifest.json", None, 404, PROBLEM, ""),
    ("dumps/%2E%2E/manifest.json", None, 404, PROBLEM, ""),
    ("dumps/..%2Fmanifest.json", None, 404, PROBLEM, ""),
    ("dumps//etc/passwd", None, 404, PROBLEM, ""),
    ("dumps/sources/", None, 404, PROBLEM, ""),
    ("static/portrait.css", None, 200, "text/css", "tokens.css"),
    ("static/css/tokens.css", None, 200, "text/css", "--focus"),
    ("static/../settings.py", None, 404, PROBLEM, ""),
    ("healthz", None, 200, "text/plain", "ok"),
    ("readyz", None, 200, "text/plain", "0123456789abcdef"),
    ("robots.txt", None, 200, "text/plain", "Disallow: /sparql?"),
    ("rien", HTML, 404, HTML, "Rien ne se trouve"),
    ("requetes", HTML, 200, HTML, "requetes/lignes"),
    ("requetes", TTL, 200, TTL, "sh:SPARQLSelectExecutable"),
    ("requetes.pdf", None, 406, PROBLEM, "text/turtle"),
    ("requetes/openapi.json", None, 200, "application/vnd.oai.openapi+json", '"3.1.0"'),
    ("requetes/lignes", HTML, 200, HTML, "Portrait 2025"),
    ("requetes/lignes.csv", HTML, 200, "text/csv", "id/portrait/2025,62"),
    ("requetes/lignes?x=1", HTML, 400, HTML, "requetes/lignes"),
    ("requetes/rien", TTL, 404, "text/plain", "/requetes"),
    ("sparql", HTML, 200, HTML, "<textarea"),
    ("sparql/limites", HTML, 200, HTML, "Retry-After"),
    ("metrics", None, 200, "text/plain", "portrait_ia_connections"),
    ("sparql", TTL, 200, TTL, "sd:Service"),
    ("sparql", JSON_LD, 200, JSON_LD, "service-description#"),
    (ASK, None, 200, RESULTS, '"boolean"'),
    (ASK, "*/*", 200, RESULTS, '"boolean"'),
    (SELECT, f"{RESULTS};charset=utf-8", 200, RESULTS, "été"),
    (SELECT, "application/sparql-results+xml", 200, "application/sparql-results+xml", "été"),
    (SELECT, "text/csv", 200, "text/csv", "été"),
    (SELECT, "text/tab-separated-values", 200, "text/tab-separated-values", '"été"'),
    (SELECT + "&format=csv", HTML, 200, "text/csv", "été"),
    (SELECT, HTML, 200, HTML, "été"),
    (SELECT, TTL, 406, "text/plain", "406"),
    (SELECT, "image/png", 406, PROBLEM, "text/csv"),
    (SELECT + "&format=pdf", None, 406, PROBLEM, "pdf"),
    (CONSTRUCT, None, 200, TTL, "pia:Inscription"),
    (CONSTRUCT, JSON_LD, 200, JSON_LD, "@context"),
    (CONSTRUCT, NT, 200, NT, "def#Inscription"),
    (CONSTRUCT, RDF, 200, RDF, "rdf:RDF"),
    (CONSTRUCT, HTML, 200, HTML, "pia:Inscription"),
    (CONSTRUCT + "&format=jsonld", HTML, 200, JSON_LD, "@context"),
    (CONSTRUCT, "text/csv", 406, "text/plain", "406"),
]


@pytest.mark.parametrize(("path", "accept", "status", "kind", "word"), WALK)
def test_walk(
    site: str, fetch: Any, path: str, accept: str | None, status: int, kind: str, word: str | None
) -> None:
    reply = fetch(site + path, headers={"Accept": accept} if accept else {})
    assert (reply.status, reply.kind if reply.body or status < 300 else kind) == (status, kind)
    assert word is None or word in reply.text
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["", "doc/portrait/2025.ttl", "def", "graph/2025.nt", "catalogue", "dumps/",
     "atom.xml", "sitemap.xml", "sparql/limites", "requetes", "requetes/lignes.csv",
     "reconciliation", ".well-known/api-catalog"],
)  # fmt: skip
def test_an_entity_tag_makes_a_304(site: str, fetch: Any, path: str) -> None:
    tag = fetch(site + path).headers["ETag"]
    again = fetch(site + path, If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == tag


def test_representations_differ_in_their_tags(site: str, fetch: Any) -> None:
    address = site + "doc/portrait/2025"
    tags = {fetch(address, Accept=kind).headers["ETag"] for kind in (HTML, TTL, NT, JSON_LD, RDF)}
    tags |= {fetch(address, Accept=HTML, Accept_Language="en").headers["ETag"]}
    assert len(tags) == 6


def test_vary(site: str, fetch: Any) -> None:
    address = site + "doc/portrait/2025"
    assert fetch(address, Accept=TTL).headers["Vary"] == "Accept, Accept-Encoding"
    page = fetch(address, Accept=HTML)
    assert page.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert fetch(site + ASK).headers["Vary"] == "Accept"


def test_several_accept_lines_are_one(client: Any) -> None:
    reply = client.get(
        "/doc/portrait/2025", headers=[("Accept", "text/html;q=0.1"), ("Accept", "text/turtle")]
    )
    assert reply.mimetype == TTL


def test_id_leads_on_relatively_and_keeps_the_wish(site: str, fetch: Any) -> None:
    reply = fetch(site + "id/portrait/2025?lang=en&format=ttl")
    assert reply.headers["Location"] == "../../doc/portrait/2025?lang=en&format=ttl"


def test_a_slash_after_an_address_leads_to_it_with_all_that_is_asked(site: str, fetch: Any) -> None:
    asked = (("initiatives", "?statut=a&statut=b&lang=en"), ("requetes/lignes.csv", ""))
    for path, search in asked:
        reply = fetch(f"{site}{path}/{search}")
        leads = urljoin(f"{site}{path}/", reply.headers["Location"])
        assert (reply.status, leads) == (308, f"{site}{path}{search}")


def test_id_leads_nowhere_else(site: str, fetch: Any) -> None:
    for path in ("id//exemple.invalid/", "id/%0d%0aX-Evil:1", "id/%23a%3Fb%25"):
        reply = fetch(site + path)
        assert reply.status == (303 if "%23" in path else 404)
        assert reply.headers.get("Location", "../").startswith("../")
        assert reply.headers["X-Evil"] is None
    assert reply.headers["Location"] == "../doc/%23a%3Fb%25"


def test_link_headers_name_each_form_and_the_licence(site: str, fetch: Any) -> None:
    links = fetch(site + "doc/portrait/2025", Accept=HTML).headers["Link"]
    for kind in (TTL, JSON_LD, NT, RDF):
        assert f'rel="alternate"; type="{kind}"' in links
    assert '<../../doc/portrait/2025.ttl>; rel="describedby"' in links
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links


def test_a_strange_host_is_not_put_on_the_page(site: str, fetch: Any) -> None:
    reply = fetch(site, Host="a';rm -rf ~;'")
    assert reply.status in (200, 400)
    assert "rm -rf" not in reply.text


def test_help_names_the_host_that_was_asked(site: str, fetch: Any) -> None:
    assert f"{site}id/portrait/2025" in fetch(f"{site}aide/uris").text


def test_connections_that_ask_nothing_hold_up_nobody(site: str, fetch: Any) -> None:
    parts = urlsplit(site)
    with ExitStack() as idle:
        for _ in range(400):
            idle.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0)))
        assert fetch(f"{site}healthz").status == 200
