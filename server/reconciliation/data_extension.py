"""Give the values of properties for entities that were matched (0.2, section 7)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyoxigraph as ox

from server.faults import UnreadableRequest
from server.reconciliation.index import Index
from server.reconciliation.json_reading import LONGEST_TEXT, refuse_many
from server.reconciliation.manifest import describe_kind
from server.reconciliation.read_queries import read_kinds
from server.reconciliation.suggest import read_number
from server.reconciliation.types import (
    BY_ID,
    KINDS,
    PROPERTIES,
    YEAR,
    Kind,
    Property,
)
from server.release import labels, queries
from server.release.current import Release
from server.release.resource import find_replacement

MOST_THINGS = 200
_MOST_PROPERTIES = 20
Cells = dict[str, dict[str, list[dict[str, Any]]]]


class Wanted(NamedTuple):
    """A property, of one portrait or of all, and at most so many values (0: all)."""

    property: Property
    year: str
    most: int


class Extension(NamedTuple):
    """Identifiers as the client wrote them, and what it wants of each."""

    ids: list[str]
    wanted: list[Wanted]


def read_extension(value: Any) -> Extension:
    """Read a data extension query; raises Fault."""
    if not isinstance(value, dict):
        raise UnreadableRequest("extend is no JSON object.")
    ids, properties = value.get("ids"), value.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list):
        raise UnreadableRequest("extend has ids and properties, both JSON arrays.")
    refuse_many(len(ids), MOST_THINGS, "identifiers", "extend.ids")
    refuse_many(len(properties), _MOST_PROPERTIES, "properties", "extend.properties")
    for each in ids:
        if not isinstance(each, str) or len(each) > LONGEST_TEXT:
            raise UnreadableRequest(
                f"extend.ids holds what is no text of at most {LONGEST_TEXT} characters."
            )
    return Extension(list(dict.fromkeys(ids)), [_read_wanted(each) for each in properties])


def _read_wanted(value: Any) -> Wanted:
    told = value if isinstance(value, dict) else {"id": value}
    found = BY_ID.get(told["id"]) if isinstance(told.get("id"), str) else None
    if found is None:
        raise UnreadableRequest(
            f"extend.properties names {str(told.get('id'))[:200]!r};"
            f" this service has {', '.join(BY_ID)}."
        )
    settings = told.get("settings") or {}
    if not isinstance(settings, dict):
        raise UnreadableRequest("extend.properties: settings is no JSON object.")
    year = str(settings.get("annee") or "")
    if year:
        read_number(year, "settings.annee")
    # OpenRefine writes what stands in a form as text.
    return Wanted(found, year, read_number(str(settings.get("limit") or "0"), "settings.limit"))


def extend(release: Release, index: Index, asked: Extension, language: str) -> Cells:
    """Give the values of each property of each entity; of an unknown one, none."""
    paths = {each: _find_path(release, index, each) for each in asked.ids}
    by_path: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(dict)
    for wanted in asked.wanted:
        for path, cells in _read(release, index, wanted, set(paths.values()), language).items():
            by_path[path][wanted.property.id] = cells[: wanted.most or None]
    return {
        each: {
            wanted.property.id: by_path.get(paths[each], {}).get(wanted.property.id, [])
            for wanted in asked.wanted
        }
        for each in asked.ids
    }


def _find_path(release: Release, index: Index, identifier: str) -> str:
    """Give the path of an entity, or of what replaced it; empty for an unknown one."""
    ours = f"{release.base_uri}id/"
    path = identifier.strip().removeprefix(ours)
    if path in index.places:
        return path
    by = find_replacement(release, ours + path)
    return by.removeprefix(ours) if by and by.removeprefix(ours) in index.places else ""


def _read(
    release: Release, index: Index, wanted: Wanted, paths: set[str], language: str
) -> dict[str, list[dict[str, Any]]]:
    rows: list[queries.Row] = []
    for kind in wanted.property.kinds:
        of_kind = [path for path in paths if path and index.kind_of(path) is kind]
        if of_kind:
            rows += _ask(release, wanted.property, kind, sorted(of_kind))
    ours = f"{release.base_uri}id/"
    rows = [row for row in rows if wanted.year in ("", _year(row)) or not _year(row)]
    # The newest portrait first; what several say, once.
    rows.sort(key=lambda row: row["value"]["value"])
    rows.sort(key=_year, reverse=True)
    names = _name(release, index, rows, language)
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        cell = _cell(wanted.property, row["value"], ours, names)
        found[row["thing"]["value"].removeprefix(ours)].setdefault(str(cell), cell)
    return {path: list(cells.values()) for path, cells in found.items()}


def _ask(release: Release, asked: Property, kind: Kind, paths: list[str]) -> list[queries.Row]:
    base = release.base_uri
    iris = [f"{base}id/{path}" for path in paths]
    given = {"property": asked.full_iri(base)}
    if asked.of_rows:
        given["link"] = f"{base}def#{kind.link}"
    name = "reconciliation-row-values" if asked.of_rows else "reconciliation-own-values"
    return queries.find_about(release, name, iris, **given)


def _year(row: queries.Row) -> str:
    return row["portrait"]["value"].rpartition("/")[2] if "portrait" in row else ""


def _name(
    release: Release, index: Index, rows: Iterable[queries.Row], language: str
) -> dict[str, str]:
    """Give the names of the values that are resources of ours."""
    ours = f"{release.base_uri}id/"
    values = {row["value"]["value"] for row in rows if row["value"]["type"] == "uri"}
    mine = {iri: iri.removeprefix(ours) for iri in values if iri.startswith(ours)}
    names = {
        iri: index.entities[index.places[path]].name(language)
        for iri, path in mine.items()
        if path in index.places
    }
    others = queries.find_labels(release, sorted(mine.keys() - names.keys()))
    for iri, known in labels.collect(others).items():
        best = labels.best(known, language)
        if isinstance(best, ox.Literal):
            names[iri] = best.value
    return names


def _cell(
    asked: Property, value: dict[str, str], ours: str, names: dict[str, str]
) -> dict[str, Any]:
    text = value["value"]
    if asked is YEAR:
        return {"int": int(text.rpartition("/")[2])}
    if value["type"] == "uri" and text.startswith(ours):
        return {"id": text, "name": names.get(text, text.removeprefix(ours))}
    return {"str": text}


def write_meta(release: Release, asked: Extension, language: str) -> list[dict[str, Any]]:
    """Say what the columns are; what holds entities, of which type."""
    found = []
    for each, _, _ in asked.wanted:
        told: dict[str, Any] = {"id": each.id, "name": each.names[language]}
        if each.value:
            told["type"] = describe_kind(each.value, release, language)
        found.append(told)
    return found


def propose(release: Release, given: dict[str, str], language: str) -> dict[str, Any]:
    """Give the properties that entities of a type have; of any type, without one."""
    asked = given.get("type", "")
    kinds = read_kinds(asked, "type", release.base_uri) if asked else KINDS
    found = [each for each in PROPERTIES if set(each.kinds) & set(kinds)]
    limit = read_number(given.get("limit") or str(len(found)), "limit")
    items = [{"id": each.id, "name": each.names[language]} for each in found[:limit]]
    more = {"limit": limit} if given.get("limit") else {}
    return {"properties": items, "type": asked, **more}
