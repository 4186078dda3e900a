"""The static copy, as real web servers send it: links, negotiation, redirects, types, headers."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.conftest import HEADER, PROJECT, Run, common_folder
from tests.support.build_once import make_once
from tests.support.web_servers import apache, nginx

BASE = "https://ia.example/donnees/"
ROWS = (
    ("Tri des demandes", "Automatisation", "Héma", "Santé", "- Réduire les délais", "En service"),
    ("Élèves guidés", "Assistant", "Régie", "Travail", "- Répondre aux élèves", "En essai"),
    ("Traduction", "Automatisation", "Régie", "Travail", "- Traduire des courriels", "En service"),
    ("Anomalies", "Analyse", "Œka", "Villes", "- Protéger l'eau", "En essai"),
)
PAGE = "doc/statut/en-service"
LINK = re.compile(r'<[a-z]+ [^>]*?\b(?:href|src|srcset|action|data-query)="[^"]*"[^>]*>')
TARGET = re.compile(r'\s(?:href|src|srcset|action|data-query)="([^"]*)"')


@pytest.fixture(scope="session")
def small(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of four initiatives over two years."""

    def build(folder: Path) -> None:
        files = []
        for year, rows in ((2024, ROWS[:3]), (2025, ROWS)):
            file = folder / f"{year}.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows([HEADER, *rows])
            files.append(f"{year}={file}")
        layout = PROJECT / "tests/layouts/petit.toml"
        where = ("--base-uri", BASE, "--to", folder / "releases")
        done = portrait_ia("build", *files, "--layout", layout, *where)
        assert done.returncode == 0, done.stderr

    return make_once(common_folder(tmp_path_factory) / "small-release", build) / "releases"


