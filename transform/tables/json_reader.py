"""Read the objects of a JSON document, or of the lines of one, as the rows of a table."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from transform.errors import Said, UnreadableFile
from transform.layouts.model import Layout
from transform.tables.csv_reader import LONGEST_CELL, WIDEST
from transform.tables.encoding import EncodedText
from transform.tables.faults import unreadable
from transform.tables.header import best_fit
from transform.tables.table import CELLS, Records
from transform.text.characters import marked_byte
from transform.text.message import Message, message
from transform.text.printable import visible

# Each array and object takes some hundred bytes of memory, however short it is.
CONTAINERS = 2_000_000
DEEPEST = 16
_LISTS_SHOWN = 8

_BEGINS = re.compile(r"\{|\[\s*[{\]]")
# Half a surrogate pair and U+0000 can be escaped in JSON, and be written nowhere else.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def is_json(head: str) -> bool:
    """Return whether a text that begins so is JSON, or JSON line by line, rather than CSV."""
    return bool(_BEGINS.match(head.lstrip()))


def read_json(text: EncodedText, file: str, layout: Layout) -> tuple[str, str, Records]:
    """Return the format, json or ndjson, the JSON Pointer of the list of rows, and the records.

    The first record has the names of all keys, in the order in which they first come; an object
    within a row is flattened by dotted names, and an array is written one value a line.
    """
    if text.broken:
        raise _broken(text, file)
    if _is_by_lines(text):
        return "ndjson", "", _records(_lines(text, file), file)
    document = _parse(_bounded(text, file), file, file)
    if _is_one_row(document, text, layout):
        return "ndjson", "", _records(_lines(text, file), file)
    pointer, rows = _find_rows(document, file, layout)
    return "json", pointer, _records(_numbered(rows, file), file)


def _numbered(rows: Iterable[Any], file: str) -> Iterator[tuple[Said, Any]]:
    for number, row in enumerate(rows, start=1):
        yield message("tables.row", file=file, row=number), row


class _Repeated:
    """What stands in the place of an object that names a key twice."""

    def __init__(self, key: str) -> None:
        self.key = key


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        return _Repeated(next(key for key, count in counts.items() if count > 1))
    return table


def _constant(name: str) -> Any:
    raise _NoValueError(name)


class _NoValueError(ValueError):
    """A word that Python takes for a number, and JSON does not have, such as NaN."""


# Numbers stay as they are written.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=_constant
)


def _parse(text: str, place: Said, file: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = place if error.lineno == 1 else _line(file, error.lineno)
        problem = message("tables.json_fault", character=error.colno, reason=error.msg)
        raise unreadable(where, problem, message("tables.step_json_fault")) from None
    except _NoValueError as error:
        problem = message("tables.json_constant", name=str(error))
        raise unreadable(place, problem, message("tables.step_json_constant")) from None
    except RecursionError:
        raise _too_deep(place) from None


def _is_by_lines(text: EncodedText) -> bool:
    """Return whether the first line is an object, and others follow it."""
    with text.lines() as lines:
        first = next((line for line in lines if line.strip()), "")
        if not any(line.strip() for line in lines):
            return False
    try:
        return isinstance(_DECODER.decode(first), dict | _Repeated)
    except (ValueError, RecursionError):
        return False


def _is_one_row(document: Any, text: EncodedText, layout: Layout) -> bool:
    """Return whether a document is an object on one line that names columns: a single row."""
    if not isinstance(document, dict) or layout.records_path.split(".")[0] in document:
        return False
    with text.lines() as lines:
        filled = sum(not line.isspace() for line in lines)
    return filled == 1 and bool(best_fit([tuple(document)], layout).fields)


def _line(file: str, number: int) -> Message:
    return message("errors.file_line", file=file, line=number)


def _lines(text: EncodedText, file: str) -> Iterator[tuple[Said, Any]]:
    containers = 0
    with text.lines() as lines:
        for number, line in enumerate(lines, start=1):
            place = _line(file, number)
            containers += line.count("{") + line.count("[")
            if containers > CONTAINERS:
                raise _too_large(place, message("tables.much_containers", number=CONTAINERS))
            yield place, _parse(line, place, file) if line.strip() else {}


def _bounded(text: EncodedText, file: str) -> str:
    """Return the whole text, of which few enough values are made."""
    with text.lines() as lines:
        whole = lines.read()
    if whole.count("{") + whole.count("[") > CONTAINERS:
        raise _too_large(file, message("tables.much_containers", number=CONTAINERS))
    if whole.count(",") > CELLS:
        raise _too_large(file, message("tables.much_values", number=CELLS))
    return whole


def _find_rows(document: Any, file: str, layout: Layout) -> tuple[str, list[Any]]:
    """Return the list at the path that the layout names, and its JSON Pointer (RFC 6901)."""
    value, pointer = document, ""
    for key in layout.records_path.split(".") if layout.records_path else ():
        if not isinstance(value, dict) or key not in value:
            problem = message("tables.json_path_nowhere", path=visible(layout.records_path))
            step = message("tables.step_json_path", lists=_advice(document), layout=layout.to_edit)
            raise unreadable(file, problem, step)
        value = value[key]
        pointer += "/" + quote(key.replace("~", "~0").replace("/", "~1"), safe="~")
    if isinstance(value, list):
        return pointer, value
    problem = message("tables.json_no_list")
    if layout.records_path:
        problem = message("tables.json_no_list_at", path=visible(layout.records_path))
    step = message("tables.step_json_list", lists=_advice(document), layout=layout.to_edit)
    raise unreadable(file, problem, step)


def find_longest_list(text: EncodedText, file: str) -> str:
    """Return the path of the longest list of objects of a document, "" for the top or none."""
    if text.broken or _is_by_lines(text):
        return ""
    lists = [*_find_lists(_parse(_bounded(text, file), file, file))]
    return max(lists, key=lambda pair: pair[1])[0] if lists else ""


def _find_lists(document: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the path and the length of each list of objects, from the top down."""
    if isinstance(document, list):
        if document and isinstance(document[0], dict):
            yield path, len(document)
    elif isinstance(document, dict) and depth < DEEPEST:
        for key, value in document.items():
            yield from _find_lists(value, f"{path}.{key}".lstrip("."), depth + 1)


