"""List the terms that the editor completes; the Service Description lists the same."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from server.negotiation import JSON
from server.release import labels
from server.release.current import Release
from server.web import render
from server.web.release_scope import current_release
from transform.rdf import syntaxes

bp = Blueprint("completion", __name__)
Term = dict[str, str | int]


@bp.route("/sparql/termes.json")
def show() -> Response:
    """Answer with prefixes, named graphs, classes and properties, labelled in a language."""
    language = render.language()
    body = json.dumps(list_terms(current_release(), language), ensure_ascii=False)
    response = Response(body, content_type="application/json")
    finished = render.finish(response, JSON)
    finished.headers["Vary"] = "Accept-Language"
    return finished


def list_terms(release: Release, language: str) -> dict[str, Any]:
    """Return prefixes and graphs, and classes and properties with their counts, most used first."""
    manifest, base = release.manifest, release.base_uri
    graphs = manifest["graphs"].items()
    return {
        "prefixes": syntaxes.prefixes(base),
        "classes": _label(manifest["classes"], release, language),
        "properties": _label(manifest["properties"], release, language),
        "graphs": [{"iri": f"{base}graph/{name}", "label": name, "count": n} for name, n in graphs],
    }


def _label(counts: Mapping[str, int], release: Release, language: str) -> list[Term]:
    return [
        {"iri": iri, "label": labels.name_of_term(iri, release, language)[0], "count": count}
        for iri, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
