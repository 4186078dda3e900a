"""Parse reconciliation queries; a fault names the place of the error.

Source: Reconciliation Service API 0.2, section 4.1.
"""

from typing import Any, NamedTuple, NoReturn

from server.faults import QueryTooLong, UnreadableRequest
from server.reconciliation.json_reading import (
    read_list,
    read_object,
    read_text,
    read_values,
    refuse_many,
    refuse_others,
)
from server.reconciliation.types import (
    EntityType,
    Offer,
    Property,
)
from transform.text.message import message

MOST_QUERIES = 50
# Characters of the names and values of one request: as many as 50 queries with a name and the
# five properties, of 200 characters each. The work grows with them, and also with their number.
MOST_CHARACTERS = 60_000
LEAST_COUNTED = 20  # what a shorter text is counted as
_MOST_CANDIDATES = 100
_CANDIDATES = 10
_STRICT = ("any", "all", "should")


class Constraint(NamedTuple):
    """A property, and values of which an entity should have one."""

    property: Property
    values: tuple[str, ...]


class ReconciliationQuery(NamedTuple):
    """A query: the text that names an entity, if any, its possible types, its values."""

    text: str | None
    kinds: tuple[EntityType, ...]
    only: bool  # whether other types are excluded
    constraints: tuple[Constraint, ...]
    limit: int

    def count_characters(self) -> int:
        """Count the characters of the name and of the values, each as `LEAST_COUNTED` or more."""
        values = (value for constraint in self.constraints for value in constraint.values)
        return sum(max(LEAST_COUNTED, len(text)) for text in (self.text or "", *values))


def read_batch(value: Any, offer: Offer) -> dict[str, ReconciliationQuery]:
    """Parse a batch: queries by keys of the client."""
    batch = read_object(value, "queries")
    refuse_many(len(batch), MOST_QUERIES, "queries")
    queries, characters = dict[str, ReconciliationQuery](), 0
    for key, query in batch.items():
        where = f"queries.{read_text(key, message('reconciliation.a_key'))[:40]}"
        queries[key] = _read_query(query, where, offer)
        characters += queries[key].count_characters()
        if characters > MOST_CHARACTERS:  # the rest is not even read
            _refuse_long_work(characters, len(queries), len(batch))
    return queries


def read_single(value: Any, offer: Offer) -> ReconciliationQuery:
    """Parse a query that comes alone."""
    query = _read_query(value, "query", offer)
    if (characters := query.count_characters()) > MOST_CHARACTERS:
        _refuse_long_work(characters, 1, 1)
    return query


def _refuse_long_work(characters: int, number: int, queries: int) -> NoReturn:
    """Refuse a request whose first queries, up to this number, are more than one may have."""
    values = {"characters": characters, "least": LEAST_COUNTED, "most": MOST_CHARACTERS}
    if number == 1:
        raise QueryTooLong(message("reconciliation.too_much_alone", **values))
    values |= {"number": number, "queries": queries, "fewer": number - 1}
    raise QueryTooLong(message("reconciliation.too_much_first", **values))


def _read_query(value: Any, where: str, offer: Offer) -> ReconciliationQuery:
    """Parse a query."""
    fields = read_object(value, where)
    refuse_others(fields, ("query", "type", "limit", "properties", "type_strict"), where)
    if "query" not in fields and not fields.get("properties"):
        raise UnreadableRequest(message("reconciliation.neither", where=where))
    strict = fields.get("type_strict", "any")
    if strict not in _STRICT:
        place = f"{where}.type_strict"
        raise UnreadableRequest(message("reconciliation.not_one_of", where=place, known=_STRICT))
    constraints = []
    for number, item in enumerate(read_list(fields.get("properties", []), f"{where}.properties")):
        place = f"{where}.properties[{number}]"
        pair = read_object(item, place)
        refuse_others(pair, ("pid", "v"), place)
        restricting = _read_property(pair.get("pid"), f"{place}.pid", offer)
        constraints.append(Constraint(restricting, read_values(pair.get("v"), f"{place}.v")))
    kinds = read_kinds(fields.get("type"), f"{where}.type", offer)
    if strict == "all" and len(kinds) > 1 and fields.get("type"):
        kinds = ()  # nothing has two types
    text = read_text(fields["query"], f"{where}.query") if "query" in fields else None
    limit = read_limit(fields.get("limit"), f"{where}.limit")
    return ReconciliationQuery(text, kinds, strict != "should", tuple(constraints), limit)


def read_kinds(value: Any, where: str, offer: Offer) -> tuple[EntityType, ...]:
    """Parse types; without any, return those that are searched by default."""
    kinds = []
    for item in read_list(value if isinstance(value, list) else [value] if value else [], where):
        text = read_text(item.get("id") if isinstance(item, dict) else item, where)
        kind = offer.find_kind(text)
        if kind is None:
            values = {"where": where, "value": text[:200], "known": [k.name for k in offer.kinds]}
            raise UnreadableRequest(message("reconciliation.not_offered", **values))
        kinds.append(kind)
    return tuple(dict.fromkeys(kinds)) or offer.default


def read_limit(value: Any, where: str, default: int = _CANDIDATES) -> int:
    """Parse the number of candidates; a higher number than the maximum is lowered to it."""
    if value is None:
        return default
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole:
        raise UnreadableRequest(message("reconciliation.not_whole", where=where))
    if value < 1:
        raise UnreadableRequest(message("reconciliation.less_than_one", where=where))
    return min(int(value), _MOST_CANDIDATES)


def _read_property(value: Any, where: str, offer: Offer) -> Property:
    text = read_text(value, where)
    restricting = offer.find_property(text)
    if restricting is None or not restricting.restricts:
        known = [each.id for each in offer.properties if each.restricts]
        values = {"where": where, "value": text[:200], "known": known}
        raise UnreadableRequest(message("reconciliation.no_property", **values))
    return restricting
