"""Parse JSON and check its shape; a fault names the place of the error."""

import json
from typing import Any

from server.faults import QueryTooLong, UnreadableRequest
from transform.errors import Said
from transform.text.message import message

LONGEST_TEXT = 2000  # characters of a name or value
_MOST_VALUES = 50  # of a property
_MOST_ITEMS = 20  # of any other array
_MOST_DIGITS = 1000  # of a number


def parse(text: str, where: str) -> Any:
    """Parse JSON strictly; raises UnreadableRequest."""

    def read_integer(digits: str) -> int:
        if len(digits) > _MOST_DIGITS:  # beyond some thousands, Python's fault speaks of Python
            detail = message("reconciliation.number_too_long", where=where, most=_MOST_DIGITS)
            raise UnreadableRequest(detail)
        return int(digits)

    def refuse_constant(name: str) -> None:
        raise UnreadableRequest(message("reconciliation.no_json_number", where=where, name=name))

    try:
        return json.loads(text, parse_int=read_integer, parse_constant=refuse_constant)
    except RecursionError as error:
        raise UnreadableRequest(message("reconciliation.too_deep", where=where)) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        detail = message("reconciliation.not_json", where=where, words=error.msg, **place)
        raise UnreadableRequest(detail) from error


def refuse_many(number: int, most: int, where: str) -> None:
    """Raise QueryTooLong for more items than one request may hold."""
    if number > most:
        values = {"where": where, "number": number, "most": most}
        raise QueryTooLong(message("reconciliation.too_many", **values))


def read_values(value: Any, where: str) -> tuple[str, ...]:
    """Check one value or a list of values, and return them as texts; raises Fault."""
    items = value if isinstance(value, list) else [value]
    return tuple(_value(item, where) for item in read_list(items, where, _MOST_VALUES))


def _value(item: Any, where: str) -> str:
    if isinstance(item, dict):
        item = item.get("id")
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return read_text(str(item) if isinstance(item, int | float) else item, where)


def read_object(value: Any, where: str) -> dict[str, Any]:
    """Check that a value is a JSON object; raises UnreadableRequest."""
    if not isinstance(value, dict):
        raise UnreadableRequest(message("reconciliation.no_object", where=where))
    return value


def read_list(value: Any, where: str, most: int = _MOST_ITEMS) -> list[Any]:
    """Check that a value is a JSON array of at most so many items; raises Fault."""
    if not isinstance(value, list):
        raise UnreadableRequest(message("reconciliation.no_array", where=where))
    refuse_many(len(value), most, where)
    return value


def read_text(value: Any, where: Said) -> str:
    """Check that a value is a text that is not too long; raises Fault."""
    if not isinstance(value, str):
        raise UnreadableRequest(message("reconciliation.no_text", where=where))
    refuse_long(value, where)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UnreadableRequest(message("reconciliation.half_a_pair", where=where)) from error
    return value


def refuse_long(text: str, where: Said) -> None:
    """Raise QueryTooLong for a text of more than `LONGEST_TEXT` characters."""
    if len(text) > LONGEST_TEXT:
        values = {"where": where, "number": len(text), "most": LONGEST_TEXT}
        raise QueryTooLong(message("reconciliation.text_too_long", **values))


def refuse_others(fields: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    """Raise UnreadableRequest for an unknown field of an object."""
    for name in fields:
        if name not in known:
            values = {"where": where, "name": name[:40], "known": known}
            raise UnreadableRequest(message("reconciliation.unknown_field", **values))
