"""Answer with the list of questions, and with the answer to each: a page, or a file."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.sansio.blueprints import BlueprintSetupState

from server import texts
from server.engine.interface import Answer, Question
from server.faults import UnknownPage
from server.negotiation import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    GRAPHS,
    HTML,
    JSON,
    SOLUTIONS,
    TURTLE,
    Format,
)
from server.question_pages import openapi, shacl
from server.questions.library import (
    PATH,
    describe,
    group_by_theme,
    list_questions,
    offered,
    write_filled,
    write_query,
)
from server.questions.parameters import (
    LONGEST,
    Filled,
    fill_with_examples,
    list_choices,
    read_values,
)
from server.questions.question import RESERVED, SavedQuestion
from server.release.current import Release
from server.release.register import OwnText
from server.sparql import result_table, spreadsheet
from server.sparql.send import send
from server.web import render
from server.web.link_header import HeaderLink, add_links, add_relations, licence
from server.web.links import link_to
from server.web.public_address import address_of
from server.web.release_scope import ask, current_release
from server.web.search_sources import OfferedThing, offer_things
from transform.text.message import message

bp = Blueprint("questions", __name__)
_DESCRIPTION = Format("json", openapi.MEDIA_TYPE)
_QUERY = Format("rq", "application/sparql-query", "; charset=utf-8")
_MOST_GRAPH = 100_000  # bytes of a graph that a page shows
_ROWS = (CSV, EXCEL, JSON, *(form for form in SOLUTIONS if form not in (CSV, JSON)))


@bp.record_once
def _offer_to_search(state: BlueprintSetupState) -> None:
    offer_things(state.app, "question", _list_things)


def _list_things(release: Release, language: str) -> list[OfferedThing]:
    return [
        OfferedThing(OwnText(each.title, language), OwnText(each.description, language), each.path)
        for each in list_questions(release, language)
    ]


@bp.route(f"/{PATH}")
@bp.route(f"/{PATH}.<suffix>")
def show_all(suffix: str | None = None) -> Response:
    """Answer with the list of questions: a page, or SHACL."""
    release = current_release()
    form = render.choose((HTML, *GRAPHS), suffix)
    if form is HTML:
        listed = list_questions(release, render.language())
        response = render.page(
            "questions/list.html",
            canonical=render.canonical(PATH),
            groups=group_by_theme(listed),
            number=len(listed),
            formats=GRAPHS,
        )
    else:
        response = render.graph(shacl.describe_questions(release), form)
    described = HeaderLink(link_to(f"{PATH}/openapi.json"), "service-desc", openapi.MEDIA_TYPE)
    return add_relations(add_links(response, form, PATH, (HTML, *GRAPHS)), [described])


@bp.route(f"/{PATH}/openapi.json")
def describe_all() -> Response:
    """Answer with the description of all questions (OpenAPI 3.1)."""
    body = openapi.write(current_release(), render.file_language())
    response = Response(body, content_type=openapi.MEDIA_TYPE)
    return render.finish(response, _DESCRIPTION)


@bp.route(f"/{PATH}/<name>")
def show(name: str) -> Response:
    """Answer with the answer to a question, a page or a file, or with its query."""
    release = current_release()
    bare, dot, suffix = name.rpartition(".")
    question = _find(release, bare if dot else name)
    form = render.choose((HTML, *list_formats(question), _QUERY), suffix if dot else None)
    language = render.language_of(form)
    given = [pair for pair in request.args.items(multi=True) if pair[0] not in RESERVED]
    if form in (HTML, _QUERY) and not given:
        filled = fill_with_examples(question, release)
    else:
        filled = read_values(question, given, release)
    query = write_filled(question, filled.terms, release, language)
    if form is HTML and "requete" in request.args:
        return Response(status=303, headers={"Location": link_to("sparql", query=query)})
    if form is HTML:
        response = _show_page(question, filled, query, release)
    elif form is _QUERY:
        response = Response(query, content_type=form.content_type)
    else:
        response = _send(question, filled, form, release)
    response = render.finish(response, form)
    if given or form is not HTML:
        response.headers["X-Robots-Tag"] = "noindex"
    return add_relations(response, [licence(release.manifest)])


def list_formats(question: SavedQuestion) -> Sequence[Format]:
    """Return the formats of the files with the answer to a question."""
    if question.form == "construct":
        return CONSTRUCTED
    return _ROWS if question.form == "select" else SOLUTIONS


def _find(release: Release, name: str) -> SavedQuestion:
    """Return the question of a name; raises UnknownPage."""
    for question in offered(release):
        if question.name == name:
            return question
    detail = message("questions.no_question", name=name[:80], path=PATH)
    raise UnknownPage(detail, way=PATH)


def _ask(
    question: SavedQuestion, filled: Filled, form: Format, language: str, release: Release
) -> Answer:
    """Ask the engine, which binds the parameters."""
    rows = {HTML: JSON, EXCEL: CSV}.get(form, form)
    graph = TURTLE if form is HTML else form
    bound = Question(
        write_query(question, release.base_uri, language, release.register),
        release.base_uri,
        rows.media_type if rows in SOLUTIONS else None,
        graph.media_type if graph in CONSTRUCTED else None,
        bindings=filled.bindings,
    )
    return ask(bound)


def _send(question: SavedQuestion, filled: Filled, form: Format, release: Release) -> Response:
    answer = _ask(question, filled, form, render.file_language(), release)
    if answer.form == "solutions" and form in (CSV, EXCEL):
        write = spreadsheet.send_excel if form is EXCEL else spreadsheet.send_csv
        response = write(answer)
    else:
        response = send(answer)
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(question, form)}"'
    return response


def _show_page(question: SavedQuestion, filled: Filled, query: str, release: Release) -> Response:
    language = render.language()
    listed = describe(question, release.register, language)
    fields = [
        (each, filled.values[each.name], list_choices(each, release, language))
        for each in question.parameters
    ]
    files = [(form, _link_file(question, form, filled.values)) for form in list_formats(question)]
    answer = _ask(question, filled, HTML, language, release)
    page = render.render(
        "questions/question.html",
        canonical=render.canonical(listed.path),
        question=listed,
        fields=fields,
        longest=LONGEST,
        query=query,
        files=files,
        curl=_write_curl(question, filled.values, release),
        others=[each for each in list_questions(release, language) if _is_near(each, listed)],
        **_lay_out(question, answer, release),
    )
    return Response(page, content_type=HTML.content_type)


def _is_near(other: Any, listed: Any) -> bool:
    return bool(other.theme == listed.theme and other.name != listed.name)


def _lay_out(question: SavedQuestion, answer: Answer, release: Release) -> dict[str, Any]:
    """Return what a page shows of an answer: a table without what stands elsewhere on the page."""
    if answer.form == "graph":
        graph = result_table.read_start(answer, _MOST_GRAPH)
        cut = answer.length > _MOST_GRAPH
        return {"graph": graph.rpartition("\n")[0] if cut else graph, "cut": cut}
    results = result_table.read(answer)
    if results.truth is not None:
        return {"truth": results.truth}
    apart = {*question.naming, *(each.name for each in question.parameters)}
    head = [column for column in results.head if column not in apart]
    kept = [{column: row[column] for column in head if column in row} for row in results.rows]
    shown = results._replace(head=head, rows=kept)
    return {
        "head": head,
        "rows": result_table.lay_out(shown, release, render.language()),
        "total": results.total,
        "size": texts.size(answer.length, render.language()),
    }


def _link_file(question: SavedQuestion, form: Format, values: Mapping[str, str]) -> str:
    language, usual = render.language(), current_release().register.interface[0]
    search: dict[str, str | None] = {**values, "lang": language if language != usual else None}
    return link_to(f"{PATH}/{question.name}.{form.suffix}", **search)


def _write_curl(question: SavedQuestion, values: Mapping[str, str], release: Release) -> str:
    suffix = "ttl" if question.form == "construct" else "json" if question.form == "ask" else "csv"
    search = f"?{urlencode(values)}" if values else ""
    return f"curl {shlex.quote(f'{address_of(release)}{PATH}/{question.name}.{suffix}{search}')}"


def _file_name(question: SavedQuestion, form: Format) -> str:
    suffix = f"-excel.{CSV.suffix}" if form is EXCEL else f".{form.suffix}"
    return f"{question.name}{suffix}"
