"""Return the values of properties of matched entities (0.2, section 7)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.faults import UnreadableRequest
from server.reconciliation.index import Index
from server.reconciliation.json_reading import read_text, refuse_many
from server.reconciliation.manifest import describe_kind
from server.reconciliation.read_queries import read_kinds
from server.reconciliation.round_robin import Work
from server.reconciliation.suggest import read_number
from server.reconciliation.types import (
    YEAR,
    EntityType,
    Offer,
    Property,
    read_offer,
)
from server.release import labels, queries
from server.release.current import Release
from server.release.resource import find_replacement
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message

MOST_ENTITIES = 200
_MOST_PROPERTIES = 20
Cells = dict[str, dict[str, list[dict[str, Any]]]]


class RequestedProperty(NamedTuple):
    """A requested property, of one portrait or of all, with at most `most` values (0: all)."""

    property: Property
    year: str
    most: int


class Extension(NamedTuple):
    """Identifiers as the client wrote them, and the properties that it requests."""

    ids: list[str]
    columns: list[RequestedProperty]


def read_extension(value: Any, offer: Offer) -> Extension:
    """Parse a data extension query; raises Fault."""
    if not isinstance(value, dict):
        raise UnreadableRequest(message("reconciliation.no_object", where="extend"))
    ids, properties = value.get("ids"), value.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list):
        raise UnreadableRequest(message("reconciliation.extension_lacks"))
    refuse_many(len(ids), MOST_ENTITIES, "extend.ids")
    refuse_many(len(properties), _MOST_PROPERTIES, "extend.properties")
    texts = [read_text(each, f"extend.ids[{number}]") for number, each in enumerate(ids)]
    return Extension(list(dict.fromkeys(texts)), [_read_column(each, offer) for each in properties])


def _read_column(value: Any, offer: Offer) -> RequestedProperty:
    fields = value if isinstance(value, dict) else {"id": value}
    name = fields.get("id")
    described = offer.find_property(name)
    if described is None:
        known = [each.id for each in offer.properties]
        values = {"where": "extend.properties", "value": str(name)[:200], "known": known}
        raise UnreadableRequest(message("reconciliation.not_offered", **values))
    settings = fields.get("settings") or {}
    if not isinstance(settings, dict):
        where = "extend.properties.settings"
        raise UnreadableRequest(message("reconciliation.no_object", where=where))
    year = str(settings.get("annee") or "")
    if year:
        read_number(year, "settings.annee")
    # OpenRefine sends the fields of a form as text.
    limit = read_number(str(settings.get("limit") or "0"), "settings.limit")
    return RequestedProperty(described, year, limit)


def extend(
    release: Release, index: Index, extension: Extension, language: str, work: Work
) -> Cells:
    """Return the values of each property of each entity; an unknown entity has none."""
    paths = {}
    for each in extension.ids:
        work.check()
        paths[each] = _find_path(release, index, each)
    by_path: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(dict)
    for column in extension.columns:
        work.check()
        for path, cells in _read(release, index, column, set(paths.values()), language).items():
            by_path[path][column.property.id] = cells[: column.most or None]
    return {
        each: {
            column.property.id: by_path.get(paths[each], {}).get(column.property.id, [])
            for column in extension.columns
        }
        for each in extension.ids
    }


def _find_path(release: Release, index: Index, identifier: str) -> str:
    """Return the path of an entity or of its replacement; "" for an unknown one."""
    ours = f"{release.base_uri}id/"
    path = identifier.strip().removeprefix(ours)
    if path in index.places:
        return path
    replacement = (find_replacement(release, ours + path) or "").removeprefix(ours)
    return replacement if replacement in index.places else ""


def _read(
    release: Release, index: Index, column: RequestedProperty, paths: set[str], language: str
) -> dict[str, list[dict[str, Any]]]:
    rows: list[queries.Row] = []
    for kind in column.property.kinds:
        of_kind = [path for path in paths if path and index.kind_of(path) is kind]
        if of_kind:
            rows += _query_values(release, column.property, kind, sorted(of_kind))
    ours = f"{release.base_uri}id/"
    rows = [row for row in rows if column.year in ("", _year(row)) or not _year(row)]
    # The newest portrait first; a value of several portraits once.
    rows.sort(key=lambda row: row["value"]["value"])
    rows.sort(key=_year, reverse=True)
    names = _name_values(release, index, rows, language)
    by_path: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        cell = _cell(column.property, row["value"], ours, names)
        by_path[row["thing"]["value"].removeprefix(ours)].setdefault(str(cell), cell)
    return {path: list(cells.values()) for path, cells in by_path.items()}


def _query_values(
    release: Release, requested: Property, kind: EntityType, paths: list[str]
) -> list[queries.Row]:
    base = release.base_uri
    iris = [f"{base}id/{path}" for path in paths]
    bindings = {"property": requested.full_iri(base)}
    if requested.of_rows:
        bindings["link"] = f"{vocabulary_of(base)}{kind.link}"
    name = "reconciliation-row-values" if requested.of_rows else "reconciliation-own-values"
    return queries.find_rows_about(release, name, iris, **bindings)


def _year(row: queries.Row) -> str:
    return row["portrait"]["value"].rpartition("/")[2] if "portrait" in row else ""


def _name_values(
    release: Release, index: Index, rows: Iterable[queries.Row], language: str
) -> dict[str, str]:
    """Return the names of the values that are resources of this release."""
    ours = f"{release.base_uri}id/"
    values = {row["value"]["value"] for row in rows if row["value"]["type"] == "uri"}
    paths = {iri: iri.removeprefix(ours) for iri in values if iri.startswith(ours)}
    names = {
        iri: index.entities[index.places[path]].name(language)
        for iri, path in paths.items()
        if path in index.places
    }
    others = queries.find_labels(release, sorted(paths.keys() - names.keys()))
    for iri, candidates in labels.collect(others).items():
        best = labels.best(candidates, release.register.order(language))
        if isinstance(best, ox.Literal):
            names[iri] = best.value
    return names


def _cell(
    requested: Property, value: dict[str, str], ours: str, names: dict[str, str]
) -> dict[str, Any]:
    text = value["value"]
    if requested.id == YEAR.id:
        return {"int": int(text.rpartition("/")[2])}
    if value["type"] == "uri" and text.startswith(ours):
        return {"id": text, "name": names.get(text, text.removeprefix(ours))}
    return {"str": text}


def write_meta(release: Release, extension: Extension, language: str) -> list[dict[str, Any]]:
    """Describe the columns: property, name, and the type of the entities in a column."""
    meta = []
    for each, _, _ in extension.columns:
        column: dict[str, Any] = {"id": each.id, "name": each.names[language]}
        if each.value:
            column["type"] = describe_kind(each.value, release, language)
        meta.append(column)
    return meta


def propose(release: Release, parameters: dict[str, str], language: str) -> dict[str, Any]:
    """Return the properties that entities of a type have, by default of any type."""
    type_name, offer = parameters.get("type", ""), read_offer(release)
    kinds = read_kinds(type_name, "type", offer) if type_name else offer.kinds
    properties = offer.list_properties(kinds)
    limit = read_number(parameters.get("limit") or str(len(properties)), "limit")
    items = [{"id": each.id, "name": each.names[language]} for each in properties[:limit]]
    limited = {"limit": limit} if parameters.get("limit") else {}
    return {"properties": items, "type": type_name, **limited}
