"""Answer with the comparison of two portraits, and with the rows that each number counts."""

import re
from functools import partial

from flask import Blueprint, Response, request

from server.changes.csv_export import write_csv
from server.changes.evidence_rows import lay_out_rows
from server.changes.page import lay_out
from server.engine.interface import Question
from server.faults import UnknownPage
from server.negotiation import (
    CSV,
    HTML,
    PAGES,
    SOLUTIONS,
)
from server.release import queries
from server.release.comparisons import PublishedComparison, list_pairs, read_comparison
from server.release.current import Release
from server.release.resource import about_document
from server.sparql import spreadsheet
from server.sparql.send import send
from server.web import render
from server.web.link_header import add_links
from server.web.links import link_to, quote_path
from server.web.paging import read_page_number
from server.web.release_scope import ask, current_release
from transform.comparison.evidence import evolution_query, movement_query
from transform.comparison.sentences import name_evolution, name_movement
from transform.text.message import message

bp = Blueprint("changes", __name__)
_ROWS = 100
_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})(?:\.([a-z]+))?")


@bp.route("/changements")
def redirect() -> Response:
    """Redirect to the list of comparisons."""
    return Response(status=308, headers={"Location": link_to("changements/", **request.args)})


@bp.route("/changements/")
def show_all() -> Response:
    """Answer with the list of comparisons."""
    return render.page(
        "comparisons.html",
        canonical=render.canonical("changements/"),
        pairs=list_pairs(current_release()),
    )


@bp.route("/changements/<years>")
def show(years: str) -> Response:
    """Answer with the comparison of two portraits: page, RDF, or its numbers as CSV."""
    release = current_release()
    published, suffix = _find_comparison(release, years)
    form = render.choose((*PAGES, CSV), suffix)
    path = f"changements/{published.comparison.earlier}-{published.comparison.later}"
    if form is HTML:
        values = lay_out(published, release, render.language())
        response = render.page(
            "changes.html",
            path=path,
            canonical=render.canonical(path),
            formats=(*PAGES[1:], CSV),
            **values,
        )
    elif form is CSV:
        body = write_csv(published, release, render.language_of(form))
        response = render.finish(Response(body, content_type=CSV.content_type), form)
    else:
        topic = release.base_uri + published.comparison.path
        document = about_document(release.base_uri + path, release, topic)
        response = render.graph([*document, *published.triples], form)
    return add_links(response, form, path, (*PAGES, CSV))


@bp.route("/changements/<years>/<path:name>")
def show_rows(years: str, name: str) -> Response:
    """Answer with the rows that a number counts: page, CSV, or another table."""
    release = current_release()
    published, _ = _find_comparison(release, years)
    bare, suffix = _split(name)
    form = render.choose((HTML, *SOLUTIONS), suffix)
    title, text = _find_number(published, release, bare, render.language_of(form))
    if "requete" in request.args:
        target = link_to("sparql", query=text, format="html")
        return Response(status=303, headers={"Location": target})
    comparison = published.comparison
    path = f"changements/{comparison.earlier}-{comparison.later}/{quote_path(bare)}"
    if form is not HTML:
        question = Question(text, release.base_uri, solutions=form.media_type)
        answer = ask(question)
        sent = spreadsheet.send_csv(answer) if form is CSV else send(answer)
        return add_links(render.finish(sent, form), form, path, (HTML, *SOLUTIONS))
    number = read_page_number(request.args.get("page", "1"), request.path.removeprefix("/"))
    rows = queries.ask_rows(release, text, _ROWS + 1, _ROWS * (number - 1))
    if number > 1 and not rows:
        raise UnknownPage(message("pages.no_page_of_rows", number=number))
    response = render.page(
        "rows.html",
        path=path,
        canonical=render.canonical(f"changements/{years}/{bare}", number),
        title=title,
        comparison=comparison,
        query=text,
        number=number,
        has_next=len(rows) > _ROWS,
        formats=SOLUTIONS,
        **lay_out_rows(rows[:_ROWS], text, release),
    )
    return add_links(response, form, path, (HTML, *SOLUTIONS))


def _split(name: str) -> tuple[str, str | None]:
    bare, dot, suffix = name.rpartition(".")
    suffixes = {form.suffix for form in (HTML, *SOLUTIONS)}
    return (bare, suffix) if dot and suffix in suffixes else (name, None)


def _find_comparison(release: Release, years: str) -> tuple[PublishedComparison, str | None]:
    """Return the comparison that a path names, and its suffix; raises UnknownPage."""
    pairs = list_pairs(release)
    match = _YEARS.fullmatch(years)
    if not match or (int(match[1]), int(match[2])) not in pairs:
        if not pairs:
            raise UnknownPage(message("pages.no_comparison_at_all", years=years[:40]))
        known = [f"{earlier}-{later}" for earlier, later in pairs]
        raise UnknownPage(message("pages.no_comparison", years=years[:40], known=known))
    return read_comparison(release, int(match[1]), int(match[2])), match[3]


def _find_number(
    published: PublishedComparison, release: Release, name: str, language: str
) -> tuple[str, str]:
    """Return the title and the query of a number; raises UnknownPage."""
    comparison, label = published.comparison, partial(published.label, release, language=language)
    if movement := comparison.movements.get(name):
        words = release.register.words_in(language)
        title = name_movement(comparison, movement, label, language, words)
        return title, movement_query(comparison, movement, release.base_uri, language)
    bare, _, year = name.rpartition("/")
    for evolution in comparison.evolutions:
        if evolution.name == name:
            title = name_evolution(comparison, evolution, label, language)
            return title, evolution_query(comparison, evolution, release.base_uri, language)
        if evolution.name == bare and year in (str(comparison.earlier), str(comparison.later)):
            title = f"{evolution.text or label(evolution.concept)}, {year}"
            query = evolution_query(comparison, evolution, release.base_uri, language, int(year))
            return title, query
    raise UnknownPage(message("pages.counts_nothing", name=name[:80]))
