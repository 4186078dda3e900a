"""Answer `/reconciliation`: others match their names to our URIs, for example in OpenRefine.

Source: W3C Reconciliation Service API 0.2.
"""

import json
from typing import Any

from flask import Blueprint, Response, request

from server.faults import MissingQuery, UnknownPage
from server.negotiation import Format
from server.reconciliation import data_extension, suggest
from server.reconciliation.entities import find_index, start_index
from server.reconciliation.json_reading import parse
from server.reconciliation.manifest import write_manifest
from server.reconciliation.preview import find_path, show_preview
from server.reconciliation.read_queries import read_batch, read_query
from server.reconciliation.read_request import OPERATIONS, read_fields
from server.reconciliation.write_candidates import answer
from server.release.current import Release
from server.web import render
from server.web.links import link_to, link_to_iri
from server.web.public_address import address_of
from server.web.release_scope import current_release

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
            raise MissingQuery("Give queries, query or extend as a parameter of the form.")
        start_index(release)  # a client that reads the manifest queries names next
        return _send(write_manifest(release, address_of(release), language))
    if operation == "extend":
        return _extend(release, parse(parameters["extend"], "extend"), language)
    index, base = find_index(release), release.base_uri
    if operation == "queries":
        batch = read_batch(parse(parameters["queries"], "queries"), base)
        results = {key: answer(release, index, query, language) for key, query in batch.items()}
        return _send({key: {"result": candidates} for key, candidates in results.items()})
    query = read_query(_read_single(parameters), "query", base)
    return _send({"result": answer(release, index, query, language)})


@bp.route(f"{_PATH}/")
def redirect() -> Response:
    """Redirect to the service from its address with a trailing slash."""
    return Response(status=308, headers={"Location": link_to("reconciliation", **request.args)})


@bp.route(f"{_PATH}/suggest/<what>")
def complete(what: str) -> Response:
    """Answer with suggestions for a prefix."""
    parameters, release, language = read_fields(request), current_release(), render.language()
    if what == "entity":
        items = suggest.suggest_entities(release, find_index(release), parameters, language)
    elif what == "type":
        items = suggest.suggest_types(release, parameters, language)
    elif what == "property":
        items = suggest.suggest_properties(parameters, language)
    else:
        raise UnknownPage(
            f"There are no suggestions of {what[:40]!r}, only of entity, type and property."
        )
    return _send({"result": items})


@bp.route(f"{_PATH}/extend/propose")
def propose() -> Response:
    """Answer with the properties that entities of a type have."""
    return _send(data_extension.propose(current_release(), read_fields(request), render.language()))


@bp.route(f"{_PATH}/preview")
def preview() -> Response:
    """Answer with a small page about an entity."""
    parameters, release = read_fields(request), current_release()
    return show_preview(release, find_index(release), parameters.get("id", ""))


@bp.route(f"{_PATH}/view")
def view() -> Response:
    """Redirect to an entity by its identifier, an IRI that cannot be part of a path."""
    release = current_release()
    path = find_path(release, find_index(release), read_fields(request).get("id", ""))
    link = link_to_iri(f"{release.base_uri}id/{path}", release.base_uri)
    return Response(status=303, headers={"Location": link.href if link else "./"})


def _read_single(parameters: dict[str, str]) -> dict[str, Any]:
    """Read the single query of version 0.1: JSON, or a text with `type` and `limit` parameters."""
    text = parameters["query"]
    if text.lstrip().startswith("{"):
        parsed: dict[str, Any] = parse(text, "query")
        return parsed
    query: dict[str, Any] = {"query": text}
    if parameters.get("type"):
        query["type"] = parameters["type"]
    if parameters.get("limit"):
        query["limit"] = suggest.read_number(parameters["limit"], "limit")
    return query


def _extend(release: Release, value: Any, language: str) -> Response:
    extension = data_extension.read_extension(value)
    rows = data_extension.extend(release, find_index(release), extension, language)
    return _send({"meta": data_extension.write_meta(release, extension, language), "rows": rows})


def _send(value: Any) -> Response:
    """Send JSON; caches may keep the answer to a GET, as they keep a page."""
    language = render.language()
    body = json.dumps(value, ensure_ascii=False)
    response = Response(body, content_type=_JSON.content_type)
    if request.method != "POST":
        response = render.finish(response, _JSON)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language
    return response
