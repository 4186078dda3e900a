"""Read what people decided on who is who: a CSV of SSSOM columns that lives beside the data.

https://mapping-commons.github.io/sssom/Mapping/ names the columns. A line of the file is one
judgement; it is refused with its number where it says something that cannot be meant.
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

# What a line may say, by its predicate: the two are one; the object was split off from the
# subject; the subject was merged, with others, into the object.
SAME, PART, WHOLE = "same", "part", "whole"
PREDICATES = {"exactMatch": SAME, "narrowMatch": PART, "broadMatch": WHOLE}
_SKOS = r"(?:skos:|https?://www\.w3\.org/2004/02/skos/core#)?"
# The path of an initiative, and of what a portrait says of it: key, year.
THING = re.compile("id/initiative/([a-z2-7]{16})(?:/([0-9]{4}))?")


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
    grounds: Grounds

    @property
    def refused(self) -> bool:
        """Say whether the line denies what it would say."""
        return self.grounds.refused

    def says_same(self) -> bool:
        """Say whether the line makes one initiative of two things."""
        return self.relation == SAME and not self.refused


Decisions = Filed[Ruling]


def read_decisions(path: Path, base_uri: str | None) -> Decisions:
    """Read a decisions file; its IRIs are relative or begin with `base_uri` (None: with any).

    Raises UnreadableDecisions where the file is not such a table, DecisionRefused where a line
    says something that cannot be meant.
    """
    return parse_decisions(path, read_file(path, DECISIONS_FILE), base_uri)


def parse_decisions(path: Path, raw: bytes, base_uri: str | None) -> Decisions:
    """Read the bytes of a decisions file; none at all are a file without lines."""
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
    if found := THING.fullmatch(cells.path(column, base_uri)):
        return Thing(found[1], int(found[2]) if found[2] else None)
    raise cells.refuse(
        column,
        f"is no initiative below {base_uri or 'a base URI'}."
        " Write it like id/initiative/5k2w… or id/initiative/5k2w…/2025.",
    )


def _relation(cells: DecisionCells) -> str:
    said = re.fullmatch(_SKOS + r"(\w+)", cells.cell("predicate_id"))
    if said and said[1] in PREDICATES:
        return PREDICATES[said[1]]
    known = ", ".join(f"skos:{name}" for name in PREDICATES)
    raise cells.refuse("predicate_id", f"is no predicate of a decision; known: {known}.")
