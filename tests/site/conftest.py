"""Start the real server on a real port over a small release that was built for another host."""

import gzip
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

import ontology
from server.app import create_app
from server.settings import Settings
from tests.support.ports import take_port
from tests.support.reply import Reply
from tests.support.waiting import SECONDS, wait_until
from transform.layouts.model import Languages
from transform.rdf import syntaxes
from transform.release import document_index
from transform.release.definitions import definitions

BASE = "https://exemple.gouv.qc.example/ia/"
HERE = Path(__file__).parent
NOTICE = {
    "fr": "Les initiatives de ces portraits d'exemple sont fictives.",
    "en": "The initiatives of these example portraits are made up.",
}
WORDS = {
    "fr": {
        "portrait": ["portrait", "portraits"],
        "portefeuille": ["portefeuille", "portefeuilles ministériels"],
    },
    "en": {
        "portrait": ["portrait", "portraits"],
        "organisme": ["public body", "public bodies"],
        "portefeuille": ["portfolio", "ministerial portfolios"],
    },
}
SOURCES = {2024: "exemple-2024.csv", 2025: "exemple #2025 à 100% ?.csv.gz"}
SOURCE = "Nom;Organisme\r\nExemple 1 : Tri des demandes;Cégep du Vieux Montréal \r\n"
MORE = 60  # plain entries of 2025, so that what points at the portrait needs two pages
Boot = Callable[..., AbstractContextManager[str]]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BROWSER_MS = 1000 * SECONDS
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def base_uri() -> str:
    """The base URI of the release: neither this host nor this path."""
    return BASE


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one current release."""
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder / "0123456789abcdef")
    (folder / "current").symlink_to("0123456789abcdef")
    return folder


@pytest.fixture
def two_releases(tmp_path: Path) -> Path:
    """A folder with two releases; the second one, not current, has one more entry."""
    write_release(tmp_path / "aaaaaaaaaaaaaaaa")
    write_release(tmp_path / "bbbbbbbbbbbbbbbb", more=MORE + 1)
    (tmp_path / "current").symlink_to("aaaaaaaaaaaaaaaa")
    return tmp_path


@pytest.fixture(scope="session")
def old_and_new(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases that were published, the second with one more entry; a third was only built."""
    folder = tmp_path_factory.mktemp("published")
    for name, entries in (("a" * 16, 3), ("b" * 16, 4), ("c" * 16, 5)):
        write_release(folder / name, more=entries)
    (folder / "history").write_text(
        f"{'a' * 16} 2024-05-06T07:08:09Z\n{'b' * 16} 2025-06-07T08:09:10Z\n"
        f"{'a' * 16} 2025-12-31T00:00:00Z\n{'b' * 16} 2026-01-01T00:00:00Z\n"
    )
    (folder / "current").symlink_to("b" * 16)
    return folder / ("a" * 16), folder / ("b" * 16)


@pytest.fixture(scope="session")
def published(old_and_new: tuple[Path, Path]) -> Iterator[str]:
    """The address of a site over two releases, of which the second is current."""
    with _boot(old_and_new[0].parent) as address:
        yield address


@pytest.fixture(scope="session")
def app(folder: Path) -> Iterator[Flask]:
    """The application, in this process."""
    app = create_app(folder, Settings())
    yield app
    app.extensions["current_release"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application, without a network."""
    return app.test_client()


def fetch(
    address: str, method: str = "GET", body: Any = None, headers: Any = None, **named_headers: str
) -> Reply:
    """Send one request on a connection of its own; `Accept_Language=` names a header too."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=90)
    all_headers = {
        **(headers or {}),
        **{name.replace("_", "-"): value for name, value in named_headers.items()},
    }
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    with closing(connection):
        connection.request(
            method, target, body, all_headers, encode_chunked="Transfer-Encoding" in all_headers
        )
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())


Fetch = Callable[..., Reply]


@pytest.fixture(scope="session", name="fetch")
def _fetch() -> Fetch:
    """Send one request."""
    return fetch


@pytest.fixture(scope="session")
def boot() -> Boot:
    """Start the production server over a folder; it is ready when its address is returned.

    A second worker takes half of what a start costs: `workers=1` where it would show nothing.
    """
    return _boot


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[str]:
    """The address of a running site, such as `http://127.0.0.1:40123/`."""
    with _boot(folder) as address:
        yield address


