"""Answer SPARQL queries at /sparql, and say there how to ask."""

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from server import (
    description,
    excel,
    pages,
    results,
    visit,
)
from server.engine.faults import FormNotAcceptable
from server.negotiate import (
    CONSTRUCTED,
    EXCEL,
    HTML,
    PAGES,
    SOLUTIONS,
    NothingAcceptable,
    choose_format,
)
from server.protocol import read_request
from server.sparql_plan import make_plan
from server.sparql_send import send
from server.visit import current_release
from server.web import problems

bp = Blueprint("sparql", __name__)


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


def _introduce(wanted: str | None) -> Response:
    form = choose_format(PAGES, request.headers.get("Accept"), wanted)
    if form is HTML:
        return results.show_form()
    body = description.describe_service(current_release(), current_app.config["SETTINGS"], form)
    return pages.finish(Response(body, content_type=form.content_type), form)
