"""Answer with a fault: as a page that may hold the query, or as `server.problem` writes it."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from flask.sansio.app import App
from werkzeug.exceptions import HTTPException

from server import texts
from server.faults import ABANDONED, UnknownPage
from server.negotiation import HTML
from server.problem import Problem, choose_form, describe, stated_language
from server.web import render
from server.web.release_scope import KIND
from transform.text.message import message

_QUERY_FORMS = "query_forms"  # in the extensions of the app, by path
_NEAREST = "nearest_things"  # in the extensions of the app
_LONGEST_SHOWN = 100_000  # characters of a query

# Returns what the form of `query.html` needs, in the language of the request.
QueryForm = Callable[[], dict[str, Any]]
# Returns the words of a path that leads nowhere, and the things that it may mean; None where
# nothing can be searched.
FindNearest = Callable[[str], tuple[str, Sequence[Any]] | None]


def offer_query_form(app: App, path: str, form: QueryForm) -> None:
    """Show the query again on the page of a fault at a path, in a form to correct it."""
    _query_forms(app)[path] = form


def offer_nearest(app: App, find: FindNearest) -> None:
    """Show on the page of a path that leads nowhere a search for its words, and what is nearest."""
    app.extensions[_NEAREST] = find


def register(app: Flask) -> None:
    """Answer every fault of an app with a problem."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer)


def _answer(fault: Exception) -> Response:
    return _send(describe(fault, f"{request.method} {request.path}"))


def _answer_http(fault: HTTPException) -> Response:
    status = fault.code or 500
    if fault.response is not None or status < 400:
        raise fault  # a redirect of the router, which has none here
    if status == 404:
        return _answer(UnknownPage(message("pages.no_path", path=request.path)))
    kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    headers = fault.get_headers(request.environ)
    own = [(name, value) for name, value in headers if name.lower() != "content-type"]
    detail = message("pages.other_method") if status == 405 else fault.description or ""
    return _send(Problem(status, kind, detail, headers=tuple(own)))


def _send(problem: Problem) -> Response:
    if problem.status == ABANDONED:
        return Response(status=ABANDONED)
    request.environ[KIND] = problem.kind
    form = choose_form(request.headers.get("Accept", ""))
    language = stated_language(request.headers.get("Accept-Language"), request.args.get("lang"))
    body = _page(problem) if form is HTML else problem.write(form, language)
    response = Response(body, problem.status, content_type=form.content_type)
    said = render.language() if form is HTML else problem.detail_for(language)[1]
    response.headers["Content-Language"] = said
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers.update(dict(problem.headers))
    return response


def _page(problem: Problem) -> bytes:
    # The query is shown again, to be corrected; one that could not be read has no text.
    form = _query_forms(current_app).get(request.path)
    query = request.args.get("query", "")[:_LONGEST_SHOWN] if form else ""
    values = {**(form() if form and query else {}), **problem.more}
    values |= {"status": problem.status, "title": problem.title, "kind": problem.kind}
    values |= {"query": query, "headings": texts.table("texts"), "way": problem.way}
    values["detail"], values["detail_language"] = problem.detail_for(render.language())
    find: FindNearest | None = current_app.extensions.get(_NEAREST)
    nearest = find(request.path) if problem.status == 404 and find else None
    values["searched"], values["nearest"] = nearest or (None, [])
    page = render.render("fault.html", **values)
    return page.encode("utf-8", "replace")


def _query_forms(app: App) -> dict[str, QueryForm]:
    forms: dict[str, QueryForm] = app.extensions.setdefault(_QUERY_FORMS, {})
    return forms
