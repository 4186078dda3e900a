"""Build the page for queries, and the page that shows an answer."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from server import texts
from server.engine.faults import Unwritable
from server.engine.interface import Answer
from server.negotiation import (
    CONSTRUCTED,
    EXCEL,
    HTML,
    SOLUTIONS,
    Format,
)
from server.questions.library import FIRST, group_by_theme, list_questions, write_filled
from server.questions.question import read_questions
from server.sparql import result_table
from server.sparql.limits_page import write_limits
from server.sparql.protocol import SparqlRequest
from server.web import assets, render
from server.web.release_scope import current_release
from transform.release.paths import QUADS
from transform.text.message import message

# The part of a graph that a page shows; the files hold all.
_MOST_GRAPH = 200_000  # bytes
_FILE_FORMATS = (*SOLUTIONS, EXCEL, *CONSTRUCTED)


def show_form() -> Response:
    """Answer with the form and the example queries."""
    return render.page("sparql.html", answered_query=None, **about_form())


def show(sparql_request: SparqlRequest, answer: Answer) -> Response:
    """Answer with a page that shows an answer (JSON or Turtle); raises Unwritable."""
    formats = CONSTRUCTED if answer.form == "graph" else (*SOLUTIONS, EXCEL)
    try:
        shown = _show_graph(answer) if answer.form == "graph" else _show_solutions(answer)
    except RecursionError as error:
        raise Unwritable(message("sparql.too_deep_for_page"), HTML.media_type) from error
    values = {**about_form(), **shown, "answered_query": sparql_request.query or ""}
    values["formats"] = _link_formats(sparql_request, formats)
    values["size"] = texts.size(answer.length, render.language())
    return Response(
        render.render("sparql.html", **values),
        content_type=HTML.content_type,
        headers={"Vary": "Accept, Accept-Language"},
    )


def about_form() -> dict[str, Any]:
    """Return the values of the form in a page: scripts, formats, a query, the chosen questions.

    None of them needs the engine, whose fault may be what the page is about.
    """
    release, language = current_release(), render.language()
    chosen = [each for each in list_questions(release, language) if each.featured]
    first = read_questions()[FIRST]
    return {
        "questions": group_by_theme(chosen),
        "first_query": write_filled(first, {}, release, language),
        "settings": current_app.config["SETTINGS"],
        "written_limits": write_limits(current_app.config["SETTINGS"], language),
        "requested_language": request.args.get("lang"),
        "file_formats": [form.suffix for form in _FILE_FORMATS],
        "has_editor": assets.has_editor(),
        "copy": _about_copy() if render.is_copy() else None,
    }


def _about_copy() -> dict[str, Any]:
    """Return what the page of a static copy wants, whose queries are answered in the browser."""
    release, language = current_release(), render.language()
    quads = release.downloads.get(f"{QUADS}.gz") or release.downloads[QUADS]
    return {
        "base_uri": release.base_uri,
        "root": "./",
        "ending": ".html" if language == release.register.interface[0] else f".{language}.html",
        "size": quads.bytes,
    }


def _show_solutions(answer: Answer) -> dict[str, Any]:
    results = result_table.read(answer)
    if results.truth is not None:
        return {"truth": results.truth, "rows": None}
    rows = result_table.lay_out(results, current_release(), render.language())
    return {"head": results.head, "rows": rows, "total": results.total}


def _show_graph(answer: Answer) -> dict[str, Any]:
    text = result_table.read_start(answer, _MOST_GRAPH)
    cut = answer.length > _MOST_GRAPH
    shown = text.rpartition("\n")[0] if cut else text
    return {"graph": shown, "cut": cut, "rows": None, "truth": None}


def _link_formats(
    sparql_request: SparqlRequest, formats: tuple[Format, ...]
) -> list[tuple[Format, str]]:
    """Return the link to the answer in each format."""
    parameters = [("query", sparql_request.query or "")]
    parameters += [("default-graph-uri", iri) for iri in sparql_request.default_graphs]
    parameters += [("named-graph-uri", iri) for iri in sparql_request.named_graphs]
    return [
        (form, "sparql?" + urlencode([*parameters, ("format", form.suffix)])) for form in formats
    ]
