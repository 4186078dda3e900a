"""Read what clients ask: JSON of any shape in, queries out, or a fault that says where.

Both versions of the protocol become one `Query`. Sources: Reconciliation Service API 0.2, section
4.1, and 1.0-draft, «Structure of a Reconciliation Query».
"""

import json
from typing import Any, NamedTuple

from server.faults import QueryTooLong, UnreadableRequest
from server.reconciliation.kinds import BY_ID, DEFAULT, KINDS, Kind, Property, find_kind

MOST_QUERIES = 50
LONGEST_TEXT = 2000  # characters of a name or value
_MOST_VALUES = 50  # of a property
_MOST_PROPERTIES = 20
_MOST_CANDIDATES = 100
_CANDIDATES = 10
_STRICT = ("any", "all", "should")
_QUANTIFIERS = ("any", "all", "none")


class Constraint(NamedTuple):
    """A property and values of it; `required` leaves out what lacks them."""

    property: Property
    values: tuple[str, ...]
    quantifier: str = "any"
    required: bool = False


class Query(NamedTuple):
    """What to look for: texts that name one thing, its possible types, its values."""

    texts: tuple[str, ...]
    kinds: tuple[Kind, ...]
    only: bool  # whether other types are left out
    constraints: tuple[Constraint, ...]
    limit: int


