"""A site behind nginx, Caddy and Apache, on a sub-path with TLS, as the docs configure them."""

import gzip
import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import pytest

from tests.site.test_hang_up import ENDLESS
from tests.support.crawl import crawl
from tests.support.ports import take_port
from tests.support.processes import find_busy, lives
from tests.support.proxies import Proxy, new_client, start_proxy
from tests.support.waiting import wait_until

NAMES = ("nginx", "caddy", "apache2")
JSON = {"Accept": "application/sparql-results+json"}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <def#Inscription> }"
Start = Callable[[str, str], Proxy]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a proxy before a site, once for the module."""
    folder, started, opened = tmp_path_factory.mktemp("proxies"), {}, []
    folder.chmod(0o755)

    def start(name: str, site: str) -> Proxy:
        if (name, site) not in started:
            port, reservation = take_port()
            context = start_proxy(name, site, folder, port)
            started[name, site] = context.__enter__()
            opened.append((context, reservation))
        return started[name, site]

    yield start
    for context, reservation in opened:
        context.__exit__(None, None, None)
        reservation.close()


@pytest.fixture(scope="module")
def trusting(folder: Path, boot: Any) -> Iterator[str]:
    """A site that believes the proxies of this machine, and gives a client two requests at once."""
    with boot(folder, trusted_proxies="127.0.0.1", requests_per_minute="4") as address:
        yield address


@pytest.fixture(params=NAMES)
def proxy(request: pytest.FixtureRequest, start: Start, trusting: str) -> Proxy:
    """Each proxy before that site."""
    return start(request.param, trusting)


def test_every_link_of_a_crawl_answers(start: Start, examples: str) -> None:
    proxy = start("nginx", examples)
    visited, seen = crawl(proxy.fetch, proxy.site, f"{proxy.site}?lang=fr")
    assert visited > 12
    assert seen > 200


def test_doctor_finds_nothing_wrong(start: Start, examples: str, portrait_ia: Any) -> None:
    proxy = start("nginx", examples)
    trusted = {"SSL_CERT_FILE": str(proxy.certificate)}
    done = portrait_ia("doctor", proxy.site, "--seconds", "60", env=trusted)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_path_without_its_slash_leads_there(proxy: Proxy) -> None:
    reply = proxy.fetch(proxy.site.rstrip("/"))
    assert reply.status == 308
    assert urljoin(proxy.site.rstrip("/"), reply.headers["Location"]) == proxy.site


def test_a_redirect_leads_to_the_document_below_the_same_path(proxy: Proxy) -> None:
    address = f"{proxy.site}id/portrait/2025"
    reply = proxy.fetch(address, headers={"Accept": "text/turtle"})
    assert reply.status == 303
    target = urljoin(address, reply.headers["Location"])
    assert target.startswith(f"{proxy.site}doc/portrait/2025")
    document = proxy.fetch(target, headers={"Accept": "text/turtle"})
    assert (document.status, document.kind) == (200, "text/turtle")


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("catalogue", "text/turtle", "text/turtle"),
        ("catalogue", "text/html", "text/html"),
        ("sitemap.xml", "*/*", "application/xml"),
        (".well-known/api-catalog", "*/*", "application/linkset+json"),
        ("sparql", "text/turtle", "text/turtle"),
        ("atom.xml", "*/*", "application/atom+xml"),
        ("doc/portrait/2025.rdf", "*/*", "application/rdf+xml"),
    ],
)
def test_an_answer_is_that_of_the_server(
    proxy: Proxy, trusting: str, fetch: Any, path: str, accept: str, kind: str
) -> None:
    there = proxy.fetch(proxy.site + path, headers={"Accept": accept})
    here = fetch(trusting + path, Accept=accept, X_Forwarded_For=new_client())
    assert (there.status, there.kind) == (200, kind)
    assert there.body == here.body
    for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy", "Link"):
        values = [str(reply.headers[name]).replace(", ", ",") for reply in (there, here)]
        assert values[0] == values[1], name


def test_escapes_and_slashes_of_an_address_arrive_as_they_were_sent(
    proxy: Proxy, trusting: str, fetch: Any
) -> None:
    for path in (
        "dumps/sources/2025/exemple%20%232025%20%C3%A0%20100%25%20%3F.csv.gz",
        "initiatives?q=%C3%A9%2B%26%20a",
        "doc/portrait%2F2025",
        "doc/aucun%3Fportrait",
        *(["doc//portrait/2025"] if proxy.name != "caddy" else []),  # which merges slashes
    ):
        there = proxy.fetch(proxy.site + path)
        here = fetch(trusting + path, X_Forwarded_For=new_client())
        assert (there.status, there.body) == (here.status, here.body), path


def test_head_304_and_ranges(proxy: Proxy) -> None:
    address = f"{proxy.site}dumps/portraits.nt"
    whole = proxy.fetch(address)
    head = proxy.fetch(address, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))
    part = proxy.fetch(address, headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, whole.body[10:20])
    tag = whole.headers["ETag"]
    assert proxy.fetch(address, headers={"If-None-Match": tag}).status == 304
    part = proxy.fetch(address, headers={"Range": "bytes=10-19", "If-Range": '"another"'})
    assert (part.status, part.body) == (200, whole.body)
    tag = proxy.fetch(f"{proxy.site}catalogue.ttl").headers["ETag"]
    assert proxy.fetch(f"{proxy.site}catalogue.ttl", headers={"If-None-Match": tag}).status == 304


def test_the_server_compresses_and_the_proxy_leaves_it_so(proxy: Proxy) -> None:
    address = f"{proxy.site}def.ttl"
    plain = proxy.fetch(address)
    assert plain.headers["Content-Encoding"] is None
    assert plain.headers["Content-Length"] == str(len(plain.body))
    for coding in ("gzip", "br", "zstd"):
        packed = proxy.fetch(address, headers={"Accept-Encoding": coding})
        assert packed.headers["Content-Encoding"] == coding
        assert packed.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'
    assert (
        gzip.decompress(proxy.fetch(address, headers={"Accept-Encoding": "gzip"}).body)
        == plain.body
    )


@pytest.mark.parametrize("size", [100, 900_000])
def test_a_query_is_posted(proxy: Proxy, size: int) -> None:
    query = f"{COUNT} # {'x' * size}"
    direct = {"Content-Type": "application/sparql-query", **JSON}
    form = {"Content-Type": "application/x-www-form-urlencoded", **JSON}
    for headers, body in ((direct, query), (form, f"query={quote(query)}")):
        reply = proxy.fetch(f"{proxy.site}sparql", "POST", body.encode(), headers)
        assert reply.status == 200, reply.text
        assert json.loads(reply.body)["results"]["bindings"][0]["n"]["value"] == "63"


def test_a_body_that_the_server_would_take_is_not_stopped_before_it(proxy: Proxy) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    takes = 3 * 1024 * 1024 + 65536
    reply = proxy.fetch(f"{proxy.site}sparql", "POST", b"x" * takes, headers)
    assert (reply.status, json.loads(reply.body)["kind"]) == (400, "missing-query")
    reply = proxy.fetch(f"{proxy.site}sparql", "POST", b"x" * (takes + 1), headers)
    # Caddy may answer 502, when it learns of the limit as it passes the body on.
    assert reply.status == 413 or (proxy.name, reply.status) == ("caddy", 502)


def test_a_long_address_arrives(proxy: Proxy) -> None:
    query = quote(f"{COUNT} # {'x' * 50_000}")
    assert proxy.fetch(f"{proxy.site}sparql?query={query}", headers=JSON).status == 200


def test_each_client_has_requests_of_its_own(proxy: Proxy) -> None:
    busy, statuses = new_client(), []
    for number in range(40):
        claim = f"192.0.2.{number}"
        forged = {"X-Forwarded-For": claim, "Forwarded": f"for={claim}", "X-Real-IP": claim}
        reply = proxy.fetch(f"{proxy.site}healthz", headers=forged, client=busy)
        statuses.append(reply.status)
        if reply.status == 429:
            break
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert proxy.fetch(f"{proxy.site}healthz").status == 200


def test_the_address_is_that_of_the_proxy_and_no_shared_cache_keeps_it(
    proxy: Proxy, base_uri: str
) -> None:
    address = f"{proxy.site}reconciliation"
    reply = proxy.fetch(address)
    service = json.loads(reply.body)["suggest"]["entity"]["service_url"]
    assert service == f"{proxy.site}reconciliation"
    assert reply.headers["Cache-Control"].startswith("private, ")
    page = proxy.fetch(f"{proxy.site}aide/requetes", headers={"Accept": "text/html"})
    assert proxy.site in page.text
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=http",
    }
    assert proxy.fetch(address, headers=forged).body == reply.body
    host = re.sub(r"^https://|/.*", "", base_uri)
    public = proxy.fetch(address, headers={"Host": host})
    if proxy.name != "caddy":  # which answers for the names of its site alone
        service = json.loads(public.body)["suggest"]["entity"]["service_url"]
        assert service == f"{base_uri}reconciliation"
        assert public.headers["Cache-Control"].startswith("public, ")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_breaks_off_is_noticed(start: Start, broken: str, name: str) -> None:
    proxy = start(name, broken)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        proxy.fetch(f"{proxy.site}sparql?query=x", headers={"Accept": "text/csv"})


@pytest.mark.parametrize("name", ["nginx", "caddy"])  # Apache notices it with the first byte
def test_hanging_up_ends_the_query(start: Start, patient: str, name: str) -> None:
    proxy = start(name, patient)
    connection = proxy.connect()
    connection.request("GET", f"/ia/sparql?query={quote(f'{ENDLESS} # behind {name}')}")
    busy = find_busy(patient)
    connection.close()
    wait_until(lambda: not lives(busy))
