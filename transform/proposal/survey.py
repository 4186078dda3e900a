"""Survey files that no layout describes: their header, and what each column holds."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from transform.layouts.model import FIELDS, Layout, load_layout
from transform.proposal.words import words_of
from transform.tables.header import SEARCHED
from transform.tables.reader import find_records_path, read_table
from transform.tables.table import Table
from transform.text.characters import UNWRITABLE
from transform.text.message import message
from transform.text.normal_form import normal_form

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_TEXT = re.compile(r"https?://\S*|[-+]?[\d .,:/TZ-]+%?|\S+@\S+", re.IGNORECASE)
# Header cells are names, not sentences of a note on method.
_LONGEST_NAME = 300
# Of a header that is not whole, this part of the fullest row.
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class SurveyedColumn:
    """A column of a file: its name, its cells, its texts with their counts, how many are blank.

    A text is a cell in which each run of blanks is one.
    """

    name: str
    cells: Sequence[str]
    texts: Mapping[str, int]
    blank: int

    @property
    def rows(self) -> int:
        """Return how many cells there are."""
        return len(self.cells)

    @property
    def filled(self) -> int:
        """Return how many cells are not blank."""
        return self.rows - self.blank

    @property
    def length(self) -> float:
        """Return the mean length of the texts that are not blank."""
        total = sum(len(text) * count for text, count in self.texts.items())
        return total / self.filled if self.filled else 0.0

    @property
    def different(self) -> float:
        """Return what part of the cells that are not blank differ from all before them."""
        return len(self.texts) / self.filled if self.filled else 0.0

    def part(self, test: Callable[[str], object]) -> float:
        """Return what part of the cells that are not blank pass a test."""
        passed = sum(number for text, number in self.texts.items() if test(text))
        return passed / self.filled if self.filled else 0.0

    @property
    def is_text(self) -> bool:
        """Return whether most cells are no numbers, dates, addresses or flags."""
        plain = sum(n for text, n in self.texts.items() if not _NO_TEXT.fullmatch(text))
        return plain * 2 > self.filled


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands in a file; `year` is that of its name, `path` that of its rows in JSON."""

    file: Path
    year: int | None
    rows: int
    columns: Sequence[SurveyedColumn]
    path: str


def survey(file: Path) -> Survey:
    """Read a file by what columns are commonly called; raises UnreadableFile for no table."""
    path = find_records_path(file)
    common = replace(_common_layout(), source=str(message("proposal.own_layout")))
    table = read_table(file, replace(common, records_path=path))
    header = 1 if table.made_header else _header_row(table)
    names = table.records[header - 1]
    rows = [row for row in table.records[header:] if any(map(normal_form, row))]
    columns = [
        _column(name, [row[at] for row in rows])
        for at, name in enumerate(names)
        if normal_form(name) and not UNWRITABLE.search(name)
    ]
    years = _YEAR.findall(file.name)
    return Survey(file, int(years[-1]) if years else None, len(rows), columns, path)


@cache
def _common_layout() -> Layout:
    """Return a layout that knows what columns are commonly called, and nothing of a series."""
    layout = load_layout("quebec")
    fields = {
        name: replace(
            layout.fields[name],
            columns=tuple(words_of(name).names),
            fallback=(),
            optional=name != "nom",
        )
        for name in FIELDS
    }
    return replace(layout, fields=fields, portraits={})


def _header_row(table: Table) -> int:
    """Return the number of the first row that holds nearly as many names as any."""
    scores = [_names(record) for record in table.records[:SEARCHED]]
    return next(n for n, score in enumerate(scores, start=1) if score >= _NEARLY * max(scores))


def _names(record: Sequence[str]) -> int:
    """Count the different cells of a record that can be names of columns."""
    forms = {normal_form(cell) for cell in record if len(cell) <= _LONGEST_NAME}
    return sum(bool(form) and not _NO_TEXT.fullmatch(form) for form in forms)


def _column(name: str, cells: Sequence[str]) -> SurveyedColumn:
    texts = Counter(text for cell in cells if (text := " ".join(cell.split())))
    return SurveyedColumn(name, cells, texts, len(cells) - sum(texts.values()))