def parse(text: str, where: str) -> Any:
    """Read JSON strictly; raises UnreadableRequest."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise UnreadableRequest(f"{where} is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableRequest(f"{where} is no JSON: {str(error)[:200]}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def read_batch(value: Any, base_uri: str) -> dict[str, Query]:
    """Read a batch of 0.2: queries by keys of the client."""
    batch = _object(value, "queries")
    refuse_many(len(batch), MOST_QUERIES, "queries", "queries")
    return {
        _text(key, "a key of queries"): read_query(query, f"queries.{key[:40]}", base_uri)
        for key, query in batch.items()
    }


def read_query(value: Any, where: str, base_uri: str) -> Query:
    """Read a query of 0.2."""
    told = _object(value, where)
    _refuse_others(told, ("query", "type", "limit", "properties", "type_strict"), where)
    if "query" not in told and not told.get("properties"):
        raise UnreadableRequest(f"{where} has neither query nor properties.")
    strict = told.get("type_strict", "any")
    if strict not in _STRICT:
        raise UnreadableRequest(f"{where}.type_strict is not one of {', '.join(_STRICT)}.")
    constraints = []
    for number, item in enumerate(_list(told.get("properties", []), f"{where}.properties")):
        here = f"{where}.properties[{number}]"
        pair = _object(item, here)
        _refuse_others(pair, ("pid", "v"), here)
        found = _property(pair.get("pid"), f"{here}.pid")
        constraints.append(Constraint(found, _values(pair.get("v"), f"{here}.v")))
    kinds = read_kinds(told.get("type"), f"{where}.type", base_uri)
    if strict == "all" and len(kinds) > 1 and told.get("type"):
        kinds = ()  # nothing has two types
    texts = (_text(told["query"], f"{where}.query"),) if "query" in told else ()
    limit = read_limit(told.get("limit"), f"{where}.limit")
    return Query(texts, kinds, strict != "should", tuple(constraints), limit)


def read_draft_batch(value: Any, base_uri: str) -> list[Query]:
    """Read a batch of 1.0-draft: a list of queries, each a list of conditions."""
    told = _object(value, "the body")
    batch = _list(told.get("queries"), "queries", MOST_QUERIES)
    return [
        _read_draft_query(query, f"queries[{number}]", base_uri)
        for number, query in enumerate(batch)
    ]


def _read_draft_query(value: Any, where: str, base_uri: str) -> Query:
    told = _object(value, where)
    _refuse_others(told, ("conditions", "type", "limit", "lang", "dir"), where)
    conditions = _list(told.get("conditions"), f"{where}.conditions")
    if not conditions:
        raise UnreadableRequest(f"{where}.conditions is empty; give at least one.")
    if isinstance(told.get("type"), list):
        raise UnreadableRequest(f"{where}.type is a list; give one type.")
    texts: list[str] = []
    constraints: list[Constraint] = []
    for number, item in enumerate(conditions):
        here = f"{where}.conditions[{number}]"
        read = _read_condition(_object(item, here), here)
        if isinstance(read, Constraint):
            constraints.append(read)
        else:
            texts.extend(read)
    kinds = read_kinds(told.get("type"), f"{where}.type", base_uri)
    limit = read_limit(told.get("limit"), f"{where}.limit")
    return Query(tuple(texts), kinds, True, tuple(constraints), limit)


def _read_condition(told: dict[str, Any], where: str) -> Constraint | tuple[str, ...]:
    known = ("matchType", "propertyId", "propertyValue", "required", "matchQuantifier")
    _refuse_others(told, known, where)
    values = _values(told.get("propertyValue"), f"{where}.propertyValue")
    quantifier, required = told.get("matchQuantifier", "any"), told.get("required", False)
    if quantifier not in _QUANTIFIERS or not isinstance(required, bool):
        raise UnreadableRequest(
            f"{where}: required is true or false, matchQuantifier any, all or none."
        )
    if told.get("matchType") == "property":
        found = _property(told.get("propertyId"), f"{where}.propertyId")
        return Constraint(found, values, quantifier, required)
    if told.get("matchType") not in ("name", "id") or quantifier != "any":
        raise UnreadableRequest(f"{where}.matchType is name, id (both with any) or property.")
    return values


def read_kinds(value: Any, where: str, base_uri: str) -> tuple[Kind, ...]:
    """Read types, none of which means those that are searched by default."""
    found = []
    for item in _list(value if isinstance(value, list) else [value] if value else [], where):
        text = _text(item.get("id") if isinstance(item, dict) else item, where)
        kind = find_kind(text, base_uri)
        if kind is None:
            known = ", ".join(kind.name for kind in KINDS)
            raise UnreadableRequest(f"{where} is {text[:200]!r}; this service has {known}.")
        found.append(kind)
    return tuple(dict.fromkeys(found)) or DEFAULT


def read_limit(value: Any, where: str, usual: int = _CANDIDATES) -> int:
    """Read how many are wanted; more than we give is not an error, for it is but a limit."""
    if value is None:
        return usual
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise UnreadableRequest(f"{where} is no whole number.")
    if value < 1:
        raise UnreadableRequest(f"{where} is less than 1.")
    return min(int(value), _MOST_CANDIDATES)


def refuse_many(number: int, most: int, what: str, where: str) -> None:
    """Raise QueryTooLong for more than may be asked at once."""
    if number > most:
        raise QueryTooLong(f"{where} holds {number} {what}; send at most {most} at once.")


def _property(value: Any, where: str) -> Property:
    text = _text(value, where)
    found = BY_ID.get(text)
    if found is None or not found.restricts:
        known = ", ".join(each.id for each in BY_ID.values() if each.restricts)
        raise UnreadableRequest(f"{where} is {text[:200]!r}; a query can name {known}.")
    return found


def _values(value: Any, where: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_value(item, where) for item in _list(items, where, _MOST_VALUES))


def _value(item: Any, where: str) -> str:
    if isinstance(item, dict):
        item = item.get("id")
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return _text(str(item) if isinstance(item, int | float) else item, where)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableRequest(f"{where} is no JSON object.")
    return value


def _list(value: Any, where: str, most: int = _MOST_PROPERTIES) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableRequest(f"{where} is no JSON array.")
    refuse_many(len(value), most, "items", where)
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UnreadableRequest(f"{where} is no text.")
    if len(value) > LONGEST_TEXT:
        raise QueryTooLong(f"{where} has {len(value)} characters; send at most {LONGEST_TEXT}.")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise UnreadableRequest(f"{where} holds half a surrogate pair.")
    return value


def _refuse_others(told: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in told:
        if name not in known:
            raise UnreadableRequest(f"{where} has {name[:40]!r}; known are {', '.join(known)}.")
