"""Serve the JSON-LD context under which our documents and dumps are written."""

from flask import Blueprint, Response

import ontology
from server.negotiation import JSON_LD
from server.web import render
from server.web.release_scope import current_release
from transform.files import as_json

bp = Blueprint("context", __name__)
# Terms are added, never given another meaning: an old copy reads what it knows as before.
_LONG = "public, max-age=604800, stale-while-revalidate=86400"


@bp.route("/contexte.jsonld")
def show() -> Response:
    """Answer with the context; each of our documents also holds it, so that it reads alone."""
    body = as_json(ontology.context(current_release().base_uri))
    response = render.finish(Response(body, content_type=JSON_LD.content_type), JSON_LD)
    response.headers["Cache-Control"] = _LONG
    return response
