"""Read what people decided on who is who: a CSV of SSSOM columns that lives beside the data.

https://mapping-commons.github.io/sssom/Mapping/ names the columns. A line of the file is one
judgement; it is refused with its number where it says something that cannot be meant.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from transform.decisionfile import COLUMNS, Header, read_header, records
from transform.errors import DecisionRefused, UnreadableDecisions

FILE = "decisions.csv"
# What a line may say, by its predicate: the two are one; the object was split off from the
# subject; the subject was merged, with others, into the object.
SAME, PART, WHOLE = "same", "part", "whole"
PREDICATES = {"exactMatch": SAME, "narrowMatch": PART, "broadMatch": WHOLE}
_SKOS = r"(?:skos:|https?://www\.w3\.org/2004/02/skos/core#)?"
_THING = re.compile("id/initiative/([a-z2-7]{16})(?:/([0-9]{4}))?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class Thing(NamedTuple):
    """An initiative, or with a year its inscription of that year."""

    key: str
    year: int | None

    def __str__(self) -> str:
        return f"id/initiative/{self.key}" + (f"/{self.year}" if self.year else "")


class Ruling(NamedTuple):
    """One line: what somebody judged of two things, why, how surely and when."""

    line: int
    subject: Thing
    object: Thing
    relation: str
    refused: bool
    justification: str
    confidence: str
    author: str
    date: str
    comment: str

    def says_same(self) -> bool:
        """Say whether the line makes one initiative of two things."""
        return self.relation == SAME and not self.refused


@dataclass(frozen=True, slots=True)
class Decisions:
    """A decisions file as it was read: its bytes and its lines in order; none without a file."""

    path: Path | None = None
    raw: bytes = b""
    rulings: tuple[Ruling, ...] = ()

    @property
    def sha256(self) -> str:
        """Give the SHA-256 of the file in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()


def read_decisions(path: Path, base_uri: str | None) -> Decisions:
    """Read a decisions file; its IRIs are relative or begin with `base_uri` (None: with any).

    Raises UnreadableDecisions where the file is not such a table, DecisionRefused where a line
    says something that cannot be meant.
    """
    try:
        return parse_decisions(path, path.read_bytes(), base_uri)
    except OSError as error:
        raise UnreadableDecisions(
            f"{path}: cannot be read ({error.strerror}). Name another file with --decisions."
        ) from error


def parse_decisions(path: Path, raw: bytes, base_uri: str | None) -> Decisions:
    """Read the bytes of a decisions file; none at all are a file without lines."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDecisions(
            f"{path}: not UTF-8 (byte {error.start}). Save it as «CSV UTF-8»."
        ) from error
    return Decisions(path, raw, tuple(_rulings(path.name, text, base_uri)))


def _rulings(file: str, text: str, base_uri: str | None) -> Iterator[Ruling]:
    found = records(file, text)
    first = next(found, None)
    if first is None:
        return
    line, names = first
    header = read_header(file, line, names)
    for line, record in found:
        if len(record) != len(names):
            raise UnreadableDecisions(
                f"{file}, line {line}: {len(record)} cells where the header has {len(names)}."
                " Put cells that hold the separator in quotes, or fill in what is missing."
            )
        yield _ruling(_Cells(file, line, header, record), base_uri)


class _Cells(NamedTuple):
    file: str
    line: int
    header: Header
    record: list[str]

    def cell(self, column: str) -> str:
        at = self.header.places.get(column)
        return "" if at is None else self.record[at].strip()

    def refuse(self, column: str, why: str) -> DecisionRefused:
        name = self.header.names[self.header.places[column]]
        where = f"{self.file}, line {self.line}, {name}"
        return DecisionRefused(f'{where}: "{self.cell(column)}" {why}')


def _ruling(cells: _Cells, base_uri: str | None) -> Ruling:
    for column in cells.header.places:
        if found := _CONTROL.search(cells.cell(column)):
            raise cells.refuse(column, f"holds U+{ord(found[0]):04X}. Take that character out.")
        if COLUMNS[column] and not cells.cell(column):
            raise cells.refuse(column, "is blank. Fill in the cell.")
    return Ruling(
        line=cells.line,
        subject=_thing(cells, "subject_id", base_uri),
        object=_thing(cells, "object_id", base_uri),
        relation=_relation(cells),
        refused=_refused(cells),
        justification=cells.cell("mapping_justification"),
        confidence=_confidence(cells),
        author=cells.cell("author_id"),
        date=_date(cells),
        comment=cells.cell("comment"),
    )


def _thing(cells: _Cells, column: str, base_uri: str | None) -> Thing:
    text = cells.cell(column)
    path = text.removeprefix(base_uri) if base_uri else re.sub("^https?://.*/(?=id/)", "", text)
    if found := _THING.fullmatch(path):
        return Thing(found[1], int(found[2]) if found[2] else None)
    raise cells.refuse(
        column,
        f"is no initiative below {base_uri or 'a base URI'}."
        " Write it like id/initiative/5k2w… or id/initiative/5k2w…/2025.",
    )


def _relation(cells: _Cells) -> str:
    said = re.fullmatch(_SKOS + r"(\w+)", cells.cell("predicate_id"))
    if said and said[1] in PREDICATES:
        return PREDICATES[said[1]]
    known = ", ".join(f"skos:{name}" for name in PREDICATES)
    raise cells.refuse("predicate_id", f"is no predicate of a decision; known: {known}.")


def _refused(cells: _Cells) -> bool:
    said = cells.cell("predicate_modifier")
    if said.casefold() not in ("", "not"):
        raise cells.refuse("predicate_modifier", "is neither Not nor blank.")
    return bool(said)


def _confidence(cells: _Cells) -> str:
    said = cells.cell("confidence").replace(",", ".")
    if not re.fullmatch(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?|\.[0-9]{1,6}", said, re.ASCII):
        raise cells.refuse("confidence", "is no number from 0 to 1, such as 0.9.")
    plain = f"{Decimal(said).normalize():f}"
    return plain if "." in plain else f"{plain}.0"


def _date(cells: _Cells) -> str:
    said = cells.cell("mapping_date")
    try:
        fits = date.fromisoformat(said).isoformat() == said
    except ValueError:
        fits = False
    if not fits:
        raise cells.refuse("mapping_date", "is no date. Write it like 2026-01-31.")
    return said
