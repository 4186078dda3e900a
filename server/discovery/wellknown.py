"""Answer at registered addresses: the security contact and the list of services (RFC 8615)."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, current_app

from server.negotiation import PLAIN, Format
from server.web import render
from server.web.link_header import HeaderLink, add_relations
from server.web.links import link_to
from server.web.release_scope import current_release
from transform.files import as_json

bp = Blueprint("wellknown", __name__)
_LINKSET = Format(
    "json", "application/linkset+json", '; profile="https://www.rfc-editor.org/info/rfc9727"'
)
# Each service, with the media type of the description at its own address.
# The path of each service, that of its description, and the description's media type.
_SERVICES = (
    ("sparql", "sparql", "text/turtle"),
    ("rdf-graph-store?default", None, None),
    ("reconciliation", "reconciliation", "application/json"),
    ("requetes", "requetes/openapi.json", "application/vnd.oai.openapi+json"),
)


# RFC 9116, 2.5.5, recommends less than a year; each response renews it.
_VALIDITY = timedelta(days=180)


@bp.route("/.well-known/security.txt")
def security() -> Response:
    """Answer with whom to report a weakness to, if the publisher names a contact (RFC 9116)."""
    contacts = current_app.config["SETTINGS"].contacts
    if not contacts:
        abort(404)
    expires = datetime.now(UTC) + _VALIDITY
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(current_release().register.languages)}",
        f"Canonical: {current_release().base_uri}.well-known/security.txt",
    ]
    response = Response("".join(f"{line}\n" for line in lines), content_type=PLAIN.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/.well-known/api-catalog")
def services() -> Response:
    """List the services with their descriptions (RFC 9727)."""
    base = current_release().base_uri
    catalogue = {"href": f"{base}catalogue.ttl", "type": "text/turtle"}
    linkset = []
    for path, description, media_type in _SERVICES:
        service = {"anchor": base + path, "service-meta": [catalogue]}
        if description and media_type:
            service["service-desc"] = [{"href": base + description, "type": media_type}]
        linkset.append(service)
    body = as_json({"linkset": linkset})
    response = render.finish(Response(body, content_type=_LINKSET.content_type), _LINKSET)
    own_address = link_to(".well-known/api-catalog", lang=None)
    return add_relations(response, [HeaderLink(own_address, "api-catalog", _LINKSET.media_type)])
