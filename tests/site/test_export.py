"""The static copy, as real web servers send it: links, negotiation, redirects, types, headers."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

import pytest

from server.app import create_app
from server.settings import Settings
from tests.conftest import HEADER, PROJECT, Run, common_folder
from tests.support.build_once import make_once
from tests.support.web_servers import apache, nginx
from transform.text.search_words import Stems
from transform.text.search_words import words as words_of

BASE = "https://ia.example/donnees/"
ROWS = (
    ("Tri des demandes", "Automatisation", "Héma", "Santé", "- Réduire les délais", "En service"),
    ("Élèves guidés", "Assistant", "Régie", "Travail", "- Répondre aux élèves", "En essai"),
    ("Traduction", "Automatisation", "Régie", "Travail", "- Traduire des courriels", "En service"),
    ("Anomalies", "Analyse", "Œka", "Villes", "- Protéger l'eau", "En essai"),
)
# A body by another name than that of the files, so that what it was called leads to it.
REGISTRY = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/organisme/regie-des-rentes> a <def#Organisme> ;
  skos:prefLabel "Régie des rentes"@fr ; skos:altLabel "Régie"@fr ;
  <http://www.w3.org/ns/org#classification> <id/genre/organisme> ; <def#revise> true .
"""
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
        layout = folder / "petit.toml"
        text = (PROJECT / "tests/layouts/petit.toml").read_text("utf-8")
        named = 'name = "petit"\n'
        layout.write_text(text.replace(named, f'{named}registry = "organismes.ttl"\n'), "utf-8")
        (folder / "organismes.ttl").write_text(REGISTRY, "utf-8")
        where = ("--base-uri", BASE, "--to", folder / "releases")
        for given in (files[:1], files):  # an earlier release is published too
            done = portrait_ia("build", *given, "--layout", layout, *where)
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


def test_a_copy_is_of_one_release_with_the_files_of_all(copy: Path) -> None:
    releases = {path.name for path in (copy / "dumps/releases").iterdir() if path.is_dir()}
    assert len(releases) == 2
    assert not (copy / "releases").exists()
    assert not [path for path in copy.iterdir() if path.name.startswith("conformite")]
    page = (copy / "dumps/index.html").read_text("utf-8")
    assert all(name in page for name in releases)


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


def test_each_page_is_at_home_at_its_own_file_with_a_picture_that_is_there(copy: Path) -> None:
    homes, pictures = {}, set()
    for file in copy.rglob("*.html"):
        head = file.read_text("utf-8").partition("</head>")[0]
        for home in re.findall('<link rel="canonical" href="([^"]*)">', head):
            assert f'<meta property="og:url" content="{home}">' in head
            homes[file.relative_to(copy).as_posix()] = home
        pictures |= set(re.findall('<meta property="og:image" content="([^"]*)">', head))
    assert homes["index.html"] == BASE
    assert homes["changements/index.html"] == f"{BASE}changements/"
    for name in ("index.en.html", "initiatives.html", "initiatives.en.html", f"{PAGE}.html"):
        assert homes[name] == BASE + name
    assert homes["initiatives.annee-2024.html"] == f"{BASE}initiatives.html"
    assert any(".en." in picture for picture in pictures)
    for picture in pictures:
        assert picture.startswith(BASE)
        assert (copy / picture.removeprefix(BASE)).read_bytes().startswith(b"\x89PNG")


