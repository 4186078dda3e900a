"""Choose the column of each field, by what columns are commonly called and by their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transform.layouts.model import FIELDS
from transform.proposal.survey import Column, Survey
from transform.proposal.words import split_name, words_of
from transform.text.normal_form import normal_form

# What a list is made of: few texts, and short ones.
MOST_VALUES = 60
LONGEST_VALUE = 80
_WHOLE_NAME, _OTHER_WORD = 10.0, 4.0
_LEAST = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The column chosen for a field of a file, and whether only its values speak for it."""

    column: Column
    by_values: bool


Choices = Mapping[str, Choice]


def choose_columns(survey: Survey) -> dict[str, Choice]:
    """Return the column of each field that has one; no column is that of two fields."""
    scored = sorted(
        (
            (score, -number, field, column)
            for field in FIELDS
            for number, column in enumerate(survey.columns)
            if (score := _by_name(field, column) + _by_values(field, column)) >= _LEAST
            and _by_name(field, column) > 0
        ),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    chosen: dict[str, Choice] = {}
    taken: set[int] = set()
    for _, number, field, column in scored:
        if field not in chosen and number not in taken and column.filled:
            chosen[field] = Choice(column, by_values=False)
            taken.add(number)
    left = [c for n, c in enumerate(survey.columns) if -n not in taken and c.filled]
    for field in ("nom", "organisme"):
        if field not in chosen and (best := _best_by_values(field, left)):
            chosen[field] = Choice(best, by_values=True)
            left.remove(best)
    return chosen


def is_list(column: Column) -> bool:
    """Return whether the texts of a column are few and short, as those of a list are."""
    return 0 < len(column.texts) <= MOST_VALUES and column.length <= LONGEST_VALUE


def _best_by_values(field: str, columns: Sequence[Column]) -> Column | None:
    fitting = [column for column in columns if _by_values(field, column) > 0]
    return max(fitting, key=lambda column: _by_values(field, column), default=None)


def _by_name(field: str, column: Column) -> float:
    """Score the name of a column: a whole name is sure, a word among others is a guess."""
    known = words_of(field)
    if normal_form(column.name) in known.names:
        return _WHOLE_NAME
    words = split_name(column.name)
    hits = len(known.words.intersection(words))
    if not hits:
        return 0.0
    # A word says less among many.
    return 6 * hits / len(words) + 2 - _OTHER_WORD * len(known.other.intersection(words))


def _by_values(field: str, column: Column) -> float:
    """Score the values of a column: how many are different, and how long they are."""
    if not column.filled:
        return -10.0
    different, length = len(column.texts) / column.filled, column.length
    if field == "nom":
        return (4 * different if different > 0.5 and 3 < length < 200 else -4) + _text(column)
    if field == "organisme":
        return (2 * (1 - different) if length < 150 else -4) + _text(column)
    if field == "benefices":
        return min(length / 100, 3.0) if length > 30 else -2.0
    if not is_list(column) or different >= 0.5 or not column.is_text:
        return -6.0
    return 3 + min(column.length / 20, 1.0)  # a name rather than its abbreviation


def _text(column: Column) -> float:
    return 1.0 if column.is_text else -8.0
