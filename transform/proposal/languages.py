"""Find the columns, and the parts of cells, that say one thing in several languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from transform.proposal.survey import SurveyedColumn
from transform.proposal.words import guess_languages, split_name
from transform.text.languages import LANGUAGES, language_name, language_tags
from transform.text.normal_form import normal_form

# What stands between the texts of a cell in two languages.
_BETWEEN = (" / ", " | ", " // ", " – ", " - ")


@dataclass(frozen=True, slots=True)
class Lead:
    """A column, and those that say the same in other languages, by their tags.

    `base` is the name without the language, "" for a column that stands alone.
    """

    column: SurveyedColumn
    translations: Mapping[str, SurveyedColumn]
    base: str = ""


def lead_columns(columns: Sequence[SurveyedColumn]) -> tuple[list[str], list[Lead]]:
    """Return the languages that names of columns end or begin with, and each column of the first.

    Columns of one thing are those whose names differ by their languages alone. Where one of them
    has none in its name, its language is "", the first.
    """
    groups: dict[tuple[str, ...], dict[str, SurveyedColumn]] = {}
    bases: dict[int, tuple[str, ...]] = {}
    for number, column in enumerate(columns):
        tag, base = _language_of(column.name)
        if tag not in groups.setdefault(base, {}):
            groups[base][tag] = column
            bases[number] = base
    several = {base: group for base, group in groups.items() if len(group) > 1}
    tags = [*dict.fromkeys(tag for group in several.values() for tag in group)]
    tags.sort(key=bool)
    leads = []
    for number, column in enumerate(columns):
        base = bases.get(number, ())
        group = several.get(base, {})
        first = next((tag for tag in tags if tag in group), "")
        if not group:
            leads.append(Lead(column, {}))
        elif group[first] is column:
            others = {tag: group[tag] for tag in tags if tag in group and tag != first}
            leads.append(Lead(column, others, " ".join(base)))
    return tags, leads


def cell_languages(column: SurveyedColumn) -> tuple[str, tuple[str, str]] | None:
    """Return what parts the cells of a column into texts in two languages, and these languages.

    None where a cell has another number of parts, or where the languages of both cannot be told.
    """
    for separator in _BETWEEN:
        parts = [[part.strip() for part in text.split(separator)] for text in column.texts]
        if not parts or any(len(each) != 2 or not all(each) for each in parts):
            continue
        first, second = (guess_languages(each) for each in zip(*parts, strict=True))
        if first and second and first[0][0] != second[0][0]:
            return separator, (first[0][0], second[0][0])
    return None


def _language_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the language that a column's name ends or begins with, "", and its other words."""
    words = split_name(name)
    for word, others in ((words[-1:], words[:-1]), (words[:1], words[1:])):
        if word and others and (tag := _names().get(word[0])):
            return tag, tuple(others)
    return "", tuple(words)


@cache
def _names() -> Mapping[str, str]:
    """Return the tag of each language by its tag and by its names in itself, English, French."""
    from babel.core import Locale

    names: dict[str, str] = {}
    for tag in language_tags():
        own = Locale(tag).languages.get(tag, "")
        spoken = language_name(tag)
        for name in (tag, own, *(getattr(spoken, language) for language in LANGUAGES)):
            names.setdefault(normal_form(name), tag)
    return names


def labels_of(
    column: SurveyedColumn, translations: Mapping[str, SurveyedColumn]
) -> Iterable[tuple[str, Mapping[str, str]]]:
    """Yield each text of a column with what most often stands beside it in other languages.

    Of those that differ in blanks and capitals alone, the most frequent comes last.
    """
    beside: dict[str, dict[str, dict[str, int]]] = {}
    for tag, other in translations.items():
        for cell, translated in zip(column.cells, other.cells, strict=True):
            form, text = normal_form(cell), " ".join(translated.split())
            if form and text:
                counts = beside.setdefault(form, {}).setdefault(tag, {})
                counts[text] = counts.get(text, 0) + 1
    for text in sorted(column.texts, key=lambda text: column.texts[text]):
        counted = beside.get(normal_form(text), {})
        yield text, {tag: max(counts, key=lambda t: counts[t]) for tag, counts in counted.items()}
