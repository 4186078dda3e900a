"""Read what people decided on the identity of initiatives: a CSV of SSSOM columns.

https://mapping-commons.github.io/sssom/Mapping/ names the columns. A line of the file is one
judgement; a line that makes no sense is refused with its number.
"""

import re
from pathlib import Path
from typing import NamedTuple

from transform.decisions.lines import (
    DecisionCells,
    Filed,
    Grounds,
    file_lines,
    read_file,
)
from transform.decisions.sssom import DECISIONS_FILE
from transform.text.message import message

# What a line may state, by its predicate: the two are one; the object was split off from the
# subject; the subject was merged, with others, into the object.
SAME, PART, WHOLE = "same", "part", "whole"
PREDICATES = {"exactMatch": SAME, "narrowMatch": PART, "broadMatch": WHOLE}
_SKOS = r"(?:skos:|https?://www\.w3\.org/2004/02/skos/core#)?"
# The path of an initiative, or of its inscription in a portrait: key, year.
THING = re.compile("id/initiative/([a-z2-7]{16})(?:/([0-9]{4}))?")


class Thing(NamedTuple):
    """An initiative, or with a year its inscription of that year."""

    key: str
    year: int | None

    def __str__(self) -> str:
        return f"id/initiative/{self.key}" + (f"/{self.year}" if self.year else "")


class Ruling(NamedTuple):
    """One line: what a person judged of two things, why, how surely and when."""

    line: int
    subject: Thing
    object: Thing
    relation: str
    grounds: Grounds

    @property
    def refused(self) -> bool:
        """Whether the line denies its relation."""
        return self.grounds.refused

    def says_same(self) -> bool:
        """Check whether the line makes one initiative of two things."""
        return self.relation == SAME and not self.refused


Decisions = Filed[Ruling]


def read_decisions(path: Path, base_uri: str | None) -> Decisions:
    """Read a decisions file; its IRIs are relative or begin with `base_uri` (None: with any).

    Raises UnreadableDecisions where the file is not such a table, DecisionRefused for a line that
    makes no sense.
    """
    return parse_decisions(path, read_file(path, DECISIONS_FILE), base_uri)


def parse_decisions(path: Path, raw: bytes, base_uri: str | None) -> Decisions:
    """Parse the bytes of a decisions file; no bytes are a file without lines."""
    return file_lines(path, raw, DECISIONS_FILE, lambda cells: _ruling(cells, base_uri))


def _ruling(cells: DecisionCells, base_uri: str | None) -> Ruling:
    return Ruling(
        line=cells.line,
        subject=_thing(cells, "subject_id", base_uri),
        object=_thing(cells, "object_id", base_uri),
        relation=_relation(cells),
        grounds=cells.grounds(),
    )


def _thing(cells: DecisionCells, column: str, base_uri: str | None) -> Thing:
    if match := THING.fullmatch(cells.path(column, base_uri)):
        return Thing(match[1], int(match[2]) if match[2] else None)
    base = base_uri or message("decisions.any_base")
    raise cells.refuse(column, message("decisions.no_initiative", base=base))


def _relation(cells: DecisionCells) -> str:
    predicate = re.fullmatch(_SKOS + r"(\w+)", cells.cell("predicate_id"))
    if predicate and predicate[1] in PREDICATES:
        return PREDICATES[predicate[1]]
    known = [f"skos:{name}" for name in PREDICATES]
    raise cells.refuse("predicate_id", message("decisions.predicate", known=known))
