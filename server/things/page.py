"""Answer with the page of a thing, for readers, with all its statements behind a fold."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Response, request
from markupsafe import Markup

from server.discovery import quotes, schemaorg
from server.faults import UnknownPage
from server.negotiation import PAGES, Format
from server.release import labels
from server.release.current import Release
from server.release.resource import Resource, document
from server.things import kinds
from server.things.context import Context, ThingPage
from server.web import render, term_table
from server.web.links import quote_path
from server.web.navigation import Above
from server.web.paging import read_page_number
from server.web.term_cell import Cell
from transform.rdf import syntaxes
from transform.text.message import message

_LONGEST_DESCRIPTION = 300  # characters, of which search engines show half
_BLANKS = re.compile(r"[ \t\r\n]+")  # but those at which no line ends


class ReportLink(NamedTuple):
    """Where to report an error: a link, and whether it is an address to write to."""

    href: str
    is_mail: bool


class Statement(NamedTuple):
    """All statements of a resource, and a page of what points at it."""

    rows: Sequence[Any]
    pointing: Sequence[term_table.Pointing]
    number: int
    last: int


def show(resource: Resource, release: Release, bare: str) -> Response:
    """Answer with the page of a resource by its path below `id/`."""
    number = read_page_number(request.args.get("page", "1"), f"doc/{bare}")
    language = render.language()
    pointing, last = term_table.list_pointing(resource, release, language, number)
    if number > max(last, 1):
        raise UnknownPage(
            message("things.no_page", number=number, last=max(last, 1)), f"doc/{bare}"
        )
    heading = term_table.name_resource(resource, release, language)
    context = Context(resource, release, language, bare)
    layout = kinds.lay_out(context)
    known = labels.collect([*resource.says, *resource.labels])
    rows = term_table.lay_out(resource.says, known, release, language)
    description = _shorten(layout.description)
    return render.page(
        layout.template,
        iri=resource.iri,
        path=f"doc/{quote_path(bare)}",
        canonical=render.canonical(f"doc/{bare}"),
        own_charts=layout.charts,
        heading=heading,
        layout=layout,
        of_cells=bare.startswith("initiative/"),
        page=layout.page,
        description=description,
        above=_list_above(context, layout),
        statements_of=Statement(rows, pointing, number, last),
        formats=PAGES[1:],
        embedded=_embed(resource, release, bare),
        described=_describe(release, bare, heading, layout, description),
        quotes=quotes.write_quotes(quotes.cite(release, heading.text, resource.iri, language)),
        report=_find_report(release, heading, resource.iri, context),
        feed=layout.feed,
    )


def quote_in(form: Format, resource: Resource, release: Release, bare: str) -> Response:
    """Answer with the citation of a resource as a file."""
    language = render.language_of(form)
    heading = term_table.name_resource(resource, release, language)
    cited = quotes.cite(release, heading.text, resource.iri, language)
    return quotes.answer(cited, form, bare.replace("/", "-"))


def _list_above(context: Context, layout: ThingPage) -> list[Above]:
    """Return the pages above a page, below the home page."""
    return [
        Above(
            cell.text,
            cell.href or "",
            (cell.language or "") if cell.language != context.language else "",
        )
        for cell in layout.above
    ]


def _embed(resource: Resource, release: Release, bare: str) -> Markup:
    """Return the statements as the text of a `<script>`."""
    triples = document(resource, f"{release.base_uri}doc/{bare}", release, pointing=False)
    return render.in_script(
        syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX["jsonld"], release.base_uri)
    )


def _shorten(text: str) -> str:
    line = _BLANKS.sub(" ", text).strip()
    if len(line) <= _LONGEST_DESCRIPTION:
        return line
    return line[:_LONGEST_DESCRIPTION].rpartition(" ")[0] + "…"


def _describe(
    release: Release, bare: str, heading: Cell, layout: ThingPage, description: str
) -> Markup:
    """Return the page, and what it is about, as schema.org describes them."""
    iri = f"{release.base_uri}id/{quote_path(bare)}"
    name, _, year = bare.partition("/")
    if name == "portrait" and year in map(str, release.years):
        files = schemaorg.list_files(release, int(year))
        thing = schemaorg.portrait(release, int(year), files)
    else:
        thing = schemaorg.thing(iri, heading.text, layout.node)
    address = f"{release.base_uri}doc/{quote_path(bare)}"
    above = [(cell.text, cell.href or "") for cell in layout.above]
    node = schemaorg.web_page(release, address, heading.text, description, thing, above)
    return schemaorg.script(node, thing)


def _find_report(release: Release, heading: Cell, iri: str, context: Context) -> ReportLink | None:
    """Return where to report an error: the operator's address or site, else the publisher's.

    Else the page where the files come from; None where the register names nothing of these.
    """
    bodies = [release.manifest.get(role) or {} for role in ("operator", "publisher")]
    for body in bodies:
        if email := body.get("email"):
            title = " ".join(heading.text.split())[:150]
            subject = context.t("things.report_subject", name=title)
            fields = f"subject={quote(subject)}&body={quote(iri)}"
            return ReportLink(f"mailto:{quote(email, safe='@+')}?{fields}", is_mail=True)
    landing = release.manifest["series"].get("landing")
    for page in (*(body.get("homepage") for body in bodies), landing):
        if page and page.startswith(("http://", "https://")):
            return ReportLink(page, is_mail=False)
    return None
