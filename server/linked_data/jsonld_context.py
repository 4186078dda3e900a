"""Serve the JSON-LD context of our documents and dumps."""

from flask import Blueprint, Response

import ontology
from server.negotiation import JSON_LD
from server.web import render
from server.web.release_scope import current_release
from transform.files import as_json
from transform.rdf.namespaces import vocabulary_of

bp = Blueprint("context", __name__)
# Terms are only added and keep their meaning, so an old copy stays valid.
_LONG = "public, max-age=604800, stale-while-revalidate=86400"


@bp.route("/contexte.jsonld")
def show() -> Response:
    """Answer with the context; each document also embeds it, so that it needs no second request."""
    body = as_json(ontology.context(vocabulary_of(current_release().base_uri)))
    response = render.finish(Response(body, content_type=JSON_LD.content_type), JSON_LD)
    response.headers["Cache-Control"] = _LONG
    return response
