"""Build responses whose content stays until the next release: pages, graphs, entity tags."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from flask import Flask, Response, g, render_template, request
from markupsafe import Markup

from server import texts
from server.negotiation import HTML, Format, choose_format, choose_language
from server.web import assets, links, navigation
from server.web.headers import COMPUTING_POLICY, HEADERS, POLICY
from server.web.link_preview import find_picture
from server.web.release_scope import COPY, current_release
from server.web.typography import set_blanks_of_page
from transform.rdf import syntaxes
from transform.text.languages import name_in, primary_language
from transform.text.message import read_room

# Data changes once a year, but the replacement of a faulty release should show within minutes.
_FRESH = "public, max-age=300"
# Files that shape an answer which streams: code, and queries.
_SHAPING = (".py", ".rq")
# What pages of most kinds are made of. Where no template is kept compiled
# (`server.web.compiled_templates`), to compile all takes three times as long as these.
_SHARED = (
    "base.html",
    "parts.html",
    "home.html",
    "charts/figure.html",
    "lists/frame.html",
    "lists/initiatives.html",
    "things/parts.html",
    "things/thing.html",
)
# The rooms of the catalogue of texts that pages of most kinds take their texts from.
_ROOMS = ("conformance", "lists", "navigation", "search", "things")


def prepare(app: Flask) -> None:
    """Read and compile what the first pages are made of, so that no reader waits for it."""
    for shown in texts.LANGUAGES:
        texts.text("home", shown)
        texts.whole(1000, shown)
    for room in _ROOMS:
        read_room(room)
    texts.table("terms")
    assets.locate("portrait.css")
    _edition()
    for name in _SHARED:
        app.jinja_env.get_template(name)


def add_filters(app: Flask) -> None:
    """Let macros name the language of a text: `primary_language`, and `language_name`."""
    app.jinja_env.filters["primary_language"] = primary_language
    app.jinja_env.filters["language_name"] = name_in


def language() -> str:
    """Return the language of this request: `?lang=`, else Accept-Language, else the site's."""
    if "language" not in g:
        accepted = request.headers.get("Accept-Language")
        offered = current_release().register.interface
        g.language = choose_language(accepted, request.args.get("lang"), offered)
    chosen: str = g.language
    return chosen


def language_of(form: Format) -> str:
    """Return the language of an answer in a format: that of a page, or of a file."""
    return language() if form is HTML else file_language()


def file_language() -> str:
    """Return the language of a file, which only `?lang=` chooses."""
    requested, usual = request.args.get("lang"), current_release().register.interface
    return requested if requested in usual else usual[0]


def is_copy() -> bool:
    """Return whether this answer becomes a file of a static copy (`server/export/`)."""
    return COPY in request.environ


def render(template: str, **values: Any) -> str:
    """Return the HTML of a page in the language of this request."""
    chosen, release = language(), current_release()
    words = release.register.words_in(chosen)

    def text(key: str, **values: object) -> str:
        return texts.text(key, chosen, **words, **values)

    page = render_template(
        template,
        lang=chosen,
        languages=release.register.interface,
        chosen_language=request.args.get("lang"),
        has_lists=release.has_tables,
        has=release.register.fields.__contains__,
        own=lambda own_texts: release.register.choose(own_texts or {}, chosen),
        register=release.register,
        t=text,
        words=words,
        whole=lambda number: texts.whole(number, chosen),
        file_size=lambda number: texts.size(number, chosen),
        link=links.link_to,
        link_file=lambda path: links.link_to(links.quote_path(path), lang=None),
        link_iri=lambda iri: links.link_to_iri(iri, release.base_uri),
        here=links.link_here,
        find_picture=partial(find_picture, release, chosen, request.path.lstrip("/")),
        asset=assets.link,
        ways=navigation.list_ways(release),
        part=lambda path: navigation.part_above(path, text),
        is_copy=is_copy(),
        policy=_copied_policy(template),
        manifest=release.manifest,
        release=release.name,
        **values,
    )
    return set_blanks_of_page(page)


def canonical(path: str, number: int = 1) -> str:
    """Return the address of a page of the current release, or of its page `number`, at home."""
    search = f"?page={number}" if number > 1 else ""
    return f"{current_release().base_uri}{links.quote_path(path)}{search}"


def _copied_policy(template: str) -> str:
    """Return the policy that a page of a copy holds itself, as its server may send no headers."""
    policy = COMPUTING_POLICY if template == "sparql.html" else HEADERS[POLICY]
    return policy.rpartition("; frame-ancestors")[0]  # HTML has no way to say this


def page(template: str, **values: Any) -> Response:
    """Answer with a page."""
    return finish(Response(render(template, **values), content_type=HTML.content_type), HTML)


def finish(response: Response, form: Format) -> Response:
    """Add the entity tag, Vary and Cache-Control to a response.

    The tag is of the content that is sent. An answer that streams is not read for it: what makes
    one is the release, the language, the address, and nothing that a publisher sets.
    """
    vary = "Accept, Accept-Language" if form is HTML else "Accept"
    response.headers["Vary"] = vary
    response.headers["Cache-Control"] = _FRESH
    if response.is_streamed:
        sent = (current_release().name, _edition(), language_of(form), request.full_path)
        content = "\n".join(sent).encode("utf-8", "replace")
    else:
        content = response.get_data()
    tag = hashlib.sha256(form.content_type.encode() + b"\n" + content)
    response.set_etag(tag.hexdigest()[:32])
    return response


@cache
def _edition() -> str:
    """Hash what shapes an answer, so that an upgrade of the software changes the tags."""
    digest = hashlib.sha256(version("pyoxigraph").encode())
    for package in ("server", "transform"):
        for file in sorted(Path(str(files(package))).rglob("*")):
            if file.suffix in _SHAPING:
                digest.update(file.read_bytes())
    return digest.hexdigest()


def choose(offers: Sequence[Format], suffix: str | None = None) -> Format:
    """Choose the format of the answer: by suffix, `?format=`, or `Accept` (RFC 9110, 12.5.1)."""
    name = suffix or request.args.get("format")
    return choose_format(offers, request.headers.get("Accept"), name)


def graph(triples: Iterable[ox.Triple], form: Format, *, linked: bool = False) -> Response:
    """Answer with triples in a syntax of RDF.

    JSON-LD holds its context, or where it is `linked`, a link to it, relative as all links here.
    """
    syntax, base_uri = syntaxes.BY_SUFFIX[form.suffix], current_release().base_uri
    context = links.link_to("contexte.jsonld", lang=None) if linked else None
    body = syntaxes.write_bytes(triples, syntax, base_uri, context)
    return finish(Response(body, content_type=form.content_type), form)


def in_script(text: bytes) -> Markup:
    """Escape JSON for `<script>`: no value can form an end tag, a comment or an entity.

    HTML, «Restrictions for contents of script elements»: the escapes stand within JSON strings,
    the only place where these characters occur.
    """
    escapes: dict[str, str | int | None] = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    # Every character that could begin markup is escaped.
    return Markup(text.decode().translate(str.maketrans(escapes)))  # noqa: S704
