"""Answer with whole graphs: the vocabulary, the catalogue and each named graph."""

from itertools import groupby

import pyoxigraph as ox
from flask import Blueprint, Response, request

from server import labels, pages, queries, tables, vocabulary
from server.documents import split_suffix, with_links
from server.engine import Question
from server.faults import UnknownResource
from server.links import quoted
from server.negotiate import HTML, PAGES, Format, choose_format
from server.resource import about_document
from server.shelf import Release
from server.sparql import send
from server.visit import ask, current_release
from transform import formats

bp = Blueprint("graphs", __name__)
# As many subjects of the catalogue as a page shows; the other forms hold all.
_MOST_SUBJECTS = 200


@bp.route("/def")
@bp.route("/def.<suffix>")
def define(suffix: str | None = None) -> Response:
    """Answer with the vocabulary; its terms are fragments of this page."""
    release = current_release()
    ontology = f"{release.base_uri}def"
    triples = queries.find_triples(release, "ontology", ontology=ontology)
    if not triples:
        raise UnknownResource(f"This release holds no vocabulary <{ontology}>.")
    form = _choose(suffix)
    if form is HTML:
        response = pages.page(
            "ontology.html",
            path="def",
            formats=PAGES[1:],
            **vocabulary.lay_out(triples, ontology, release, pages.language()),
        )
    else:
        response = _write(triples, form, release)
    return with_links(response, form, "def")


@bp.route("/catalogue")
@bp.route("/catalogue.<suffix>")
def catalogue(suffix: str | None = None) -> Response:
    """Answer with the catalogue (DCAT)."""
    release = current_release()
    iri = f"{release.base_uri}graph/catalogue"
    triples = queries.find_triples(release, "graph", graph=iri)
    if not triples:
        raise UnknownResource(f"This release holds no graph <{iri}>.")
    form = _choose(suffix)
    if form is HTML:
        response = _show_catalogue(triples, release)
    else:
        about = list(about_document(f"{release.base_uri}catalogue", release))
        response = _write([*triples, *(t for t in about if _is_notice(t))], form, release)
    return with_links(response, form, "catalogue")


@bp.route("/graph/<path:path>")
def graph(path: str) -> Response:
    """Answer with a named graph, as the engine writes it."""
    name, suffix = split_suffix(path)
    release = current_release()
    if name not in release.manifest["graphs"]:
        raise UnknownResource(f"This release holds no graph {name!r}.")
    iri, form = f"{release.base_uri}graph/{name}", _choose(suffix)
    if form is HTML:
        size = release.manifest["graphs"][name]
        response = pages.page(
            "graph.html",
            path=f"graph/{quoted(name)}",
            name=name,
            iri=iri,
            size=size,
            formats=PAGES[1:],
        )
    else:
        question = Question(
            queries.read("graph"), release.base_uri, graph=form.media_type, bindings={"graph": iri}
        )
        response = pages.finish(send(ask(question)), form)
    return with_links(response, form, f"graph/{quoted(name)}")


def _choose(suffix: str | None) -> Format:
    wanted = suffix or request.args.get("format")
    return choose_format(PAGES, request.headers.get("Accept"), wanted)


def _write(triples: list[ox.Triple], form: Format, release: Release) -> Response:
    body = formats.write_bytes(triples, formats.BY_SUFFIX[form.suffix], release.base_uri)
    return pages.finish(Response(body, content_type=form.content_type), form)


def _is_notice(triple: ox.Triple) -> bool:
    return triple.predicate.value.endswith("#comment")


def _show_catalogue(triples: list[ox.Triple], release: Release) -> Response:
    of, language = f"{release.base_uri}graph/catalogue", pages.language()
    known = labels.collect(queries.find_triples(release, "labels-in-graph", graph=of))
    groups = [
        (str(getattr(subject, "value", subject)), list(group))
        for subject, group in groupby(triples, key=lambda t: t.subject)
    ]
    sections = [
        (
            iri.partition("#")[2],
            tables.name_iri(iri, known, release, language),
            tables.lay_out(group, known, release, language),
        )
        for iri, group in groups[:_MOST_SUBJECTS]
    ]
    embedded = formats.write_bytes(triples, formats.BY_SUFFIX["jsonld"], release.base_uri)
    return pages.page(
        "catalogue.html",
        path="catalogue",
        formats=PAGES[1:],
        sections=sections,
        total=len(groups),
        embedded=pages.in_script(embedded),
    )
