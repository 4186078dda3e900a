"""Parse JSON and check its shape; a fault names the place of the error."""

import json
from typing import Any

from server.faults import QueryTooLong, UnreadableRequest

LONGEST_TEXT = 2000  # characters of a name or value
_MOST_VALUES = 50  # of a property
_MOST_ITEMS = 20  # of any other array
_MOST_DIGITS = 1000  # of a number


def parse(text: str, where: str) -> Any:
    """Parse JSON strictly; raises UnreadableRequest."""
    try:
        return json.loads(text, parse_int=_read_integer, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise UnreadableRequest(f"{where} is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableRequest(f"{where} is not JSON: {str(error)[:200]}") from error


def _read_integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:  # beyond some thousands, Python's fault speaks of Python
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")
    return int(digits)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def refuse_many(number: int, most: int, what: str, where: str) -> None:
    """Raise QueryTooLong for more items than one request may hold."""
    if number > most:
        raise QueryTooLong(f"{where} holds {number} {what}; send at most {most} at once.")


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
        raise UnreadableRequest(f"{where} is not a JSON object.")
    return value


def read_list(value: Any, where: str, most: int = _MOST_ITEMS) -> list[Any]:
    """Check that a value is a JSON array of at most so many items; raises Fault."""
    if not isinstance(value, list):
        raise UnreadableRequest(f"{where} is not a JSON array.")
    refuse_many(len(value), most, "items", where)
    return value


def read_text(value: Any, where: str) -> str:
    """Check that a value is a text that is not too long; raises Fault."""
    if not isinstance(value, str):
        raise UnreadableRequest(f"{where} is not a text.")
    if len(value) > LONGEST_TEXT:
        raise QueryTooLong(f"{where} has {len(value)} characters; send at most {LONGEST_TEXT}.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        detail = f"{where} holds half a surrogate pair; send whole characters, in UTF-8."
        raise UnreadableRequest(detail) from error
    return value


def refuse_others(fields: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    """Raise UnreadableRequest for an unknown field of an object."""
    for name in fields:
        if name not in known:
            raise UnreadableRequest(
                f"{where} has the unknown field {name[:40]!r}; known are {', '.join(known)}."
            )
