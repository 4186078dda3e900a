"""Show an entity in a small frame of another site, where a person judges a match."""

from flask import Response

from server.faults import UnknownResource
from server.reconciliation.data_extension import Extension, RequestedProperty, extend
from server.reconciliation.index import Index
from server.reconciliation.manifest import describe_kind
from server.reconciliation.round_robin import Work
from server.reconciliation.types import read_offer
from server.release import labels, queries
from server.release.current import Release
from server.web import render
from server.web.term_cell import Cell
from transform.text.message import message

_FRAMED = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors *"
_SHOWN = 4  # values of a property
_LEFT_OUT = ("nom", "nom-initiative")


def show_preview(release: Release, index: Index, identifier: str, work: Work) -> Response:
    """Answer with the page; raises UnknownResource."""
    language = render.language()
    path = find_path(release, index, identifier)
    columns = [
        RequestedProperty(each, "", _SHOWN + 1)
        for each in read_offer(release).list_properties([index.kind_of(path)])
        if each.id not in _LEFT_OUT
    ]
    cells = extend(release, index, Extension([path], columns), language, work)[path]
    rows = [
        (each.property.names[language], [_text(cell) for cell in cells[each.property.id]])
        for each in columns
    ]
    entity, iri = index.entities[index.places[path]], f"{release.base_uri}id/{path}"
    own = labels.collect(queries.find_labels(release, [iri])).get(iri, ())
    label = labels.best(own, release.register.order(language))
    response = render.page(
        "preview.html",
        name=Cell(label.value, label.language) if label else Cell(entity.name(language)),
        kind=describe_kind(index.kind_of(path), release, language)["name"],
        path=path,
        rows=[(name, values[:_SHOWN], len(values) > _SHOWN) for name, values in rows if values],
    )
    # Any site may frame the page: its only link opens a new window, so no click can be abused.
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


def find_path(release: Release, index: Index, identifier: str) -> str:
    """Return the path of the entity that an identifier names; raises UnknownResource."""
    path = identifier.strip().removeprefix(f"{release.base_uri}id/")
    if path not in index.places:
        raise UnknownResource(message("reconciliation.no_entity", identifier=identifier[:200]))
    return path


def _text(cell: dict[str, object]) -> str:
    return str(cell.get("name") or cell.get("str") or cell.get("int"))
