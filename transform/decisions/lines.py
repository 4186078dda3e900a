"""Read the lines of a decisions file: who judged what, whatever two things the line names.

A line that makes no sense is refused with its number.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from transform.decisions.sssom import (
    FileKind,
    SssomHeader,
    read_header,
    records,
    unreadable_line,
)
from transform.errors import DecisionRefused, UnreadableDecisions
from transform.files import reason_message
from transform.text.characters import UNWRITABLE
from transform.text.csv_injection import original_cell
from transform.text.message import Message, message

_BASE = re.compile("^https?://.*/(?=id/)")

Line = TypeVar("Line")


@dataclass(frozen=True)
class Filed(Generic[Line]):
    """A decisions file as it was read: its bytes and its lines in order; empty without a file."""

    path: Path | None = None
    raw: bytes = b""
    rulings: tuple[Line, ...] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def file(self) -> str:
        """The name of the file, "" without one."""
        return self.path.name if self.path else ""


class Grounds(NamedTuple):
    """What a line states of its judgement: denied or not, why, how surely, who and when."""

    refused: bool
    justification: str
    confidence: str
    author: str
    date: str
    comment: str


class DecisionCells(NamedTuple):
    """One line of a decisions file, cell by cell."""

    file: str
    line: int
    header: SssomHeader
    record: list[str]

    def cell(self, column: str) -> str:
        """Return a cell without blanks around it, "" where the file lacks the column.

        The apostrophe that keeps a spreadsheet from running the cell is no part of it.
        """
        at = self.header.places.get(column)
        return "" if at is None else original_cell(self.record[at]).strip()

    def refuse(self, column: str, problem: Message) -> DecisionRefused:
        """Return the fault of a cell, with its place."""
        name = self.header.names[self.header.places[column]]
        return DecisionRefused(
            message(
                "decisions.cell",
                file=self.file,
                line=self.line,
                column=name,
                text=self.cell(column),
                problem=problem,
            )
        )

    def path(self, column: str, base_uri: str | None) -> str:
        """Return an IRI below the base URI (None: below any) as its path."""
        text = self.cell(column)
        return text.removeprefix(base_uri) if base_uri else _BASE.sub("", text)

    def grounds(self) -> Grounds:
        """Return what the line states of its judgement, or raise DecisionRefused."""
        return Grounds(
            refused=_refused(self),
            justification=self.cell("mapping_justification"),
            confidence=_confidence(self),
            author=self.cell("author_id"),
            date=_date(self),
            comment=self.cell("comment"),
        )


def read_file(path: Path, kind: FileKind) -> bytes:
    """Read the bytes of a decisions file, or raise UnreadableDecisions."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDecisions(
            message(
                "decisions.unreadable", file=path, reason=reason_message(error), option=kind.option
            )
        ) from error


def file_lines(
    path: Path, raw: bytes, kind: FileKind, read: Callable[[DecisionCells], Line]
) -> Filed[Line]:
    """Parse the bytes of a decisions file, each line by `read`."""
    return Filed(path, raw, tuple(read(cells) for cells in _lines(path, raw, kind)))


def _lines(path: Path, raw: bytes, kind: FileKind) -> Iterator[DecisionCells]:
    """Yield the cells of each line; no bytes are a file without lines."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDecisions(
            message("decisions.not_utf8", file=path, byte=error.start)
        ) from error
    file = path.name
    numbered_records = records(file, text)
    first = next(numbered_records, None)
    if first is None:
        return
    line, names = first
    header = read_header(file, line, names, kind)
    for line, record in numbered_records:
        if len(record) != len(names):
            problem = message("decisions.cells_number", cells=len(record), columns=len(names))
            raise unreadable_line(file, line, problem)
        yield _checked(DecisionCells(file, line, header, record), kind)


def _checked(cells: DecisionCells, kind: FileKind) -> DecisionCells:
    for column in cells.header.places:
        if unwritable := UNWRITABLE.search(cells.cell(column)):
            code = f"U+{ord(unwritable[0]):04X}"
            raise cells.refuse(column, message("decisions.holds_character", character=code))
        if kind.columns[column] and not cells.cell(column):
            raise cells.refuse(column, message("decisions.blank"))
    return cells


def _refused(cells: DecisionCells) -> bool:
    modifier = cells.cell("predicate_modifier")
    if modifier.casefold() not in ("", "not"):
        raise cells.refuse("predicate_modifier", message("decisions.modifier"))
    return bool(modifier)


def _confidence(cells: DecisionCells) -> str:
    number = cells.cell("confidence").replace(",", ".")
    if not re.fullmatch(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?|\.[0-9]{1,6}", number, re.ASCII):
        raise cells.refuse("confidence", message("decisions.confidence"))
    plain = f"{Decimal(number).normalize():f}"
    return plain if "." in plain else f"{plain}.0"


def _date(cells: DecisionCells) -> str:
    text = cells.cell("mapping_date")
    try:
        fits = date.fromisoformat(text).isoformat() == text
    except ValueError:
        fits = False
    if not fits:
        raise cells.refuse("mapping_date", message("decisions.date"))
    return text
