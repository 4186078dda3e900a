"""Answer SPARQL queries at /sparql, and say there how to ask."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, request

from server import description, excel, pages, results, visit
from server.engine import Answer, Question
from server.negotiate import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    HTML,
    JSON,
    PAGES,
    SOLUTIONS,
    TURTLE,
    Format,
    NothingAcceptable,
    choose_format,
)
from server.protocol import Asked, read_request
from server.visit import current_release

bp = Blueprint("sparql", __name__)
_BY_TYPE = {form.media_type: form for form in (*SOLUTIONS, *CONSTRUCTED)}


@bp.route("/sparql", methods=["GET", "POST"])
def ask() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    settings = current_app.config["SETTINGS"]
    asked = read_request(request, settings.query_kb * 1024)
    if asked.query is None:
        return _introduce(asked.format)
    solutions = _choose((*SOLUTIONS, EXCEL) if asked.format else SOLUTIONS, asked.format)
    graph = _choose(CONSTRUCTED, asked.format)
    if solutions is None and graph is None:
        raise NothingAcceptable(_wish(asked.format), (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    rows = {HTML: JSON, EXCEL: CSV}.get(solutions, solutions) if solutions else None
    answer = _put(asked, rows, TURTLE if graph is HTML else graph)
    chosen = graph if answer.form == "graph" else solutions
    if chosen is HTML:
        return results.show(asked, answer)
    return excel.send(answer) if chosen is EXCEL else send(answer)


def send(answer: Answer) -> Response:
    """Send an answer as it comes; its length goes before it, so that a break is noticed.

    The WSGI server ends a chunked body cleanly even when the application fails under way.
    """
    form = _BY_TYPE[answer.media_type]
    response = Response(answer.body, content_type=form.content_type)
    response.content_length = answer.length
    response.headers["Vary"] = "Accept"
    return response


def _put(asked: Asked, solutions: Format | None, graph: Format | None) -> Answer:
    release = current_release()
    question = Question(
        text=asked.query or "",
        base_iri=release.base_uri,
        solutions=solutions.media_type if solutions else None,
        graph=graph.media_type if graph else None,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )
    return visit.ask(question)


def _choose(offers: Sequence[Format], wanted: str | None) -> Format | None:
    """Give the best of one group, or nothing: which group counts is known only by the query."""
    try:
        return choose_format((*offers, HTML), request.headers.get("Accept"), wanted)
    except NothingAcceptable:
        return None


def _wish(wanted: str | None) -> str:
    return wanted or request.headers.get("Accept", "")


def _introduce(wanted: str | None) -> Response:
    form = choose_format(PAGES, request.headers.get("Accept"), wanted)
    if form is HTML:
        return results.show_form()
    body = description.describe_service(current_release(), current_app.config["SETTINGS"], form)
    return pages.finish(Response(body, content_type=form.content_type), form)
