"""Split a decisions file into its columns, by their SSSOM names or short ones, and records."""

import csv
import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from transform.errors import UnreadableDecisions
from transform.text.message import Message, message

# The columns that are read, and whether their cells must be filled in.
COLUMNS = {
    "subject_id": True,
    "subject_label": False,
    "predicate_id": True,
    "predicate_modifier": False,
    "object_id": True,
    "object_label": False,
    "mapping_justification": True,
    "confidence": True,
    "author_id": True,
    "mapping_date": True,
    "comment": False,
}
SHORT = {
    "subject": "subject_id",
    "predicate": "predicate_id",
    "object": "object_id",
    "justification": "mapping_justification",
    "author": "author_id",
    "date": "mapping_date",
}
# The other slots of a mapping of SSSOM 1.0: kept in the file, not read.
# https://mapping-commons.github.io/sssom/Mapping/
OTHERS = frozenset(
    [
        "author_label",
        "cardinality_scope",
        "creator_id",
        "creator_label",
        "curation_rule",
        "curation_rule_text",
        "issue_tracker_item",
        "license",
        "mapping_cardinality",
        "mapping_provider",
        "mapping_source",
        "mapping_tool",
        "mapping_tool_id",
        "mapping_tool_version",
        "match_string",
        "object_category",
        "object_match_field",
        "object_preprocessing",
        "object_source",
        "object_source_version",
        "object_type",
        "other",
        "predicate_label",
        "predicate_type",
        "publication_date",
        "record_id",
        "review_date",
        "reviewer_agreement",
        "reviewer_id",
        "reviewer_label",
        "see_also",
        "similarity_measure",
        "similarity_score",
        "subject_category",
        "subject_match_field",
        "subject_preprocessing",
        "subject_source",
        "subject_source_version",
        "subject_type",
    ]
)


class FileKind(NamedTuple):
    """A kind of decisions file: its usual name, the option that names another, its columns."""

    name: str
    option: str
    columns: Mapping[str, bool]

    @property
    def copy(self) -> str:
        """The path of the copy in a release."""
        return f"report/{self.name}"

    @property
    def key(self) -> str:
        """The key of the file in `manifest.json`."""
        return self.option.removeprefix("--")


DECISIONS_FILE = FileKind("decisions.csv", "--decisions", COLUMNS)
# A link needs a comment that says why; the tool is the service that proposed it.
LINKS_FILE = FileKind("liens.csv", "--links", {**COLUMNS, "comment": True, "mapping_tool": False})


class SssomHeader(NamedTuple):
    """The columns as the file names them, and the place of each that is read."""

    names: list[str]
    places: dict[str, int]


def read_header(file: str, line: int, names: Sequence[str], kind: FileKind) -> SssomHeader:
    """Find the columns, or raise UnreadableDecisions naming an unknown, doubled or missing one."""
    places: dict[str, int] = {}
    for at, name in enumerate(names):
        folded = name.strip().casefold()
        column = SHORT.get(folded, folded)
        if column not in kind.columns and column not in OTHERS:
            raise unreadable_line(file, line, _unknown(name, folded))
        if column in places:
            raise unreadable_line(file, line, message("decisions.column_twice", column=column))
        places[column] = at
    missing = [name for name, needed in kind.columns.items() if needed and name not in places]
    if missing:
        header = ",".join(kind.columns)
        problem = message("decisions.column_missing", missing=missing, header=header)
        raise unreadable_line(file, line, problem)
    return SssomHeader(
        list(names), {name: at for name, at in places.items() if name in kind.columns}
    )


def unreadable_line(file: str, line: int, problem: Message) -> UnreadableDecisions:
    """Return the fault of a line that no table has."""
    return UnreadableDecisions(message("decisions.line", file=file, line=line, problem=problem))


def _unknown(name: str, folded: str) -> Message:
    near = difflib.get_close_matches(folded, [*COLUMNS, *SHORT], n=1)
    if near:
        return message("decisions.column_unknown_near", name=name, near=near[0])
    return message("decisions.column_unknown", name=name, known=list(COLUMNS))


def records(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a decisions file, each with the number of the line it begins on.

    Blank lines, and lines that begin with «#» between two records, are skipped.
    """
    source = io.StringIO(text, newline="")
    number, begins, between = 0, 0, True

    def lines() -> Iterator[str]:
        nonlocal number, begins, between
        for line in source:
            number += 1
            if between and (line.startswith("#") or not line.strip()):
                continue
            begins, between = (number if between else begins), False
            yield line

    reader = csv.reader(lines(), delimiter=separator(text), strict=True)
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            problem = message("decisions.not_csv", reason=error)
            raise unreadable_line(file, begins, problem) from error
        if record is None:
            return
        between = True
        yield begins, record


def separator(text: str) -> str:
    """Return the sign between cells: comma, or the semicolon or tab of the header."""
    header = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    return max(",;\t", key=header.count)
