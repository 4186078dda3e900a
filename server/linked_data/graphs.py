"""Answer with the vocabulary and with each named graph."""

from flask import Blueprint, Response

from server.engine.interface import Question
from server.faults import UnknownResource
from server.linked_data import vocabulary_page
from server.linked_data.documents import split_suffix
from server.negotiation import (
    HTML,
    PAGES,
)
from server.release import labels, queries
from server.release.current import Release
from server.sparql.send import send
from server.web import render, term_table
from server.web.link_header import add_links
from server.web.links import quote_path
from server.web.release_scope import ask, current_release

bp = Blueprint("graphs", __name__)


@bp.route("/def")
@bp.route("/def.<suffix>")
def define(suffix: str | None = None) -> Response:
    """Answer with the vocabulary; its terms are fragments of this page."""
    release = current_release()
    ontology = f"{release.base_uri}def"
    triples = queries.find_triples(release, "ontology", ontology=ontology)
    if not triples:
        raise UnknownResource(f"This release holds no vocabulary <{ontology}>.")
    form = render.choose(PAGES, suffix)
    if form is HTML:
        response = render.page(
            "ontology.html",
            path="def",
            formats=PAGES[1:],
            **vocabulary_page.lay_out(triples, ontology, release, render.language()),
        )
    else:
        response = render.graph(triples, form, linked=True)
    return add_links(response, form, "def")


@bp.route("/graph/<path:path>")
def graph(path: str) -> Response:
    """Answer with a named graph, or a page about it."""
    name, suffix = split_suffix(path)
    release = current_release()
    if name not in release.manifest["graphs"]:
        raise UnknownResource(f"This release holds no graph {name!r}.")
    iri, form = f"{release.base_uri}graph/{name}", render.choose(PAGES, suffix)
    if form is HTML:
        response = _page(name, iri, release)
    else:
        question = Question(
            queries.read("graph"), release.base_uri, graph=form.media_type, bindings={"graph": iri}
        )
        response = render.finish(send(ask(question)), form)
    return add_links(response, form, f"graph/{quote_path(name)}")


def _page(name: str, iri: str, release: Release) -> Response:
    language = render.language()
    says = queries.find_triples(release, "says", resource=iri)
    known = labels.collect([*says, *queries.find_triples(release, "labels", resource=iri)])
    return render.page(
        "graph.html",
        path=f"graph/{quote_path(name)}",
        name=name,
        iri=iri,
        size=release.manifest["graphs"][name],
        rows=term_table.lay_out(says, known, release, language),
        formats=PAGES[1:],
    )
