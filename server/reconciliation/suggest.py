"""Suggest entities, types and properties that begin with a typed prefix."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from server import texts
from server.faults import UnreadableRequest
from server.reconciliation.index import Index, strip_accents
from server.reconciliation.json_reading import refuse_long
from server.reconciliation.manifest import describe_kind
from server.reconciliation.read_queries import read_kinds, read_limit
from server.reconciliation.types import read_offer
from server.reconciliation.write_candidates import describe
from server.release.current import Release
from transform.text.message import message
from transform.text.normal_form import normal_form

_MOST_SKIPPED = 10_000
_SUGGESTED = 10
Item = dict[str, Any]


def suggest_entities(
    release: Release, index: Index, parameters: dict[str, str], language: str
) -> list[Item]:
    """Return the entities with a spelling that begins with the prefix, or of that identifier."""
    prefix, base = read_prefix(parameters), release.base_uri
    offer, named = read_offer(release), parameters.get("type")
    kinds = read_kinds(named, "type", offer) if named else offer.kinds
    place = index.places.get(prefix.strip().removeprefix(f"{base}id/"))
    numbers = index.beginning(prefix) if place is None else iter([place])
    matches = (number for number in _unique(numbers) if index.entities[number].kind in kinds)
    return [
        {
            "id": f"{base}id/{index.entities[number].path}",
            "name": index.entities[number].name(language),
            **describe(index, number, language),
            "notable": [describe_kind(index.entities[number].kind, release, language)],
        }
        for number in _page(matches, parameters)
    ]


def suggest_types(release: Release, parameters: dict[str, str], language: str) -> list[Item]:
    """Return the types with a name that begins with the prefix."""
    prefix = read_prefix(parameters)
    kinds = read_offer(release).kinds
    items = [describe_kind(kind, release, language) for kind in kinds]
    names = [
        (kind.name, *(describe_kind(kind, release, other)["name"] for other in texts.LANGUAGES))
        for kind in kinds
    ]
    matches = [
        item
        for item, other_names in zip(items, names, strict=True)
        if _fits(prefix, item, other_names)
    ]
    return list(_page(matches, parameters))


def suggest_properties(release: Release, parameters: dict[str, str], language: str) -> list[Item]:
    """Return the properties that a query can name, with a name that begins with the prefix."""
    prefix = read_prefix(parameters)
    items = [
        ({"id": each.id, "name": each.names[language]}, tuple(each.names.values()))
        for each in read_offer(release).properties
        if each.restricts
    ]
    matches = [item for item, all_names in items if _fits(prefix, item, all_names)]
    return list(_page(matches, parameters))


def read_prefix(parameters: dict[str, str]) -> str:
    """Return the prefix, by default empty; raises QueryTooLong."""
    prefix = parameters.get("prefix", "")
    refuse_long(prefix, "prefix")
    return prefix


def _fits(prefix: str, item: Item, other_names: Iterable[str]) -> bool:
    start = strip_accents(normal_form(prefix))
    names = (item["id"], item["name"], *other_names)
    return any(strip_accents(normal_form(name)).startswith(start) for name in names)


def _unique(numbers: Iterable[int]) -> Iterable[int]:
    seen: set[int] = set()
    for number in numbers:
        if number not in seen:
            seen.add(number)
            yield number


def _page(items: Iterable[Any], parameters: dict[str, str]) -> Iterable[Any]:
    """Skip `cursor` items, and return `limit` items."""
    skipped = read_number(parameters.get("cursor") or "0", "cursor")
    limit = read_number(parameters.get("limit") or str(_SUGGESTED), "limit")
    if skipped > _MOST_SKIPPED:
        raise UnreadableRequest(message("reconciliation.cursor_too_far", most=_MOST_SKIPPED))
    return islice(items, skipped, skipped + read_limit(limit, "limit"))


def read_number(text: str, name: str) -> int:
    """Parse a number of a parameter; raises UnreadableRequest."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        values = {"where": name, "value": text[:40]}
        raise UnreadableRequest(message("reconciliation.not_a_number", **values))
    return int(text)
