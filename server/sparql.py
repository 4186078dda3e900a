"""Answer SPARQL queries at /sparql, and say there how to ask."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import Blueprint, Response, current_app, request

from server import description, excel, pages, results, visit
from server.engine import Answer, Question
from server.engine.faults import FormNotAcceptable
from server.negotiate import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    HTML,
    JSON,
    LONGEST,
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
_LONGEST_NAME = 100  # characters
_BY_TYPE = {form.media_type: form for form in (*SOLUTIONS, *CONSTRUCTED)}


@bp.route("/sparql", methods=["GET", "POST"])
def ask() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    settings = current_app.config["SETTINGS"]
    asked = read_request(request, settings.query_kb * 1024)
    if asked.query is None:
        return _introduce(asked.format)
    plan = make_plan(asked, request.headers.get("Accept"), current_release().base_uri)
    try:
        answer = visit.ask(plan.question)
    except FormNotAcceptable as fault:
        offers = CONSTRUCTED if fault.form == "graph" else (*SOLUTIONS, EXCEL)
        accept = request.headers.get("Accept")
        raise NothingAcceptable(asked.format or accept or "", offers) from fault
    chosen = plan.graph if answer.form == "graph" else plan.solutions
    if chosen is HTML:
        return results.show(asked, answer)
    return excel.send(answer) if chosen is EXCEL else send(answer)


class Plan(NamedTuple):
    """What to ask the engine, and what the client gets for rows and for a graph."""

    question: Question
    solutions: Format | None
    graph: Format | None

    @property
    def plain(self) -> bool:
        """Say whether the answer goes out as the engine gives it, whatever its form."""
        return not {HTML, EXCEL} & {self.solutions, self.graph}


def make_plan(asked: Asked, accept: str | None, base_uri: str) -> Plan:
    """Give the question to a query that was asked; raises NothingAcceptable."""
    solutions, graph = _choose_both(accept, asked.format)
    if solutions is None and graph is None:
        raise NothingAcceptable(asked.format or accept or "", (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    rows = {HTML: JSON, EXCEL: CSV}.get(solutions, solutions) if solutions else None
    written = TURTLE if graph is HTML else graph
    question = Question(
        text=asked.query or "",
        base_iri=base_uri,
        solutions=rows.media_type if rows else None,
        graph=written.media_type if written else None,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )
    return Plan(question, solutions, graph)


def send(answer: Answer) -> Response:
    """Send an answer as it comes; its length goes before it, so that a break is noticed.

    The WSGI server ends a chunked body cleanly even when the application fails under way.
    """
    return Response(answer.body, headers=describe(answer))


def describe(answer: Answer) -> dict[str, str]:
    """Give the headers that say what an answer is."""
    content_type = _BY_TYPE[answer.media_type].content_type
    return {"Content-Type": content_type, "Content-Length": str(answer.length), "Vary": "Accept"}


def content_type(media_type: str) -> str | None:
    """Give the value of the header for a media type that an answer may have."""
    form = _BY_TYPE.get(media_type)
    return form.content_type if form else None


def _choose_both(accept: str | None, wanted: str | None) -> tuple[Format | None, Format | None]:
    # What is remembered is bounded in size, too; no name of a format is nearly as long.
    return _remember_both(accept and accept[:LONGEST], wanted and wanted[:_LONGEST_NAME])


@lru_cache(maxsize=512)
def _remember_both(accept: str | None, wanted: str | None) -> tuple[Format | None, Format | None]:
    offers = (*SOLUTIONS, EXCEL) if wanted else SOLUTIONS
    return _choose(offers, accept, wanted), _choose(CONSTRUCTED, accept, wanted)


def _choose(offers: Sequence[Format], accept: str | None, wanted: str | None) -> Format | None:
    """Give the best of one group, or nothing: which group counts is known only by the query."""
    try:
        return choose_format((*offers, HTML), accept, wanted)
    except NothingAcceptable:
        return None


def _introduce(wanted: str | None) -> Response:
    form = choose_format(PAGES, request.headers.get("Accept"), wanted)
    if form is HTML:
        return results.show_form()
    body = description.describe_service(current_release(), current_app.config["SETTINGS"], form)
    return pages.finish(Response(body, content_type=form.content_type), form)
