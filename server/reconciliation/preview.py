"""Show an entity in a small frame of another site, so that a person can tell whether it is it."""

from flask import Response

from server.faults import UnknownResource
from server.reconciliation.data_extension import Extension, Wanted, extend
from server.reconciliation.index import Index
from server.reconciliation.manifest import describe_kind
from server.reconciliation.types import PROPERTIES
from server.release.current import Release
from server.web import render

_FRAMED = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors *"
_SHOWN = 4  # values of a property
_LEFT_OUT = ("nom", "nom-initiative")


def show_preview(release: Release, index: Index, identifier: str) -> Response:
    """Answer with the page; raises UnknownResource."""
    language = render.language()
    path = find_path(release, index, identifier)
    wanted = [
        Wanted(each, "", _SHOWN + 1)
        for each in PROPERTIES
        if each.id not in _LEFT_OUT and index.kind_of(path) in each.kinds
    ]
    told = extend(release, index, Extension([path], wanted), language)[path]
    rows = [
        (each.property.names[language], [_text(cell) for cell in told[each.property.id]])
        for each in wanted
    ]
    response = render.page(
        "preview.html",
        name=index.entities[index.places[path]].name(language),
        kind=describe_kind(index.kind_of(path), release, language)["name"],
        path=path,
        rows=[(name, values[:_SHOWN], len(values) > _SHOWN) for name, values in rows if values],
    )
    # Any site may frame it: there is nothing on it to be clicked but a link that opens outside.
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


def find_path(release: Release, index: Index, identifier: str) -> str:
    """Give the path of an entity that an identifier names; raises UnknownResource."""
    path = identifier.strip().removeprefix(f"{release.base_uri}id/")
    if path not in index.places:
        raise UnknownResource(f"There is no entity {identifier[:200]!r}.")
    return path


def _text(cell: dict[str, object]) -> str:
    return str(cell.get("name") or cell.get("str") or cell.get("int"))