@pytest.fixture(scope="session")
def copy(small: Path, portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of that release as files."""

    def export(folder: Path) -> None:
        done = portrait_ia("export", small, "--to", folder / "site")
        assert done.returncode == 0, done.stderr
        (folder / "told").write_text(done.stderr)

    return make_once(common_folder(tmp_path_factory) / "copy", export) / "site"


@contextmanager
def _at_its_path(copy: Path, folder: Path) -> Iterator[Path]:
    """Yield a root of a web server, in which the copy stands at the path of its URIs."""
    folder.chmod(0o755)
    for parent in folder.parents:
        if parent != parent.parent and parent.owner() == folder.owner():
            parent.chmod(parent.stat().st_mode | 0o055)
    (folder / "root").mkdir()
    (folder / "root/donnees").symlink_to(copy)
    yield folder / "root"


@pytest.fixture(scope="module")
def nginx_site(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the copy behind nginx, with the rules that it holds."""
    folder = tmp_path_factory.mktemp("nginx")
    rules = copy / "rules"
    with _at_its_path(copy, folder) as root:
        http = f"include {rules}/nginx-http.conf;"
        server = f"root {root};\ninclude {rules}/nginx-server.conf;"
        with nginx(folder, http, server) as address:
            yield f"{address}donnees/"


@pytest.fixture(scope="module")
def apache_site(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the copy behind Apache, with its `.htaccess`."""
    folder = tmp_path_factory.mktemp("apache")
    modules = ("mpm_event", "authz_core", "dir", "setenvif", "headers", "mime", "rewrite")
    with (
        _at_its_path(copy, folder) as root,
        apache(folder, root, modules) as address,
    ):
        yield f"{address}donnees/"


@pytest.fixture(params=["nginx", "apache"])
def served(request: pytest.FixtureRequest) -> str:
    """The address of the copy behind each server."""
    address: str = request.getfixturevalue(f"{request.param}_site")
    return address


def read_objects(copy: Path) -> list[dict[str, str]]:
    """Return what the copy tells object stores."""
    lines = (copy / "rules/objects.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def links_of(page: str) -> list[str]:
    """Return what a page links to."""
    return [unescape(link) for tag in LINK.findall(page) for link in TARGET.findall(tag)]


def test_every_link_leads_to_a_file(nginx_site: str, copy: Path, fetch: Any) -> None:
    told = (copy.parent / "told").read_text()
    lost = {line.partition(":")[0] for line in told.splitlines()}
    waiting = [f"{nginx_site}index.html", f"{nginx_site}index.en.html"]
    seen = set(waiting)
    pages = 0
    while waiting:
        address = waiting.pop()
        reply = fetch(address)
        path = urlsplit(address).path.removeprefix("/donnees/")
        if reply.status == 404 and path.removesuffix(".html").removesuffix(".en") in lost:
            continue
        assert reply.status == 200, address
        if reply.kind != "text/html":
            continue
        pages += 1
        language = "en" if path.endswith(".en.html") else "fr"
        assert f'<html lang="{language}">' in reply.text, address
        for link in links_of(reply.text):
            target = urldefrag(urljoin(address, link))[0].partition("?")[0]
            if target.startswith(nginx_site) and target not in seen:
                # A page leads to pages of its language; the switch alone leads to the other.
                seen.add(target)
                waiting.append(target)
    assert pages > 400
    assert len(seen) > 1500


def test_all_documents_are_there_in_every_form(copy: Path, small: Path) -> None:
    listed = (small / "current/documents.txt").read_text().splitlines()
    for path in listed:
        for ending in ("html", "en.html", "ttl", "jsonld", "nt", "rdf"):
            assert (copy / f"doc/{path}.{ending}").is_file(), path


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/turtle, */*", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0.5, application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.5, application/ld+json;q=0.9, text/html;q=0.1", "application/ld+json"),
        ("text/html;q=0.3, text/turtle;q=0.8", "text/turtle"),
        ("text/turtle;q=0, text/html", "text/html"),
        ("text/turtle;charset=utf-8", "text/turtle"),
    ],
)
def test_accept_chooses_the_form(served: str, fetch: Any, accept: str, kind: str) -> None:
    reply = fetch(served + PAGE, headers={"Accept": accept} if accept else {})
    assert (reply.status, reply.kind) == (200, kind)
    assert "Accept" in reply.headers["Vary"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "spoken", "language"),
    [
        (PAGE, "", "fr"),
        (PAGE, "en-CA, fr;q=0.5", "en"),
        (PAGE, "fr;q=0.4, en;q=0.6", "en"),
        (PAGE, "de, fr;q=0.5", "fr"),
        (f"{PAGE}?lang=en", "fr", "en"),
        (f"{PAGE}.html", "en", "fr"),
        (f"{PAGE}.en.html", "fr", "en"),
        ("", "en", "en"),
        ("dumps/", "en", "en"),
    ],
)
def test_the_language_is_chosen(
    served: str, fetch: Any, path: str, spoken: str, language: str
) -> None:
    reply = fetch(served + path, headers={"Accept-Language": spoken, "Accept": "text/html"})
    assert reply.status == 200
    assert f'<html lang="{language}">' in reply.text


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("id/statut/en-service", 303, "/donnees/doc/statut/en-service"),
        ("dumps", 308, "/donnees/dumps/"),
        ("dumps/portraits", 303, "/donnees/dumps/portraits.ttl"),
    ],
)
def test_redirects(served: str, fetch: Any, path: str, status: int, target: str) -> None:
    reply = fetch(served + path)
    assert reply.status == status
    assert urlsplit(reply.headers["Location"]).path == target


def test_what_was_replaced_leads_to_its_replacement(served: str, copy: Path, fetch: Any) -> None:
    objects = read_objects(copy)
    moved = {o["key"]: o["redirect"] for o in objects if "redirect" in o}
    old, new = next((k, v) for k, v in moved.items() if k[3:] != v[4:])
    reply = fetch(served + old)
    assert reply.status == 301
    assert urlsplit(reply.headers["Location"]).path == f"/donnees/id/{new.removeprefix('doc/')}"


def test_no_line_of_an_address_becomes_a_header(served: str, fetch: Any) -> None:
    reply = fetch(f"{served}id/a%0d%0aX-Theirs:%20yes")
    assert reply.headers["X-Theirs"] is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("doc/statut/en-service.ttl", "text/turtle; charset=utf-8"),
        ("doc/statut/en-service.jsonld", "application/ld+json"),
        ("initiatives.csv", "text/csv; charset=utf-8"),
        ("initiatives.json", "application/json"),
        ("requetes/categories.json", "application/sparql-results+json"),
        ("requetes/categories.xml", "application/sparql-results+xml"),
        ("requetes/categories.rq", "application/sparql-query; charset=utf-8"),
        ("requetes/openapi.json", "application/vnd.oai.openapi+json"),
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("dumps/portraits.nq.gz", "application/gzip"),
        ("dumps/portraits.trig", "application/trig; charset=utf-8"),
        (".well-known/void", "text/turtle; charset=utf-8"),
        (".well-known/api-catalog", "application/linkset+json"),
        ("graphiques/categories-2025.svg", "image/svg+xml"),
    ],
)
def test_types(served: str, fetch: Any, path: str, kind: str) -> None:
    reply = fetch(served + path)
    assert reply.status == 200
    shown = reply.headers["Content-Type"]
    assert shown.partition(";")[0] == kind.partition(";")[0]
    assert "charset" not in kind or shown.lower() == kind


def test_headers_keep_scripts_of_others_out(served: str, fetch: Any) -> None:
    policy = fetch(f"{served}{PAGE}").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert fetch(f"{served}{PAGE}").headers["X-Content-Type-Options"] == "nosniff"
    assert "'wasm-unsafe-eval'" in fetch(f"{served}sparql").headers["Content-Security-Policy"]


def test_downloads_are_those_of_the_release(copy: Path, small: Path) -> None:
    for file in (small / "current/dumps").rglob("*"):
        if file.is_file():
            twin = copy / "dumps" / file.relative_to(small / "current/dumps")
            assert twin.read_bytes() == file.read_bytes()


def test_object_stores_are_told_every_file(copy: Path) -> None:
    objects = read_objects(copy)
    files = {o["key"]: o for o in objects if o.get("file") == o["key"]}
    there = {file.relative_to(copy).as_posix() for file in copy.rglob("*") if file.is_file()}
    own = {".htaccess", "export.json", *(name for name in there if name.startswith("rules/"))}
    assert files.keys() == there - own
    keys = {o["key"]: o for o in objects}
    assert keys[PAGE]["file"] == f"{PAGE}.html"
    assert keys["id/statut/en-service"]["redirect"] == PAGE
