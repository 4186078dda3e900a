"""Answer what changed between two portraits, and with the rows behind each number."""

import re
from functools import partial

from flask import Blueprint, Response, request

from server.changes.csv_export import as_csv
from server.changes.evidence_rows import lay_out_rows
from server.changes.page import lay_out
from server.engine.interface import Question
from server.faults import UnknownPage
from server.negotiation import (
    CSV,
    HTML,
    PAGES,
    SOLUTIONS,
    Format,
)
from server.release import queries
from server.release.comparisons import PublishedComparison, list_pairs, read_comparison
from server.release.current import Release
from server.release.resource import about_document
from server.sparql.send import send
from server.texts import LANGUAGES
from server.web import render
from server.web.link_header import with_links
from server.web.links import link_to, quoted
from server.web.paging import page_number
from server.web.release_scope import ask, current_release
from transform.comparison.evidence import ask_evolution, ask_movement
from transform.comparison.sentences import name_evolution, name_movement
from transform.rdf import syntaxes

bp = Blueprint("changes", __name__)
_ROWS = 100
_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})(?:\.([a-z]+))?")


@bp.route("/changements")
def redirect() -> Response:
    """Lead to the list of comparisons."""
    return Response(status=308, headers={"Location": link_to("changements/", **request.args)})


@bp.route("/changements/")
def show_all() -> Response:
    """Answer with the list of comparisons."""
    return render.page("comparisons.html", pairs=list_pairs(current_release()))


@bp.route("/changements/<years>")
def show(years: str) -> Response:
    """Answer with the comparison of two portraits: page, RDF, or its numbers as CSV."""
    release = current_release()
    told, suffix = _find(release, years)
    form = render.choose((*PAGES, CSV), suffix)
    path = f"changements/{told.found.earlier}-{told.found.later}"
    if form is HTML:
        values = lay_out(told, release, render.language())
        response = render.page("changes.html", path=path, formats=(*PAGES[1:], CSV), **values)
    elif form is CSV:
        body = as_csv(told, release, _language(form))
        response = render.finish(Response(body, content_type=CSV.content_type), form)
    else:
        about = about_document(release.base_uri + path, release, release.base_uri + told.found.path)
        triples = [*about, *told.triples]
        written = syntaxes.write_bytes(triples, syntaxes.BY_SUFFIX[form.suffix], release.base_uri)
        response = render.finish(Response(written, content_type=form.content_type), form)
    return with_links(response, form, path, (*PAGES, CSV))


@bp.route("/changements/<years>/<path:name>")
def show_rows(years: str, name: str) -> Response:
    """Answer with the rows behind a number: page, CSV, or another table."""
    release = current_release()
    told, _ = _find(release, years)
    bare, suffix = _split(name)
    form = render.choose((HTML, *SOLUTIONS), suffix)
    title, text = _find_number(told, release, bare, _language(form))
    if "requete" in request.args:
        target = link_to("sparql", query=text, format="html")
        return Response(status=303, headers={"Location": target})
    path = f"changements/{told.found.earlier}-{told.found.later}/{quoted(bare)}"
    if form is not HTML:
        question = Question(text, release.base_uri, solutions=form.media_type)
        return with_links(render.finish(send(ask(question)), form), form, path, (HTML, *SOLUTIONS))
    number = page_number(request.args.get("page", "1"))
    found = queries.ask_rows(release, text, _ROWS + 1, _ROWS * (number - 1))
    if number > 1 and not found:
        raise UnknownPage(f"There is no page {number} of these rows.")
    response = render.page(
        "rows.html",
        path=path,
        title=title,
        found=told.found,
        query=text,
        number=number,
        more=len(found) > _ROWS,
        formats=SOLUTIONS,
        **lay_out_rows(found[:_ROWS], text, release),
    )
    return with_links(response, form, path, (HTML, *SOLUTIONS))


def _language(form: Format) -> str:
    """Give the language of a page; of a file, which is one for all readers, only by `?lang=`."""
    if form is HTML:
        return render.language()
    wanted = request.args.get("lang")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def _split(name: str) -> tuple[str, str | None]:
    bare, dot, suffix = name.rpartition(".")
    known = {form.suffix for form in (HTML, *SOLUTIONS)}
    return (bare, suffix) if dot and suffix in known else (name, None)


def _find(release: Release, years: str) -> tuple[PublishedComparison, str | None]:
    """Give the comparison that a path names, and its suffix; raises UnknownPage."""
    pairs = list_pairs(release)
    found = _YEARS.fullmatch(years)
    if not found or (int(found[1]), int(found[2])) not in pairs:
        known = ", ".join(f"{earlier}-{later}" for earlier, later in pairs) or "none"
        raise UnknownPage(f"There is no comparison {years[:40]!r}; there are: {known}.")
    return read_comparison(release, int(found[1]), int(found[2])), found[3]


def _find_number(
    told: PublishedComparison, release: Release, name: str, language: str
) -> tuple[str, str]:
    """Give the title and the query of a number; raises UnknownPage."""
    found, label = told.found, partial(told.label, release, language=language)
    if movement := found.movements.get(name):
        title = name_movement(found, movement, label, language)
        return title, ask_movement(found, movement, release.base_uri, language)
    bare, _, year = name.rpartition("/")
    for evolution in found.evolutions:
        if evolution.name == name:
            title = name_evolution(found, evolution, label, language)
            return title, ask_evolution(found, evolution, release.base_uri, language)
        if evolution.name == bare and year in (str(found.earlier), str(found.later)):
            title = f"{evolution.text or label(evolution.concept)}, {year}"
            asked = ask_evolution(found, evolution, release.base_uri, language, int(year))
            return title, asked
    raise UnknownPage(f"The comparison counts nothing under {name[:80]!r}.")
