"""Choose the column of each field, by what columns are commonly called and by their values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from transform.layouts.fields import MORE_FIELDS
from transform.layouts.model import FIELDS
from transform.proposal.cells import guess_dates, is_list
from transform.proposal.languages import Lead
from transform.proposal.survey import Survey, SurveyedColumn
from transform.proposal.words import split_name, words_of
from transform.text.normal_form import normal_form
from transform.text.urls import is_email, is_page

_WHOLE_NAME, _OTHER_WORD = 10.0, 4.0
_LEAST = 1.0


# Of the rows, at least this part has an identifier, and of these, this part one of their own.
_IDENTIFIED, _OWN_IDENTIFIER = 0.5, 0.95
_LONGEST_IDENTIFIER = 60


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """The column chosen for a field of a file, and those of its text in other languages.

    `by_values`: only its values speak for it.
    """

    column: SurveyedColumn
    by_values: bool = False
    translations: Mapping[str, SurveyedColumn] = field(default_factory=dict)


Choices = Mapping[str, ChosenColumn]


class Proposed(NamedTuple):
    """A file, its columns, each with those in other languages, and those chosen by field."""

    survey: Survey
    leads: Sequence[Lead]
    choices: Choices


def choose_columns(leads: Sequence[Lead], languages: tuple[str, ...]) -> dict[str, ChosenColumn]:
    """Return the column of each field that has one; no column is that of two fields.

    Only the address of a page may be what identifies an entry, too.
    """
    chosen = _choose(FIELDS, leads, _six_by_values)
    left = [lead for lead in leads if not _is_taken(lead, chosen)]
    if finer := _finer_bodies(chosen, left):
        chosen["organisme"] = finer["organisme"]
        left = [lead for lead in leads if not _is_taken(lead, chosen)]
    for name in ("nom", "organisme"):
        if name not in chosen and (best := _best_by_values(name, left)):
            chosen[name] = ChosenColumn(best.column, by_values=True, translations=best.translations)
            left.remove(best)
    chosen |= _choose(MORE_FIELDS, left, lambda name, column: _fit(name, column, languages))
    page = chosen.get("page")
    if page and "identifiant" not in chosen and len(page.column.texts) == page.column.rows:
        chosen["identifiant"] = ChosenColumn(page.column)
    return chosen


def _choose(
    names: Sequence[str] | Mapping[str, str],
    leads: Sequence[Lead],
    by_values: Callable[[str, SurveyedColumn], float],
) -> dict[str, ChosenColumn]:
    """Choose for each field the column that is nearest by its name and its values."""
    scored = sorted(
        (
            (score, -number, name)
            for name in names
            for number, lead in enumerate(leads)
            if lead.column.filled
            and (named := max(_by_name(name, text) for text in (lead.column.name, lead.base))) > 0
            and (score := named + by_values(name, lead.column)) >= _LEAST
        ),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    chosen: dict[str, ChosenColumn] = {}
    taken: set[int] = set()
    for _, number, name in scored:
        if name not in chosen and number not in taken:
            lead = leads[-number]
            chosen[name] = ChosenColumn(lead.column, translations=lead.translations)
            taken.add(number)
    return chosen


def _finer_bodies(chosen: Choices, left: Sequence[Lead]) -> Choices:
    """Return another column for bodies where the chosen one only abbreviates their parents."""
    if not {"organisme", "portefeuille"} <= chosen.keys():
        return {}
    bodies, parents = (chosen[name].column for name in ("organisme", "portefeuille"))
    pairs = {*zip(map(normal_form, bodies.cells), map(normal_form, parents.cells), strict=True)}
    if len(pairs) > len({body for body, _ in pairs}) or len(pairs) > len({up for _, up in pairs}):
        return {}
    return _choose(("organisme",), left, _six_by_values)


def _is_taken(lead: Lead, chosen: Choices) -> bool:
    return any(choice.column is lead.column for choice in chosen.values())


def _best_by_values(name: str, leads: Sequence[Lead]) -> Lead | None:
    fitting = [lead for lead in leads if _six_by_values(name, lead.column) > 0]
    return max(fitting, key=lambda lead: _six_by_values(name, lead.column), default=None)


def _by_name(field: str, name: str) -> float:
    """Score the name of a column: a whole name is sure, a word among others is a guess."""
    known = words_of(field)
    words = split_name(name)
    if {normal_form(name), " ".join(words)} & known.names:
        return _WHOLE_NAME
    hits = len(known.words.intersection(words))
    if not hits:
        return 0.0
    # A word says less among many.
    return 6 * hits / len(words) + 2 - _OTHER_WORD * len(known.other.intersection(words))


def _fit(field: str, column: SurveyedColumn, languages: tuple[str, ...]) -> float:
    """Score the values of a column for a field beside the six, below zero where they do not fit."""
    match MORE_FIELDS[field]:
        case "string":
            short = all(len(text) <= _LONGEST_IDENTIFIER for text in column.texts)
            identified = column.filled >= _IDENTIFIED * column.rows
            fits = short and identified and column.different >= _OWN_IDENTIFIER
        case "iri":
            fits = column.part(is_page) > (0.25 if field == "code" else 0.5)
        case "date":
            fits = guess_dates(column, languages).part > 0.5
        case "contact":
            fits = column.part(lambda text: is_email(text) or is_page(text)) > 0.25 or (
                column.is_text and column.length < 150
            )
        case _:
            fits = column.is_text and column.length > 30
    return 1.0 if fits else -20.0


def _six_by_values(field: str, column: SurveyedColumn) -> float:
    """Score the values of a column for one of the six: how many are different, and how long."""
    if not column.filled:
        return -10.0
    different, length = column.different, column.length
    if field == "nom":
        return (4 * different if different > 0.5 and 3 < length < 200 else -4) + _text(column)
    if field == "organisme":
        return (2 * (1 - different) if length < 150 else -4) + _text(column)
    if field == "benefices":
        return min(length / 100, 3.0) if length > 30 else -2.0
    if not is_list(column) or different >= 0.5 or not column.is_text:
        return -6.0
    return 3 + min(column.length / 20, 1.0)  # a name rather than its abbreviation


def _text(column: SurveyedColumn) -> float:
    return 1.0 if column.is_text else -8.0
