"""Say at the addresses that are registered for it which services there are (RFC 8615)."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, current_app

from server import texts
from server.negotiation import PLAIN, Format
from server.web import render
from server.web.link_header import Relation, relate
from server.web.links import link_to
from server.web.release_scope import current_release
from transform.files import as_json

bp = Blueprint("wellknown", __name__)
_LINKSET = Format(
    "json", "application/linkset+json", '; profile="https://www.rfc-editor.org/info/rfc9727"'
)
# Each service with the type in which it describes itself when asked at its own address.
_SERVICES = (
    ("sparql", "text/turtle"),
    ("rdf-graph-store?default", None),
    ("reconciliation", "application/json"),
)


# RFC 9116, 2.5.5, advises less than a year; it is written anew each time it is asked for.
_GOOD_FOR = timedelta(days=180)


@bp.route("/.well-known/security.txt")
def security() -> Response:
    """Say whom to tell of a weakness, where the publisher has named somebody (RFC 9116)."""
    contacts = current_app.config["SETTINGS"].contacts
    if not contacts:
        abort(404)
    expires = datetime.now(UTC) + _GOOD_FOR
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(texts.LANGUAGES)}",
        f"Canonical: {current_release().base_uri}.well-known/security.txt",
    ]
    response = Response("".join(f"{line}\n" for line in lines), content_type=PLAIN.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/.well-known/api-catalog")
def services() -> Response:
    """List the services, with what describes each for programs and for people (RFC 9727)."""
    base = current_release().base_uri
    catalogue = {"href": f"{base}catalogue.ttl", "type": "text/turtle"}
    linkset = []
    for path, described_as in _SERVICES:
        service = {"anchor": base + path, "service-meta": [catalogue]}
        if described_as:
            service["service-desc"] = [{"href": base + path, "type": described_as}]
        linkset.append(service)
    body = as_json({"linkset": linkset})
    response = render.finish(Response(body, content_type=_LINKSET.content_type), _LINKSET)
    itself = link_to(".well-known/api-catalog", lang=None)
    return relate(response, [Relation(itself, "api-catalog", _LINKSET.media_type)])
