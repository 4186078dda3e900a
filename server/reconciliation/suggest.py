"""Complete what somebody types: entities, types and properties."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from server.faults import QueryTooLong, UnreadableRequest
from server.reconciliation.index import Index, bare
from server.reconciliation.json_reading import LONGEST_TEXT
from server.reconciliation.manifest import describe_kind
from server.reconciliation.read_queries import read_kinds, read_limit
from server.reconciliation.types import KINDS, PROPERTIES
from server.reconciliation.write_candidates import describe
from server.release.current import Release
from transform.text.normal_form import normal_form

_MOST_SKIPPED = 10_000
_SUGGESTED = 10
Item = dict[str, Any]


def suggest_entities(
    release: Release, index: Index, given: dict[str, str], language: str
) -> list[Item]:
    """Give the entities of which a spelling begins so; an identifier gives its own entity."""
    prefix, base = read_prefix(given), release.base_uri
    kinds = read_kinds(given["type"], "type", base) if given.get("type") else KINDS
    place = index.places.get(prefix.strip().removeprefix(f"{base}id/"))
    numbers = index.beginning(prefix) if place is None else iter([place])
    found = (number for number in _once(numbers) if index.entities[number].kind in kinds)
    return [
        {
            "id": f"{base}id/{index.entities[number].path}",
            "name": index.entities[number].name(language),
            **describe(index, number, language),
            "notable": [describe_kind(index.entities[number].kind, release, language)],
        }
        for number in _page(found, given)
    ]


def suggest_types(release: Release, given: dict[str, str], language: str) -> list[Item]:
    """Give the types of which a name begins so."""
    prefix = read_prefix(given)
    items = [describe_kind(kind, release, language) for kind in KINDS]
    names = [(describe_kind(kind, release, "fr")["name"], kind.name) for kind in KINDS]
    found = [item for item, also in zip(items, names, strict=True) if _fits(prefix, item, also)]
    return list(_page(found, given))


def suggest_properties(given: dict[str, str], language: str) -> list[Item]:
    """Give the properties that a query can name, of which a name begins so."""
    prefix = read_prefix(given)
    items = [
        ({"id": each.id, "name": each.names[language]}, tuple(each.names.values()))
        for each in PROPERTIES
        if each.restricts
    ]
    return list(_page([item for item, also in items if _fits(prefix, item, also)], given))


def read_prefix(given: dict[str, str]) -> str:
    """Give what was typed so far; without it, nothing was typed."""
    prefix = given.get("prefix", "")
    if len(prefix) > LONGEST_TEXT:
        raise QueryTooLong(f"prefix has {len(prefix)} characters; send at most {LONGEST_TEXT}.")
    return prefix


def _fits(prefix: str, item: Item, also: Iterable[str]) -> bool:
    wanted = bare(normal_form(prefix))
    texts = (item["id"], item["name"], *also)
    return any(bare(normal_form(text)).startswith(wanted) for text in texts)


def _once(numbers: Iterable[int]) -> Iterable[int]:
    seen: set[int] = set()
    for number in numbers:
        if number not in seen:
            seen.add(number)
            yield number


def _page(found: Iterable[Any], given: dict[str, str]) -> Iterable[Any]:
    """Skip `cursor` of them, and return `limit`."""
    skipped = read_number(given.get("cursor") or "0", "cursor")
    limit = read_number(given.get("limit") or str(_SUGGESTED), "limit")
    if skipped > _MOST_SKIPPED:
        raise UnreadableRequest(f"cursor is more than {_MOST_SKIPPED}; type more instead.")
    return islice(found, skipped, skipped + read_limit(limit, "limit"))


def read_number(text: str, name: str) -> int:
    """Read a number of an address; raises UnreadableRequest."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise UnreadableRequest(f"{name} is {text[:40]!r}; give a whole number.")
    return int(text)
