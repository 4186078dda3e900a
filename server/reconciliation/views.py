"""Answer `/reconciliation`: others match their names to our URIs, for example in OpenRefine.

Source: W3C Reconciliation Service API 0.2.
"""

import json
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, request

from server.faults import MissingQuery, UnknownPage
from server.negotiation import HTML, Format, NothingAcceptable, choose_format, read_ranges
from server.reconciliation import data_extension, suggest
from server.reconciliation.entities import find_index, start_index
from server.reconciliation.index import Index
from server.reconciliation.json_reading import parse
from server.reconciliation.manifest import write_manifest
from server.reconciliation.preview import find_path, show_preview
from server.reconciliation.read_queries import ReconciliationQuery, read_batch, read_single
from server.reconciliation.read_request import OPERATIONS, read_fields
from server.reconciliation.round_robin import Work, admit
from server.reconciliation.types import Offer, read_offer
from server.reconciliation.write_candidates import answer
from server.release.current import Release
from server.web import render
from server.web.links import link_to, link_to_iri
from server.web.public_address import address_of
from server.web.release_scope import GONE, current_release
from transform.text.message import message

bp = Blueprint("reconciliation", __name__)
_JSON = Format("json", "application/json")
_PATH = "/reconciliation"


@bp.route(_PATH, methods=["GET", "POST"])
def ask() -> Response:
    """Answer a batch, a query or an extension; without one, answer with the manifest."""
    parameters, release, language = read_fields(request), current_release(), render.language()
    operation = next((name for name in OPERATIONS if name in parameters), None)
    if operation is None:
        if request.method == "POST":
            raise MissingQuery(message("reconciliation.no_operation"))
        if _asks_for_page():
            return _lead_readers()
        start_index(release)  # a client that reads the manifest queries names next
        manifest = write_manifest(release, address_of(release), language)
        response = _send(_write(manifest))
        response.headers["Vary"] = "Accept, Accept-Language"
        return response
    with _admit() as work:
        if operation == "extend":
            return _send(_extend(release, parameters["extend"], language, work))
        if operation == "query":
            query = work.run(partial(_read_single, parameters, read_offer(release)))
            return _send(_match(release, {"": query}, language, work)[""])
        batch = work.run(partial(_read_batch, parameters["queries"], read_offer(release)))
        results = _match(release, batch, language, work)
    members = ", ".join(f"{_write(key)}: {result}" for key, result in results.items())
    return _send(f"{{{members}}}")


@bp.route(f"{_PATH}/suggest/<what>")
def complete(what: str) -> Response:
    """Answer with suggestions for a prefix."""
    parameters, release, language = read_fields(request), current_release(), render.language()
    if what == "entity":
        with _admit() as work:
            index = find_index(release)
            items = work.run(
                partial(suggest.suggest_entities, release, index, parameters, language)
            )
    elif what == "type":
        items = suggest.suggest_types(release, parameters, language)
    elif what == "property":
        items = suggest.suggest_properties(release, parameters, language)
    else:
        raise UnknownPage(message("reconciliation.no_suggestions", what=what[:40]))
    return _send(_write({"result": items}))


@bp.route(f"{_PATH}/extend/propose")
def propose() -> Response:
    """Answer with the properties that entities of a type have."""
    proposal = data_extension.propose(current_release(), read_fields(request), render.language())
    return _send(_write(proposal))


@bp.route(f"{_PATH}/preview")
def preview() -> Response:
    """Answer with a small page about an entity."""
    parameters, release = read_fields(request), current_release()
    with _admit() as work:
        return show_preview(release, find_index(release), parameters.get("id", ""), work)


@bp.route(f"{_PATH}/view")
def view() -> Response:
    """Redirect to an entity by its identifier, an IRI that cannot be part of a path."""
    release = current_release()
    parameters = read_fields(request)
    with _admit():
        path = find_path(release, find_index(release), parameters.get("id", ""))
    link = link_to_iri(f"{release.base_uri}id/{path}", release.base_uri)
    return Response(status=303, headers={"Location": link.href if link else "./"})


def _asks_for_page() -> bool:
    """Check whether a client names pages, and prefers them to JSON, as browsers do."""
    accept = request.headers.get("Accept", "")
    if not any(item.value == HTML.media_type for item in read_ranges(accept)):
        return False
    try:
        return choose_format((_JSON, HTML), accept) is HTML
    except NothingAcceptable:
        return False


def _lead_readers() -> Response:
    """Redirect a browser, which asks for a page, to the one that says how to use the service."""
    headers = {"Location": link_to("aide/openrefine"), "Vary": "Accept, Accept-Language"}
    return Response(status=303, headers=headers)


def _admit() -> AbstractContextManager[Work]:
    """Admit this request to the work on names, for as long as a query of SPARQL may take."""
    return admit(current_app.config["SETTINGS"].query_seconds, request.environ.get(GONE))


def _read_batch(text: str, offer: Offer) -> dict[str, ReconciliationQuery]:
    return read_batch(parse(text, "queries"), offer)


def _read_single(parameters: dict[str, str], offer: Offer) -> ReconciliationQuery:
    """Read the single query of version 0.1: JSON, or a text with `type` and `limit` parameters."""
    text = parameters["query"]
    if text.lstrip().startswith("{"):
        return read_single(parse(text, "query"), offer)
    query: dict[str, Any] = {"query": text}
    if parameters.get("type"):
        query["type"] = parameters["type"]
    if parameters.get("limit"):
        query["limit"] = suggest.read_number(parameters["limit"], "limit")
    return read_single(query, offer)


def _match(
    release: Release, batch: dict[str, ReconciliationQuery], language: str, work: Work
) -> dict[str, str]:
    """Return the JSON of the answer to each query of a batch, each found in a step of its own."""
    index = find_index(release)
    return {
        key: work.run(partial(_match_one, release, index, query, language))
        for key, query in batch.items()
    }


def _match_one(release: Release, index: Index, query: ReconciliationQuery, language: str) -> str:
    return _write({"result": answer(release, index, query, language)})


def _extend(release: Release, text: str, language: str, work: Work) -> str:
    extension = work.run(
        lambda: data_extension.read_extension(parse(text, "extend"), read_offer(release))
    )
    rows = data_extension.extend(release, find_index(release), extension, language, work)
    return _write({"meta": data_extension.write_meta(release, extension, language), "rows": rows})


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _send(body: str) -> Response:
    """Send JSON; caches may keep the answer to a GET, as they keep a page."""
    language = render.language()
    response = Response(body, content_type=_JSON.content_type)
    if request.method != "POST":
        response = render.finish(response, _JSON)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language
    return response
