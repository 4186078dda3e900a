"""Write a fault for the client: as a problem (RFC 9457), as text, or as a page."""

import json
import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from flask.sansio.app import App
from werkzeug.exceptions import HTTPException

from server import texts
from server.engine import faults as engine
from server.faults import ABANDONED, Fault, UnknownPage
from server.negotiation import (
    HTML,
    PLAIN,
    PROBLEM,
    Format,
    NothingAcceptable,
    read_ranges,
)
from server.web import render
from server.web.release_scope import KIND

log = logging.getLogger(__name__)
_QUERY_FORMS = "query_forms"  # in the extensions of the app, by path
_LONGEST_SHOWN = 100_000  # characters of a query

# Returns what the form of `query.html` needs, in the language of the request.
QueryForm = Callable[[], dict[str, Any]]


def offer_query_form(app: App, path: str, form: QueryForm) -> None:
    """Have the page of a fault at a path show the query again, in a form to correct it."""
    _query_forms(app)[path] = form


def register(app: Flask) -> None:
    """Have every fault of an app said as a problem."""
    app.register_error_handler(Fault, _say_fault)
    app.register_error_handler(engine.EngineFault, _say_engine_fault)
    app.register_error_handler(NothingAcceptable, _say_nothing_acceptable)
    app.register_error_handler(HTTPException, _say_http)
    app.register_error_handler(Exception, _say_defect)


def _say_fault(fault: Fault) -> Response:
    return _say(fault.status, fault.kind, fault.detail)


def _say_engine_fault(fault: engine.EngineFault) -> Response:
    if isinstance(fault, engine.Abandoned):
        return Response(status=ABANDONED)
    if isinstance(fault, engine.EngineDefect):
        return _say_defect(fault)
    more = {
        name: getattr(fault, name)
        for name in ("line", "column", "seconds", "megabytes")
        if getattr(fault, name, None) is not None
    }
    response = _say(fault.status, fault.kind, fault.detail, more)
    if isinstance(fault, engine.EngineBusy):
        response.headers["Retry-After"] = str(fault.retry_after)
    elif isinstance(fault, engine.EngineDown):
        response.headers["Retry-After"] = "5"
    return response


def _say_nothing_acceptable(fault: NothingAcceptable) -> Response:
    offered = [offer.media_type for offer in fault.offers]
    names = ", ".join(f"{offer.suffix} ({offer.media_type})" for offer in fault.offers)
    detail = f"{fault.requested[:200]!r} names nothing that is on offer here: {names}."
    return _say(406, "not-acceptable", detail, {"offered": offered})


def _say_http(fault: HTTPException) -> Response:
    status = fault.code or 500
    if fault.response is not None or status < 400:
        raise fault  # a redirect of the router: there is none, links are made whole
    if status == 404:
        return _say_fault(UnknownPage(f"There is no {request.path!r} on this site."))
    kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    response = _say(status, kind, fault.description or "")
    for name, value in fault.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _say_defect(fault: Exception) -> Response:
    number = secrets.token_hex(6)
    log.error("defect %s: %s %s", number, request.method, request.path, exc_info=fault)
    detail = f"Something is wrong on our side; the log knows it as {number}."
    return _say(500, "defect", detail, {"id": number})


def _say(status: int, kind: str, detail: str, more: dict[str, Any] | None = None) -> Response:
    request.environ[KIND] = kind
    form = _choose_form()
    title = HTTPStatus(status).phrase
    if kind == engine.ServiceRefused.kind and form is not HTML:
        detail = _add_how_to_join(detail)
    if form is HTML:
        given = {"status": status, "title": title, "kind": kind, "detail": detail}
        body = _page({**(more or {}), **given})
    elif form is PLAIN:
        body = f"{status} {title}: {detail}\n"
    else:
        # «about:blank»: the status says the type of problem (RFC 9457, 4.2.1); kind narrows it.
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        body = json.dumps({**problem, "kind": kind, **(more or {})}, ensure_ascii=False) + "\n"
    # A path of half a surrogate pair may be part of the detail.
    response = Response(body.encode("utf-8", "replace"), status, content_type=form.content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _add_how_to_join(detail: str) -> str:
    """Add to an English detail what a page says in the language of its reader, in both."""
    french = (texts.say(key, "fr") for key in ("rule_no_service", "join_elsewhere"))
    return " ".join((detail, texts.say("join_elsewhere", "en"), *french))


def _page(given: dict[str, Any]) -> str:
    # The query comes back, to be corrected; what could not be read has no text.
    form = _query_forms(current_app).get(request.path)
    query = request.args.get("query", "")[:_LONGEST_SHOWN] if form else ""
    values = form() if form and query else {}
    return render.render(
        "fault.html", **{**values, **given, "query": query, "headings": texts.table("texts")}
    )


def _query_forms(app: App) -> dict[str, QueryForm]:
    forms: dict[str, QueryForm] = app.extensions.setdefault(_QUERY_FORMS, {})
    return forms


def _choose_form() -> Format:
    """Give a page to who reads pages, text to who takes text, and a problem to all others."""
    ranges = list(read_ranges(request.headers.get("Accept", "")))
    best = max(ranges, key=lambda item: item.weight, default=None)
    if best is None or best.weight == 0:
        return PROBLEM
    if best.value in ("text/html", "application/xhtml+xml"):
        return HTML
    return PLAIN if best.value.startswith("text/") else PROBLEM
