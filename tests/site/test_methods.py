"""Every method on every path: HEAD as GET, OPTIONS as a preflight, 405 for the rest; CORS."""

from typing import Any
from urllib.parse import urlencode

import pytest

ORIGIN = {"Origin": "https://exemple.invalid"}
PREFLIGHT = {
    **ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type, accept",
}
SELECT = urlencode({"query": "SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 9"})
CONSTRUCT = urlencode({"query": "CONSTRUCT WHERE { <id/portrait/2025> ?p ?o }"})
# Each path with the query strings and the types in which it can be asked, and in which it cannot.
RESULTS = (None, "text/html", "application/json", "application/sparql-results+xml", "text/csv",
           "text/tab-separated-values", "text/turtle", "image/png")  # fmt: skip
GRAPHS = (None, "text/html", "text/turtle", "application/ld+json", "application/n-triples",
          "application/rdf+xml", "text/plain", "image/png")  # fmt: skip
PAGE = (None, "text/html")
PATHS: dict[str, tuple[str | None, ...]] = {
    "": PAGE,
    "sparql": GRAPHS,
    f"sparql?{SELECT}": RESULTS,
    f"sparql?{SELECT}&format=excel": PAGE,
    f"sparql?{CONSTRUCT}": GRAPHS,
    "sparql?query=ASK%7B%7D": RESULTS,
    "sparql?query=ASK%7B": RESULTS,
    "sparql?update=x": PAGE,
    "rdf-graph-store?default": (*GRAPHS, "application/trig", "application/n-quads"),
    "rdf-graph-store": GRAPHS,
    "rdf-graph-store?graph=a:b": GRAPHS,
    "doc/portrait/2025": GRAPHS,
    "doc/portrait/2025.ttl": PAGE,
    "doc/rien": GRAPHS,
    "id/portrait/2025": GRAPHS,
    "def": GRAPHS,
    "catalogue": GRAPHS,
    "catalogue.rdf": PAGE,
    "graph/2025": GRAPHS,
    "graph/1999": GRAPHS,
    "dumps": PAGE,
    "dumps/": PAGE,
    "dumps/portraits.nq": PAGE,
    "dumps/rien": PAGE,
    "static/portrait.css": PAGE,
    "healthz": PAGE,
    "readyz": PAGE,
    "robots.txt": PAGE,
    "atom.xml": PAGE,
    ".well-known/api-catalog": PAGE,
    "contexte.jsonld": PAGE,
    "sitemap.xml": PAGE,
    "sitemap/1.xml": PAGE,
    "sitemap/2.xml": PAGE,
    "rien": GRAPHS,
}
ASKED = [(path, accept) for path, types in PATHS.items() for accept in types]


def heads(reply: Any) -> dict[str, str]:
    """Return the headers without those that each request has of its own."""
    own = ("date", "server-timing", "x-request-id")
    named = ((name.lower(), value) for name, value in reply.headers.items())
    return {name: value for name, value in named if name not in own}


@pytest.mark.parametrize(("path", "accept"), ASKED)
def test_head_is_get_without_its_body(site: str, fetch: Any, path: str, accept: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    head = fetch(site + path, "HEAD", headers=headers)
    get = fetch(site + path, headers=headers)
    assert head.body == b""
    assert (head.status, heads(head)) == (get.status, heads(get))
    assert int(head.headers["Content-Length"]) == len(get.body)
    assert "Accept" in get.headers.get("Vary", "") or path.startswith(
        ("dumps/", "static", "healthz", "readyz", "robots", "id/", "dumps")
    )


@pytest.mark.parametrize("path", PATHS)
def test_options_is_a_preflight_for_anyone(site: str, fetch: Any, path: str) -> None:
    reply = fetch(site + path, "OPTIONS", headers=PREFLIGHT)
    if path == "rien":
        assert reply.status == 404
        return
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Content-Length"] is None
    allowed = set(reply.headers["Allow"].split(", "))
    assert allowed == {"GET", "HEAD", "OPTIONS"} | ({"POST"} if path[:6] == "sparql" else set())
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert {"Accept", "Content-Type", "If-None-Match"} <= set(
        reply.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert int(reply.headers["Access-Control-Max-Age"]) >= 3600
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Credentials"] is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_refused(site: str, fetch: Any, path: str, method: str) -> None:
    body = None if method in ("DELETE", "TRACE") else b"x"
    reply = fetch(site + path, method, body)
    if path == "rien":
        assert reply.status == 404
        return
    assert (reply.status, reply.kind) == (405, "application/problem+json")
    allowed = set(reply.headers["Allow"].split(", "))
    assert allowed == {"GET", "HEAD", "OPTIONS"} | ({"POST"} if path[:6] == "sparql" else set())


@pytest.mark.parametrize("path", [path for path in PATHS if path[:6] not in ("sparql", "rien")])
def test_only_the_endpoint_takes_a_post(site: str, fetch: Any, path: str) -> None:
    reply = fetch(site + path, "POST", b"<a:a> <a:b> <a:c> .", Content_Type="text/turtle")
    assert reply.status == 405
    assert "POST" not in reply.headers["Allow"]


# Every kind of answer, with the refusals that are said before the application is asked.
ANSWERS = [
    ("GET", "", {}, 200),
    ("OPTIONS", "sparql", {}, 204),
    ("GET", "id/portrait/2025", {}, 303),
    ("GET", "dumps", {}, 308),
    ("GET", "sparql?query=ASK%7B", {}, 400),
    ("GET", "sparql?update=x", {}, 403),
    ("GET", "rien", {}, 404),
    ("DELETE", "sparql", {}, 405),
    ("GET", "sparql", {"Accept": "image/png"}, 406),
    ("GET", "sparql", {"Accept-Encoding": "identity;q=0, *;q=0"}, 406),
    ("POST", "sparql", {"Content-Type": "text/plain"}, 415),
    ("GET", "", {"X": "x" * 140_000}, 431),
    ("GET", "dumps/portraits.nq", {"Range": "bytes=0-9"}, 206),
    ("GET", "dumps/portraits.nq", {"Range": "bytes=99999999-"}, 416),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS)
def test_any_page_may_read_any_answer(
    site: str, fetch: Any, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    reply = fetch(site + path, method, headers={**ORIGIN, **headers})
    assert reply.status == status
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Credentials"] is None
    assert "Retry-After" in reply.headers["Access-Control-Expose-Headers"]


def test_any_page_may_read_that_nothing_changed(site: str, fetch: Any) -> None:
    tag = fetch(site + "def").headers["ETag"]
    reply = fetch(site + "def", headers={**ORIGIN, "If-None-Match": tag})
    assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (304, "*")
