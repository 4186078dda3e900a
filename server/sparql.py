"""Answer SPARQL queries at /sparql, and say there how to ask."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from server import description, excel, pages, results, visit
from server.engine.faults import FormNotAcceptable
from server.engine.interface import Answer, Question
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
from server.web import problems

bp = Blueprint("sparql", __name__)
_LONGEST_NAME = 100  # characters
_CONTENT_TYPES = {form.media_type: form.content_type for form in (*SOLUTIONS, *CONSTRUCTED)}


@bp.record_once
def _offer_form(state: BlueprintSetupState) -> None:
    problems.offer_query_form(state.app, "/sparql", results.about_form)


@bp.route("/sparql", methods=["GET", "POST"])
def ask() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    settings = current_app.config["SETTINGS"]
    asked = read_request(request, settings.query_kb * 1024)
    if asked.query is None:
        return _introduce(asked.format)
    accept = request.headers.get("Accept")
    question, wishes = make_plan(asked, accept, current_release().base_uri)
    try:
        answer = visit.ask(question)
    except FormNotAcceptable as fault:
        offers = CONSTRUCTED if fault.form == "graph" else (*SOLUTIONS, EXCEL)
        raise NothingAcceptable(asked.format or accept or "", offers) from fault
    chosen = wishes.graph if answer.form == "graph" else wishes.solutions
    if chosen is HTML:
        return results.show(asked, answer)
    return excel.send(answer) if chosen is EXCEL else send(answer)


class Wishes(NamedTuple):
    """What a client gets for rows and for a graph, and the media types to ask the engine for.

    `plain`: the answer goes out as the engine gives it, whatever its form.
    """

    solutions: Format | None
    graph: Format | None
    rows: str | None
    written: str | None
    plain: bool


def make_plan(asked: Asked, accept: str | None, base_uri: str) -> tuple[Question, Wishes]:
    """Give what to ask the engine for a query, and what the client gets.

    Raises NothingAcceptable.
    """
    wished = asked.format
    # What is remembered is bounded in size, too; no name of a format is nearly as long.
    wishes = _choose_both(accept and accept[:LONGEST], wished and wished[:_LONGEST_NAME])
    if wishes.solutions is None and wishes.graph is None:
        raise NothingAcceptable(asked.format or accept or "", (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    question = Question(
        asked.query or "",
        base_uri,
        wishes.rows,
        wishes.written,
        asked.default_graphs,
        asked.named_graphs,
    )
    return question, wishes


def send(answer: Answer) -> Response:
    """Send an answer as it comes; its length goes before it, so that a break is noticed.

    The WSGI server ends a chunked body cleanly even when the application fails under way.
    """
    return Response(answer.body, headers=describe(answer))


def describe(answer: Answer) -> dict[str, str]:
    """Give the headers that say what an answer is."""
    content_type = _CONTENT_TYPES[answer.media_type]
    return {"Content-Type": content_type, "Content-Length": str(answer.length), "Vary": "Accept"}


def content_type(media_type: str) -> str | None:
    """Give the value of the header for a media type that an answer may have."""
    return _CONTENT_TYPES.get(media_type)


@lru_cache(maxsize=512)
def _choose_both(accept: str | None, wanted: str | None) -> Wishes:
    offers = (*SOLUTIONS, EXCEL) if wanted else SOLUTIONS
    solutions, graph = _choose(offers, accept, wanted), _choose(CONSTRUCTED, accept, wanted)
    rows = {HTML: JSON, EXCEL: CSV}.get(solutions, solutions) if solutions else None
    written = TURTLE if graph is HTML else graph
    return Wishes(
        solutions,
        graph,
        rows.media_type if rows else None,
        written.media_type if written else None,
        plain=not {HTML, EXCEL} & {solutions, graph},
    )


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
