"""Write the statements of a portrait's rows once, into a file of which each row is a range.

The shapes read it in pieces, and its published rows become the graph of the portrait. So it is with
the statements on their identity.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import IO, NamedTuple

from transform.errors import MisusedCommand
from transform.files import reason_message
from transform.graphs.mapping import MappingContext, map_rows
from transform.identity.keyed_rows import KeyedRow
from transform.text.message import message

BLOCK = 1 << 20


class RowsFile(NamedTuple):
    """A file of N-Triples, and for each row in it the key of its initiative and its bytes."""

    path: Path
    rows: list[tuple[str, int]]


def write_rows(path: Path, context: MappingContext, rows: Iterable[KeyedRow]) -> RowsFile:
    """Write the statements of rows in the order of their keys, which is that of the graph."""
    ordered = sorted(rows, key=lambda row: row.key)
    texts = zip((row.key for row in ordered), map_rows(context, ordered), strict=True)
    return write_texts(path, texts)


def write_texts(path: Path, texts: Iterable[tuple[str, str]]) -> RowsFile:
    """Write the N-Triples of things that are not to be parted, each given with its key."""
    written = []
    try:
        with path.open("wb") as out:
            for key, text in texts:
                written.append((key, out.write(text.encode())))
    except OSError as error:
        reason = reason_message(error)
        raise MisusedCommand(
            message("graphs.rows_unwritable", folder=path.parent, reason=reason)
        ) from error
    return RowsFile(path, written)


def read_texts(texts: RowsFile, key: str) -> Iterator[str]:
    """Yield the texts of a key."""
    with texts.path.open("rb") as source:
        for own_key, length in texts.rows:
            text = source.read(length)
            if own_key == key:
                yield text.decode()


def copy_rows(rows: RowsFile, rejected: AbstractSet[str], out: IO[bytes]) -> None:
    """Copy all rows but those of some keys."""
    with rows.path.open("rb") as source:
        kept = 0  # bytes to copy before the next row that is left out
        for key, length in rows.rows:
            if key in rejected:
                _copy(source, kept, out)
                source.seek(length, 1)
                kept = 0
            else:
                kept += length
        _copy(source, kept, out)


def _copy(source: IO[bytes], number: int, out: IO[bytes]) -> None:
    while number:
        block = source.read(min(number, BLOCK))
        if not block:
            raise AssertionError("the statements of the rows are cut short")
        out.write(block)
        number -= len(block)
