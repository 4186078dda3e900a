"""Let others match their names to our URIs: the W3C Reconciliation Service API.

Version 0.2, as OpenRefine asks it, stands at `/reconciliation`.
"""

import json
from typing import Any

from flask import Blueprint, Response, request

from server.faults import MissingQuery, UnknownPage
from server.negotiation import Format
from server.reconciliation import data_extension, suggest
from server.reconciliation.entities import begin, find_index
from server.reconciliation.json_reading import parse
from server.reconciliation.manifest import write_manifest
from server.reconciliation.preview import find_path, show_preview
from server.reconciliation.read_queries import read_batch, read_query
from server.reconciliation.read_request import ASKING, read_given
from server.reconciliation.write_candidates import answer
from server.release.current import Release
from server.web import render
from server.web.links import link_to, link_to_iri
from server.web.public_address import address_of
from server.web.release_scope import current_release

bp = Blueprint("reconciliation", __name__)
_JSON = Format("json", "application/json")
_AT = "/reconciliation"


@bp.route(_AT, methods=["GET", "POST"])
def ask() -> Response:
    """Answer a batch, a query or an extension; without one, with the manifest."""
    given, release, language = read_given(request), current_release(), render.language()
    asked = next((name for name in ASKING if name in given), None)
    if asked is None:
        if request.method == "POST":
            raise MissingQuery("Give queries, query or extend as a parameter of the form.")
        begin(release)  # who reads the manifest asks for names next
        return _send(write_manifest(release, address_of(release), language), address_of(release))
    if asked == "extend":
        return _extend(release, parse(given["extend"], "extend"), language)
    index, base = find_index(release), release.base_uri
    if asked == "queries":
        batch = read_batch(parse(given["queries"], "queries"), base)
        found = {key: answer(release, index, query, language) for key, query in batch.items()}
        return _send({key: {"result": candidates} for key, candidates in found.items()})
    one = read_query(_read_single(given), "query", base)
    return _send({"result": answer(release, index, one, language)})


@bp.route(f"{_AT}/")
def redirect() -> Response:
    """Lead to the service: people write its address with a stroke behind it."""
    return Response(status=308, headers={"Location": link_to("reconciliation", **request.args)})


@bp.route(f"{_AT}/suggest/<what>")
def complete(what: str) -> Response:
    """Answer with what a prefix may mean."""
    given, release, language = read_given(request), current_release(), render.language()
    if what == "entity":
        found = suggest.suggest_entities(release, find_index(release), given, language)
    elif what == "type":
        found = suggest.suggest_types(release, given, language)
    elif what == "property":
        found = suggest.suggest_properties(given, language)
    else:
        raise UnknownPage(f"Nothing suggests {what[:40]!r}; there are entity, type and property.")
    return _send({"result": found})


@bp.route(f"{_AT}/extend/propose")
def propose() -> Response:
    """Answer with the properties that entities of a type have."""
    return _send(data_extension.propose(current_release(), read_given(request), render.language()))


@bp.route(f"{_AT}/preview")
def preview() -> Response:
    """Answer with a small page about an entity."""
    given, release = read_given(request), current_release()
    return show_preview(release, find_index(release), given.get("id", ""))


@bp.route(f"{_AT}/view")
def view() -> Response:
    """Lead to an entity: its identifier is an IRI, which no path can hold."""
    release = current_release()
    path = find_path(release, find_index(release), read_given(request).get("id", ""))
    found = link_to_iri(f"{release.base_uri}id/{path}", release.base_uri)
    return Response(status=303, headers={"Location": found.href if found else "./"})


def _read_single(given: dict[str, str]) -> dict[str, Any]:
    """Give the one query of 0.1: JSON, or the bare text with its limits beside it."""
    text = given["query"]
    if text.lstrip().startswith("{"):
        read: dict[str, Any] = parse(text, "query")
        return read
    told: dict[str, Any] = {"query": text}
    if given.get("type"):
        told["type"] = given["type"]
    if given.get("limit"):
        told["limit"] = suggest.read_number(given["limit"], "limit")
    return told


def _extend(release: Release, value: Any, language: str) -> Response:
    asked = data_extension.read_extension(value)
    rows = data_extension.extend(release, find_index(release), asked, language)
    return _send({"meta": data_extension.write_meta(release, asked, language), "rows": rows})


def _send(value: Any, *parts: str) -> Response:
    """Send JSON; what a GET gave may be kept, as a page may."""
    language = render.language()
    body = json.dumps(value, ensure_ascii=False)
    response = Response(body, content_type=_JSON.content_type)
    if request.method != "POST":
        response = render.finish(response, _JSON, language, *parts)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language
    return response