@pytest.fixture(scope="session")
def examples(example: Path) -> Iterator[str]:
    """The address of a site over the example portraits, built for another address."""
    with _boot(example) as address:
        yield address


@pytest.fixture(scope="session")
def patient(folder: Path) -> Iterator[str]:
    """A site that lets a query run far longer than any test waits."""
    with _boot(folder, query_seconds="600") as address:
        yield address


@pytest.fixture(scope="session")
def broken(folder: Path) -> Iterator[str]:
    """The address of a site whose engine fails as the query says."""
    with _run([sys.executable, str(HERE / "broken_site.py")], folder) as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; it ends with the module, as its event loop disturbs other tests."""
    reason = "playwright is not installed"
    sync_api = pytest.importorskip("playwright.sync_api", reason=reason)
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=180_000)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a French reader, at the width of a telephone."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="fr-CA")
    context.set_default_timeout(BROWSER_MS)
    yield context.new_page()
    context.close()


@contextmanager
def _boot(
    folder: Path,
    workers: int = 2,
    descriptors: int = 0,
    stderr: IO[bytes] | None = None,
    **settings: str,
) -> Iterator[str]:
    code = "import os, resource, sys; from pathlib import Path; "
    code += "from server.http.process.listen import listen; "
    if descriptors:  # the limit of each process, which bounds its connections
        code += f"resource.setrlimit(resource.RLIMIT_NOFILE, ({descriptors}, {descriptors})); "
    code += "engine = os.environ.get('PORTRAIT_IA_ENGINE', 'memory'); "
    code += "folder, workers, port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]); "
    code += "listen(folder, '127.0.0.1', port, workers, engine=engine)"
    command = [sys.executable, "-c", code, str(folder), str(workers)]
    # No query of a busy machine is refused for having waited, unless that is what is tried.
    settings = {"queue_seconds": f"{SECONDS:g}", **settings}
    with _run(command, folder, settings, stderr, ready="readyz") as address:
        yield address


@contextmanager
def _run(
    command: list[str],
    folder: Path,
    settings: dict[str, str] | None = None,
    stderr: IO[bytes] | None = None,
    ready: str = "healthz",
) -> Iterator[str]:
    """Start a server; yield its address once the path `ready` is answered by 200.

    That is `readyz` where a release is to be served: on a busy machine its first check may last
    longer than the start waits for it, and until then each other path is answered by 503.
    """
    port, reservation = take_port()
    root = HERE.parent.parent
    environment = {"PORTRAIT_IA_FOLDER": str(folder), "PYTHONPATH": str(root)}
    environment |= {
        f"PORTRAIT_IA_{name.upper()}": value for name, value in (settings or {}).items()
    }
    environment = {**os.environ, **environment}
    server = subprocess.Popen([*command, str(port)], cwd=root, env=environment, stderr=stderr)
    with reservation:
        try:
            wait_until(lambda: _answers(f"http://127.0.0.1:{port}/{ready}", server))
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(60)


def _answers(address: str, server: "subprocess.Popen[bytes]") -> bool:
    assert server.poll() is None, "the server ended"
    try:
        with urllib.request.urlopen(address, timeout=30):
            return True
    except OSError:
        return False


def write_release(release: Path, more: int = MORE) -> None:
    """Write a release folder as `portrait-ia build` would, from `portraits.trig`."""
    files: dict[str, dict[str, object]] = {}
    for year in (2024, 2025):
        source = f"dumps/sources/{year}/{SOURCES[year]}"
        (release / source).parent.mkdir(parents=True)
        (release / source).write_bytes(SOURCE.encode("windows-1252"))
        files[source] = _file_entry(release / source, "text/csv")
    quads = sorted(_quads(more), key=str)
    for syntax in syntaxes.SYNTAXES:
        path = f"dumps/portraits.{syntax.suffix}"
        with (release / path).open("wb") as out:
            syntaxes.write(quads, syntax, out, BASE)
        files[path] = _file_entry(release / path, syntax.media_type)
    packed = release / "dumps/portraits.ttl.gz"
    packed.write_bytes(gzip.compress((release / "dumps/portraits.ttl").read_bytes(), mtime=0))
    files["dumps/portraits.ttl.gz"] = _file_entry(packed, "application/gzip")
    listed = document_index.list_documents([release / "dumps/portraits.nt"], BASE)
    (release / document_index.FILE).write_bytes(listed)
    dumps = {path: entry for path, entry in files.items() if "/sources/" not in path}
    sums = "".join(f"{entry['sha256']}  {Path(path).name}\n" for path, entry in dumps.items())
    (release / "dumps" / "SHA256SUMS").write_text(sums)
    files[document_index.FILE] = _file_entry(release / document_index.FILE, "text/plain")
    vocabulary = (f"{quad.triple} .\n" for quad in quads if "/vocabulaire" in _iri(quad.graph_name))
    for path, content in definitions(
        BASE, vocabulary, Languages(("fr", "en"), ("fr", "en"))
    ).items():
        (release / path).parent.mkdir(exist_ok=True)
        (release / path).write_bytes(content)
        files[path] = _file_entry(release / path, "text/turtle")
    manifest = _manifest(quads, files, more)
    (release / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))


def list_anew(release: Path, path: str) -> None:
    """List a file that a test has written in the manifest of a release, and in its checksums."""
    manifest = json.loads((release / "manifest.json").read_text())
    before = manifest["files"].get(path, {}).get("sha256", "")
    entry = _file_entry(release / path, "text/plain")
    manifest["files"][path] = entry
    sums = release / "dumps/SHA256SUMS"
    sums.write_text(sums.read_text().replace(before or "\0", str(entry["sha256"])))
    (release / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))


def _file_entry(file: Path, media_type: str) -> dict[str, object]:
    body = file.read_bytes()
    return {
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "media_type": media_type,
    }


def _quads(more: int) -> Iterator[ox.Quad]:
    yield from ox.parse(path=HERE / "portraits.trig", format=ox.RdfFormat.TRIG, base_iri=BASE)
    vocabulary = ox.NamedNode(f"{BASE}graph/vocabulaire")
    for name in ontology.NAMES:
        body = ontology.read(name)
        for quad in ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=BASE):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, vocabulary)
    for number in range(more):
        text = (
            f"<graph/2025> {{ <id/initiative/simple{number:03}/2025> a <def#Inscription> ; "
            f'<http://www.w3.org/2000/01/rdf-schema#label> "Exemple simple {number:03}"@fr ; '
            "<http://purl.org/dc/terms/isPartOf> <id/portrait/2025> . }"
        )
        yield from ox.parse(text, format=ox.RdfFormat.TRIG, base_iri=BASE)


RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _iri(term: object) -> str:
    return str(getattr(term, "value", ""))


def _manifest(
    quads: list[ox.Quad], files: dict[str, dict[str, object]], more: int
) -> dict[str, object]:
    graphs: dict[str, int] = {}
    for quad in quads:
        name = str(getattr(quad.graph_name, "value", "")).removeprefix(f"{BASE}graph/")
        graphs[name] = graphs.get(name, 0) + 1
    portrait = {
        "file": SOURCES[2024],
        "encoding": "windows-1252",
        "read": 1,
        "published": 1,
        "rejected": 0,
        "initiatives": 1,
        "bodies": 1,
    }
    return {
        "software": {"name": "portrait-ia", "version": "0.1.0"},
        "base_uri": BASE,
        "series": {
            "title": {"fr": "Portraits d'exemple", "en": "Example portraits"},
            "description": {"fr": "Deux portraits fictifs.", "en": "Two made-up portraits."},
            "licence": "https://creativecommons.org/licenses/by/4.0/",
            "landing": "https://exemple.gouv.qc.example/",
        },
        "words": WORDS,
        "publisher": {
            "iri": f"{BASE}id/organisme/cegep-du-vieux-montreal",
            "name": {"fr": "Éditeur d'exemple", "en": "Example publisher"},
            "homepage": "https://exemple.gouv.qc.example/",
            "email": "",
        },
        "notice": NOTICE,
        "portraits": [
            {**portrait, "year": 2024},
            {
                **portrait,
                "year": 2025,
                "file": SOURCES[2025],
                "published": more + 2,
                "initiatives": more + 2,
                "bodies": 2,
            },
        ],
        "graphs": graphs,
        "quads": len(quads),
        "classes": dict(
            Counter(str(q.object)[1:-1] for q in quads if "#type>" in str(q.predicate))
        ),
        "properties": dict(Counter(q.predicate.value for q in quads)),
        "files": files,
    }
