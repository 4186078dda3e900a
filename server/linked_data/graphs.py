"""Answer with the vocabulary, its earlier versions, the shapes, and each named graph."""

import pyoxigraph as ox
from flask import Blueprint, Response

from server.engine.interface import Question
from server.faults import UnknownResource
from server.linked_data import vocabulary_page
from server.linked_data.documents import split_suffix
from server.negotiation import (
    HTML,
    PAGES,
    Format,
)
from server.release import labels, queries
from server.release.current import Release
from server.sparql.send import send
from server.web import render, term_table
from server.web.link_header import HeaderLink, add_links, add_relations, licence
from server.web.links import quote_path
from server.web.release_scope import ask, current_release
from transform.rdf.namespaces import OWL, ontology_of
from transform.release.crosswalk import CROSSWALK
from transform.release.definitions import SHAPES, version_path
from transform.text.message import message

bp = Blueprint("graphs", __name__)
_TSV = Format("tsv", "text/tab-separated-values", "; charset=utf-8")


@bp.route("/def")
@bp.route("/def.<suffix>")
def define(suffix: str | None = None) -> Response:
    """Answer with the vocabulary; its terms are fragments of this page."""
    release = current_release()
    return _show_vocabulary(_read_vocabulary(release), release, "def", suffix)


@bp.route("/def/<path:path>")
def define_version(path: str) -> Response:
    """Answer with a version of the vocabulary: the one in force, or one before it."""
    version, suffix = split_suffix(path)
    release = current_release()
    triples = _read_vocabulary(release)
    if version not in _versions(triples):
        file = release.find_file(version_path(version))
        if file is None:
            home = f"{release.base_uri}def"
            raise UnknownResource(
                message("pages.no_vocabulary_version", version=version[:40], home=home)
            )
        triples = _read_turtle(file.read_bytes())
    return _show_vocabulary(triples, release, f"def/{quote_path(version)}", suffix)


def _read_vocabulary(release: Release) -> list[ox.Triple]:
    ontology = ontology_of(release.base_uri)
    series = f"{release.base_uri}catalogue#serie"
    triples = queries.find_triples(release, "ontology", ontology=ontology, series=series)
    if not triples:
        raise UnknownResource(message("pages.no_vocabulary", iri=ontology))
    return triples


def _versions(triples: list[ox.Triple]) -> set[str]:
    """Return the number of the version that a vocabulary says it is."""
    numbers = (t.object for t in triples if t.predicate.value == f"{OWL}versionInfo")
    return {number.value for number in numbers if isinstance(number, ox.Literal)}


def _read_turtle(content: bytes) -> list[ox.Triple]:
    quads = ox.parse(content, format=ox.RdfFormat.TURTLE)
    return queries.sort_triples(quad.triple for quad in quads)


def _show_vocabulary(
    triples: list[ox.Triple], release: Release, path: str, suffix: str | None
) -> Response:
    ontology, form = ontology_of(release.base_uri), render.choose(PAGES, suffix)
    if form is HTML:
        page = vocabulary_page.lay_out(triples, ontology, release, render.language())
        response = render.page("ontology.html", path=path, formats=PAGES[1:], **page)
    else:
        response = render.graph(triples, form, linked=True)
    response = add_links(response, form, path)
    return add_relations(response, [HeaderLink(ontology, "latest-version")])


@bp.route("/shapes")
@bp.route("/shapes.<suffix>")
def show_shapes(suffix: str | None = None) -> Response:
    """Answer with the shapes that the release passed; each is a fragment of this page."""
    release = current_release()
    file = release.find_file(SHAPES)
    if file is None:
        raise UnknownResource(message("pages.no_shapes"))
    triples, form = _read_turtle(file.read_bytes()), render.choose(PAGES, suffix)
    if form is HTML:
        page = vocabulary_page.lay_out_shapes(triples, release, render.language())
        response = render.page("shapes.html", path="shapes", formats=PAGES[1:], **page)
    else:
        response = render.graph(triples, form)
    return add_links(response, form, "shapes")


@bp.route(f"/{CROSSWALK}")
def show_crosswalk() -> Response:
    """Answer with what the values of our lists are to terms of other vocabularies (SSSOM)."""
    release = current_release()
    file = release.find_file(CROSSWALK)
    if file is None:
        raise UnknownResource(message("pages.no_crosswalk"))
    response = Response(file.read_bytes(), content_type=_TSV.content_type)
    return add_relations(render.finish(response, _TSV), [licence(release.manifest)])


@bp.route("/graph/<path:path>")
def graph(path: str) -> Response:
    """Answer with a named graph, or a page about it."""
    name, suffix = split_suffix(path)
    release = current_release()
    if name not in release.manifest["graphs"]:
        raise UnknownResource(message("pages.no_named_graph", name=name))
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
