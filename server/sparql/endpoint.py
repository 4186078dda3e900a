"""Answer SPARQL queries at /sparql, or describe the endpoint there."""

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from server.engine.faults import FormNotAcceptable
from server.negotiation import EXCEL, HTML, PAGES, choose_format
from server.sparql import page, service_description, spreadsheet
from server.sparql.plan import Plan, make_plan
from server.sparql.protocol import read_request
from server.sparql.send import send
from server.web import problems, release_scope, render
from server.web.release_scope import PLAN, current_release

bp = Blueprint("sparql", __name__)


@bp.record_once
def _offer_form(state: BlueprintSetupState) -> None:
    problems.offer_query_form(state.app, "/sparql", page.about_form)


@bp.route("/sparql", methods=["GET", "POST"])
def ask() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    plan: Plan | None = request.environ.get(PLAN)
    if plan is None:
        sparql_request = read_request(request, current_app.config["SETTINGS"].query_kb * 1024)
        if sparql_request.query is None:
            return _introduce(sparql_request.format)
        plan = make_plan(sparql_request, request.headers.get("Accept"), current_release().base_uri)
    try:
        answer = release_scope.ask(plan.question)
    except FormNotAcceptable as fault:
        raise plan.explain(fault) from fault
    chosen = plan.choose(answer)
    if chosen is HTML:
        response = page.show(plan.request, answer)
    else:
        response = spreadsheet.send_excel(answer) if chosen is EXCEL else send(answer)
    if plan.fickle:
        response.headers["Cache-Control"] = "no-store"
    return response


def _introduce(name: str | None) -> Response:
    form = choose_format(PAGES, request.headers.get("Accept"), name)
    if form is HTML:
        return page.show_form()
    body = service_description.describe_service(
        current_release(), current_app.config["SETTINGS"], form
    )
    return render.finish(Response(body, content_type=form.content_type), form)