def _advice(document: Any) -> Message:
    lists = [
        message("tables.json_list", path=visible(path), number=length)
        for path, length in islice(_find_lists(document), _LISTS_SHOWN)
    ]
    return message("tables.json_lists", lists=lists) if lists else message("tables.json_lists_none")


def _records(rows: Iterable[tuple[Said, Any]], file: str) -> Records:
    """Return the rows as records as wide as all keys, with a record of their names before them."""
    columns: dict[str, int] = {}
    sparse: list[dict[int, str]] = []
    texts: dict[str, str] = {}  # cells that are equal are one object
    for place, row in rows:
        cells: dict[int, str] = {}
        for name, cell in _flatten(row, place):
            at = columns.setdefault(name, len(columns))
            if at in cells:
                raise _repeated(_Repeated(name), place)
            cells[at] = texts.setdefault(cell, cell)
        sparse.append(cells)
        if len(columns) > WIDEST:
            raise _too_large(place, message("tables.much_keys", number=WIDEST))
        if len(columns) * len(sparse) > CELLS:
            size = {"rows": len(sparse), "keys": len(columns)}
            raise _too_large(file, message("tables.much_rows_keys", **size))
    places = range(len(columns))
    return [tuple(columns), *(tuple(cells.get(at, "") for at in places) for cells in sparse)]


def _flatten(row: Any, place: Said) -> Iterator[tuple[str, str]]:
    """Yield dotted name and text of each value of an object."""
    if isinstance(row, _Repeated):
        raise _repeated(row, place)
    if not isinstance(row, dict):
        problem = message("tables.json_no_object")
        raise unreadable(place, problem, message("tables.step_json_object"))
    yield from _members(row, "", place, 1)


def _members(
    table: Mapping[str, Any], path: str, place: Said, depth: int
) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        raise _too_deep(place)
    for key, value in table.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            yield from _members(value, f"{name}.", place, depth + 1)
        elif isinstance(value, _Repeated):
            raise _repeated(value, _value(place, name))
        else:
            cell = _text(value, place, name)
            if match := _UNFIT.search(name + cell):
                problem = message("tables.json_no_character", code=f"\\u{ord(match[0]):04x}")
                step = message("tables.step_json_text")
                raise unreadable(_value(place, name), problem, step)
            if len(cell) > LONGEST_CELL:
                problem = message("tables.much_characters", number=LONGEST_CELL)
                raise _too_large(_value(place, name), problem)
            yield name, cell


def _value(place: Said, name: str) -> Message:
    return message("tables.json_value", place=place, name=visible(name))


def _text(value: Any, place: Said, name: str) -> str:
    """Write a value as a cell: null is blank, an array one value a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, list):
        return str(value)
    if any(isinstance(element, list | dict | _Repeated) for element in value):
        problem, step = message("tables.json_list_within"), message("tables.step_json_list_within")
        raise unreadable(_value(place, name), problem, step)
    return "\n".join(_text(element, place, name) for element in value)


def _repeated(found: _Repeated, place: Said) -> UnreadableFile:
    problem = message("tables.json_key_twice", key=visible(found.key))
    return unreadable(place, problem, message("tables.step_json_key_twice"))


def _too_deep(place: Said) -> UnreadableFile:
    problem = message("tables.json_deep", number=DEEPEST)
    return unreadable(place, problem, message("tables.step_json_deep"))


def _too_large(place: Said, what: Message) -> UnreadableFile:
    problem = message("tables.too_much", what=what)
    return unreadable(place, problem, message("tables.step_rows_alone"))


def _broken(text: EncodedText, file: str) -> UnreadableFile:
    """Return the error that names the line of the first byte that the encoding cannot read."""
    with text.lines() as lines:
        for number, line in enumerate(lines, start=1):
            if (byte := marked_byte(line)) is not None:
                problem = message("tables.json_byte", byte=f"0x{byte:02X}", encoding=text.encoding)
                return unreadable(_line(file, number), problem, message("tables.step_utf8"))
    raise AssertionError("a broken text has a broken line")
