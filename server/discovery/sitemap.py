"""List the pages for crawlers (sitemaps.org, protocol 0.9), and exclude queries."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from xml.sax.saxutils import escape

from flask import Blueprint, Response

from server.faults import UnknownPage
from server.negotiation import Format
from server.questions.library import PATH, offered
from server.release.comparisons import list_pairs
from server.release.current import Release
from server.release.history import current_published
from server.web import render
from server.web.links import quote_path
from server.web.release_scope import current_release
from transform.release.document_index import FILE
from transform.release.paths import CHART_INDEX
from transform.text.message import message

bp = Blueprint("sitemap", __name__)
MOST = 50_000  # URLs that one file may hold
_XML = Format("xml", "application/xml", "; charset=utf-8")
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FIXED = ("", PATH, "dumps/", "catalogue", "def", "shapes")
_OF_A_SERVER = "conformite"  # a static copy checks nothing
# The lists that every register has, and those of fields that it may have.
_LISTS = ("initiatives", "organismes", "portraits")
_LISTS_OF = {"portefeuille": "portefeuilles", "categorie": "categories", "statut": "statuts"}


@bp.route("/robots.txt")
def robots() -> Response:
    """Exclude queries, because each link to a query is another page, and name the sitemap."""
    address = f"{current_release().base_uri}sitemap.xml"
    text = f"User-agent: *\nDisallow: /sparql?\n\nSitemap: {address}\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@bp.route("/sitemap.xml")
def index() -> Response:
    """List the parts of the sitemap."""
    release = current_release()
    parts = (f"sitemap/{number}.xml" for number in range(1, _last_part(release) + 1))
    return _write("sitemapindex", "sitemap", release, parts)


@bp.route("/sitemap/<name>.xml")
def part(name: str) -> Response:
    """List the pages of one part: those of the site first, then the documents."""
    release, last = current_release(), _last_part(current_release())
    if name not in map(str, range(1, last + 1)):
        raise UnknownPage(message("pages.no_part_of_sitemap", name=name[:40], last=last))
    begin = (int(name) - 1) * MOST
    return _write("urlset", "url", release, islice(_pages(release), begin, begin + MOST))


def _write(whole: str, each: str, release: Release, paths: Iterator[str]) -> Response:
    time = current_published(release).time
    entries = (_entry(each, release.base_uri + path, time) for path in paths)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} xmlns="{_SPACE}">\n'
    body = "".join((head, *entries, f"</{whole}>\n"))
    return render.finish(Response(body, content_type=_XML.content_type), _XML)


def _entry(name: str, address: str, time: datetime) -> str:
    lastmod = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"<{name}><loc>{escape(address)}</loc><lastmod>{lastmod}</lastmod></{name}>\n"


def _pages(release: Release) -> Iterator[str]:
    changes = [f"changements/{earlier}-{later}" for earlier, later in list_pairs(release)]
    file = release.find_file(FILE)
    documents = _documents(file) if file else iter(())
    return chain(_fixed(release), changes, documents)


def _lists(release: Release) -> list[str]:
    if not release.has_tables:
        return []
    years = (f"portraits/{portrait['year']}" for portrait in release.manifest["portraits"])
    own = (path for name, path in _LISTS_OF.items() if name in release.register.fields)
    return [*_LISTS, *own, *years]


def _fixed(release: Release) -> tuple[str, ...]:
    charts = ("graphiques",) if CHART_INDEX in release.manifest["files"] else ()
    questions = (f"{PATH}/{question.name}" for question in offered(release))
    own = () if render.is_copy() else (_OF_A_SERVER,)
    return (*_FIXED, *own, *charts, *_lists(release), *questions)


def _documents(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield f"doc/{quote_path(line[:-1])}"


def _last_part(release: Release) -> int:
    """Return the number of the last part."""
    file = release.find_file(FILE)
    documents = _count_lines(file) if file else 0
    return -(-(len(_fixed(release)) + len(list_pairs(release)) + documents) // MOST)


@lru_cache(maxsize=4)
def _count_lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
