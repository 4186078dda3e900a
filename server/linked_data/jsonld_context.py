"""Serve the JSON-LD context of our documents and dumps."""

from flask import Blueprint, Response

import ontology
from server.negotiation import JSON_LD
from server.web import render
from server.web.release_scope import current_release
from transform.files import as_json
from transform.rdf.namespaces import vocabulary_of

bp = Blueprint("context", __name__)


@bp.route("/contexte.jsonld")
def show() -> Response:
    """Answer with the context, to which documents link; what is downloaded as a file holds it.

    A copy stays fresh no longer than documents do: one that is older would lack their new terms.
    """
    body = as_json(ontology.context(vocabulary_of(current_release().base_uri)))
    return render.finish(Response(body, content_type=JSON_LD.content_type), JSON_LD)