def test_every_page_of_the_sitemap_is_there(copy: Path) -> None:
    for part in (copy / "sitemap").iterdir():
        for address in re.findall("<loc>([^<]*)</loc>", part.read_text("utf-8")):
            path = unquote(address.removeprefix(BASE))
            stem = f"{path}index" if not path or path.endswith("/") else path
            assert (copy / f"{stem}.html").is_file(), address
            assert (copy / f"{stem}.en.html").is_file(), address


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
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("dumps/portraits.nq.gz", "application/gzip"),
        ("dumps/portraits.trig", "application/trig; charset=utf-8"),
        (".well-known/void", "text/turtle; charset=utf-8"),
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
    for line in (copy / "dumps/SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((copy / "dumps" / name).read_bytes()).hexdigest() == digest, name


def test_object_stores_are_told_every_file(copy: Path) -> None:
    objects = read_objects(copy)
    files = {o["key"]: o for o in objects if o.get("file") == o["key"]}
    there = {file.relative_to(copy).as_posix() for file in copy.rglob("*") if file.is_file()}
    own = {".htaccess", "export.json", *(name for name in there if name.startswith("rules/"))}
    assert files.keys() == there - own
    keys = {o["key"]: o for o in objects}
    assert keys[PAGE]["file"] == f"{PAGE}.html"
    assert keys["id/statut/en-service"]["redirect"] == PAGE


def test_a_copy_promises_no_service(copy: Path) -> None:
    for name in ("catalogue", ".well-known/void"):
        for ending in ("ttl", "jsonld", "nt", "rdf"):
            text = (copy / f"{name}.{ending}").read_text("utf-8")
            assert f"{BASE}id/portrait/2025" in text
            assert "DataService" not in text
            assert f"{BASE}sparql" not in text
    assert not (copy / "requetes/openapi.json").exists()
    assert not (copy / ".well-known/api-catalog").exists()


def test_three_saved_questions_answer_in_a_browser(
    nginx_site: str, copy: Path, page: Any, noticed: list[str]
) -> None:
    page.goto(f"{nginx_site}sparql")
    page.locator(".cm-content").wait_for()
    links = page.locator(".examples [data-query]")
    asked = 0
    for place in range(links.count()):
        query = links.nth(place).get_attribute("data-query")
        answer = copy / query.removeprefix("./").replace(".rq", ".json")
        if not answer.exists():  # it wants a value, or constructs a graph
            continue
        links.nth(place).click()
        rows = len(json.loads(answer.read_bytes())["results"]["bindings"])
        page.wait_for_function(
            "query => new URL(location).searchParams.get('query') === query",
            arg=(copy / query).read_text("utf-8"),
        )
        page.locator("#nombre").wait_for()
        assert int(re.sub(r"\D", "", page.locator("#nombre").inner_text())) == rows
        assert page.locator("#reponse tbody tr").count() == rows
        asked += 1
        if asked == 3:
            break
    assert asked == 3
    assert all(message.startswith((nginx_site, "data:", "blob:")) for message in noticed), noticed


UNANSWERED = (
    ("ASK {",
     "La demande ne peut pas être lue", "La requête ne peut pas être lue à la ligne 1, colonne",
     "The request cannot be read", "The query cannot be read at line 1, column"),
    ("ASK { ?s ?p ?o FILTER(<a:f>(1)) }", "", "La fonction <a:f> n'existe pas ici",
     "", "There is no function <a:f> here"),
    ("ASK { SERVICE <a:b> {} }",
     "", "ôter SERVICE de la requête", "", "leave SERVICE out of the query"),
)  # fmt: skip


def test_a_query_without_an_answer_is_told_in_the_language_of_the_page(
    nginx_site: str, page: Any
) -> None:
    for query, *told in UNANSWERED:
        for place, name in enumerate(("sparql", "sparql.en")):
            page.goto(f"{nginx_site}{name}.html?query={quote(query)}")
            said = page.locator(".said.wrong")
            said.wait_for()
            heading, detail = said.locator("p").all_inner_texts()  # no word on another language
            assert heading.startswith(told[2 * place]), heading
            assert told[2 * place + 1] in detail


@pytest.fixture
def noticed(page: Any) -> list[str]:
    """The errors and messages of the browser, and every address that it requests."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: messages.append(request.url))
    return messages


def read_list(page: str) -> tuple[str, list[str], dict[str, dict[str, str]]]:
    """Return what the page of a list shows: total, names in order, numbers of each facet."""
    total = re.search(r'class="total"[^>]*><strong>([^<]*)', page)
    assert total is not None
    found = page[page.index('class="found"') : page.index('class="facets"')]
    names = re.findall(r'<(?:h2|th scope="row")>\s*<a href="[^"]*"(?: lang="\w+")?>([^<]*)', found)
    facets = {}
    for section in page.split("<section aria-labelledby=")[1:]:
        pairs = re.findall(r'>([^<>]+)</span> <span class="number">([^<]*)', section)
        if pairs:
            facets[section[1:].partition('"')[0]] = dict(pairs)
    return total[1], [unescape(name) for name in names], facets


def told_years(page: str) -> list[str]:
    """Return of which years a list says that it is, and to which others it leads."""
    return re.findall(r'class="of-years">([^<]*)<|class="other-years"><a[^>]*>([^<]*)<', page)


@pytest.fixture(scope="module")
def application(small: Path) -> Iterator[Any]:
    """A client of our application over the same release, whose answers count."""
    app = create_app(small, Settings())
    yield app.test_client()
    app.extensions["current_release"].close()


STATES = (
    "initiatives?annee=2024&categorie=automatisation",
    "initiatives?annee=2024&annee=2025&statut=en-essai",
    "initiatives?organisme=regie-des-rentes&tri=organisme",
    "initiatives?q=eleves&statut=en-essai",
    "initiatives?q=traduire+-courriels",
    "initiatives?q=%22guid%C3%A9s%22+OR+anomalie&tri=nom",
    "initiatives?presence=nouvelle&categorie=analyse",
    "initiatives?q=nulle+part&annee=2025",
    "portraits/2024?categorie=automatisation&organisme=regie-des-rentes",
    "organismes?annee=2024&portefeuille=travail&tri=nombre",
    "organismes?annee=2025&presence=nouvelle",
    "categories?annee=2024&q=assistants",
)


def test_states_of_lists_are_those_of_the_server(
    nginx_site: str, application: Any, page: Any
) -> None:
    for state in STATES:
        asked = application.get(f"/{state}", headers={"Accept": "text/html"})
        path, _, search = state.partition("?")
        page.goto(f"{nginx_site}{path}.html?{search}")
        page.locator("main ul.chips").wait_for()
        content = page.content().replace("&nbsp;", "\u00a0")
        assert read_list(content) == read_list(asked.text), state
        assert told_years(content) == told_years(asked.text), state


def test_a_value_that_a_list_does_not_know_is_told_above_the_whole_list(
    nginx_site: str, application: Any, page: Any
) -> None:
    for state in ("initiatives?statut=zzz", "organismes?annee=1990", "initiatives?organisme=nul"):
        assert application.get(f"/{state}").status_code == 400
        path, _, search = state.partition("?")
        page.goto(f"{nginx_site}{path}.en.html?{search}")
        name, _, value = search.partition("=")
        told = page.get_by_role("alert").inner_text()
        assert told.startswith(f"{name} is {value}: this list does not know this value")
        whole = application.get(f"/{path}?lang=en", headers={"Accept": "text/html"}).text
        assert read_list(page.content())[0] == read_list(whole)[0]


@pytest.mark.parametrize("words", ["élèves", "eleves", "ELEVE", '"aux élèves"', "e\u0301lève"])
def test_a_search_finds_with_accents_and_without(nginx_site: str, page: Any, words: str) -> None:
    page.goto(f"{nginx_site}recherche.html")
    page.locator("main [name=q]").fill(words)
    page.locator("main [name=q]").press("Enter")
    page.locator(".results h3").first.wait_for()
    assert page.locator(".results h3").all_inner_texts() == ["Élèves guidés"]
    page.locator(".results h3 a").click()
    page.wait_for_url("**/doc/initiative/*.html")


def test_a_search_that_finds_nothing_shows_the_ways_on(nginx_site: str, page: Any) -> None:
    for name, told in (("recherche", "Écrivez moins de mots"), ("recherche.en", "Write fewer")):
        page.goto(f"{nginx_site}{name}.html?q=zqxzqx")
        ways = page.locator("section[aria-labelledby=ways]")
        ways.wait_for()
        assert told in ways.inner_text()
        ways.locator("a").last.click()
        page.locator("article.prose").wait_for()
        assert "/aide/recherche" in page.url


def test_a_search_finds_what_the_server_finds(nginx_site: str, application: Any, page: Any) -> None:
    for words in (
        "regie",
        "oeka",
        "l’élève",
        "automatique OR traductions",
        "-traduction régie",
        "courriel",
    ):
        answer = application.get("/recherche.json", query_string={"q": words}).get_json()
        page.goto(f"{nginx_site}recherche.html?q={quote(words)}")
        page.locator("main .total").wait_for()
        total = page.locator("main .total strong").inner_text()
        assert int(total) == answer["total"], words


def test_names_in_another_language_are_marked_where_a_browser_lists_them(
    nginx_site: str, page: Any
) -> None:
    page.goto(f"{nginx_site}initiatives.en.html?annee=2024")
    line = page.locator(".found .tongues")
    line.wait_for()
    assert line.inner_text() == "FR Names in French are shown as published."
    assert page.locator(".found .entries a").first.get_attribute("lang") == "fr"
    page.goto(f"{nginx_site}recherche.en.html?q=eleves")
    mark = page.locator(".results .entries .tongue")
    mark.first.wait_for()
    assert mark.first.get_attribute("title") == "in French"
    for path in ("initiatives.html?annee=2024", "recherche.html?q=eleves"):
        page.goto(f"{nginx_site}{path}")
        page.locator(".entries li a").first.wait_for()
        assert page.locator("main .tongue").count() == 0


TEXTS = (
    *(
        "L’Œuvre d’Hélène",
        "ÉLÈVES élèves",
        "e\u0301te\u0301",
        "co\u00adur\u200briel",
        "STRASSE Straße",
    ),
    *(
        "ΟΔΟΣ",
        "ﬁnances",
        "ＦＵＬＬ width",
        "naïve-ment «ça»",
        "ǅ İstanbul ı",
        "ærø Łódź đ",
        "½ 2ᵉ ①",
    ),
    *(
        "traductions automatisées",
        "running runners",
        "_under_score",
        "ᦰᦱ ꙮ",
        "नमस्ते",
        "日本語 テスト",
    ),
    *("généralisations", "chevaux cheval", "policies", "ŉ ǰ ΐ ẖ ß ẞ", "\u0345 ͅa"),
)
FOLDED = """
import { makeFolding } from "./server/static/copy/fold.js";
let given = "";
for await (const part of process.stdin) given += part;
const { folding, texts, stems } = JSON.parse(given);
const made = makeFolding(folding, ["fr", "en"], stems);
const cut = (text) => made.words(text).map((word) => [word, ...made.phrases([word])]);
console.log(JSON.stringify(texts.map(cut)));
"""


def test_both_sides_fold_alike(copy: Path) -> None:
    node = shutil.which("node")
    if node is None or not (PROJECT / "node_modules/snowball-stemmers").is_dir():
        pytest.skip("no Node.js, or what the front end is bundled from is not here")
    stems = Stems(["fr", "en"])
    listed = json.loads((copy / "listes.json").read_text("utf-8"))
    known = [*listed["search"]["stems"]]
    small = [chr(code) for code in range(0x20, 0x3000) if unicodedata.category(chr(code)) != "Cn"]
    texts = [*TEXTS, *known, *small]
    given = {"folding": listed["folding"], "texts": texts, "stems": listed["search"]["stems"]}
    command = [node, "--input-type=module", "-e", FOLDED]
    done = subprocess.run(
        command, input=json.dumps(given), cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for text, theirs in zip(texts, json.loads(done.stdout), strict=True):
        assert [word for word, *_ in theirs] == words_of(text), text
        if text not in small:  # letters that are no words of a language
            assert theirs == [[word, *stems.of_word(word)] for word in words_of(text)], text
