"""Guess how the cells of a column hold their values: patterns of dates, separators, kinds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from transform.layouts.fields import read_field
from transform.proposal.survey import SurveyedColumn
from transform.proposal.words import date_patterns
from transform.text.dates import read_date
from transform.text.normal_form import normal_form
from transform.text.numbers import read_number
from transform.text.urls import is_page

# What a list is made of: few texts, and short ones.
MOST_VALUES = 60
LONGEST_VALUE = 80
# What stands between many values of one cell.
_BETWEEN = (";", "|", ",")
# Of the cells of a column that holds many values, at least this part holds more than one.
_MANY = 0.1


@dataclass(frozen=True, slots=True)
class Dates:
    """How the dates of a column are written: patterns, and those of which nobody can tell one.

    `part` of the cells that are not blank can be read by ISO 8601 or by them.
    """

    patterns: tuple[str, ...]
    rivals: tuple[str, ...]
    part: float


def is_list(column: SurveyedColumn) -> bool:
    """Return whether the texts of a column are few and short, as those of a list are."""
    return 0 < len(column.texts) <= MOST_VALUES and column.length <= LONGEST_VALUE


def guess_dates(column: SurveyedColumn, languages: tuple[str, ...]) -> Dates:
    """Return how the dates of a column are written."""
    chosen: list[str] = []
    rivals: tuple[str, ...] = ()
    for patterns in date_patterns():
        counts = [column.part(_read_by(pattern, languages)) for pattern in patterns]
        most = max(counts)
        if most and len(counts) > counts.count(most):
            chosen.append(patterns[counts.index(most)])
        elif most and len(counts) == 1:
            chosen.extend(patterns)
        elif most:
            rivals = tuple(patterns)
    read = (*chosen, *rivals[:1])
    part = column.part(lambda text: read_date(text, read, languages))
    return Dates(tuple(chosen), rivals, part)


def _read_by(pattern: str, languages: tuple[str, ...]) -> Callable[[str], object]:
    def reads(text: str) -> object:
        return not read_date(text) and read_date(text, (pattern,), languages)

    return reads


def find_separator(column: SurveyedColumn) -> str:
    """Return what stands between the values of a cell that holds many, "" for a column of one."""
    for separator in _BETWEEN:
        if column.part(lambda text, mark=separator: mark in text) < _MANY:  # type: ignore[misc]
            continue
        values: dict[str, int] = {}
        for text, number in column.texts.items():
            for value in filter(None, map(normal_form, text.split(separator))):
                values[value] = values.get(value, 0) + number
        if _are_of_a_list(values) and len(values) < len(column.texts):
            return separator
    return ""


def _are_of_a_list(values: Mapping[str, int]) -> bool:
    short = all(len(value) <= LONGEST_VALUE for value in values)
    return short and 1 < len(values) <= MOST_VALUES and sum(values.values()) >= 3 * len(values)


def _read_with_comma(text: str) -> str | None:
    return read_number(text, ",")


def guess_decimal(column: SurveyedColumn) -> str:
    """Return the decimal mark of a column of numbers."""
    return "." if column.part(read_number) == 1 else ","


def guess_range(column: SurveyedColumn, languages: tuple[str, ...]) -> str:
    """Return the kind of value of a column that no field takes: one of the ranges of a layout."""
    answers = read_field({})
    if column.part(lambda text: normal_form(text) in answers.yes | answers.no) == 1:
        return "yes-no"
    if column.part(read_number) == 1 or column.part(_read_with_comma) == 1:
        return "number"
    if guess_dates(column, languages).part > 0.5:
        return "date"
    if column.part(is_page) > 0.5:
        return "iri"
    listed = is_list(column) and 2 * len(column.texts) <= column.filled
    return "list" if listed or find_separator(column) else "text"


def unread(
    column: SurveyedColumn, kind: str, patterns: Iterable[str], languages: tuple[str, ...]
) -> list[str]:
    """Return the texts of a column that are no value of a kind."""
    by = tuple(patterns)
    reads: dict[str, Callable[[str], object]] = {
        "iri": is_page,
        "date": lambda text: len(read_date(text, by, languages)) == 1,
    }
    test = reads.get(kind)
    return [text for text in column.texts if test and not test(text)]
