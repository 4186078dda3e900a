"""Match a cell to a concept, by the spellings that a layout declares for its year."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from transform.layouts.model import Layout, ListOf
from transform.tables.rows import Reading
from transform.text.normal_form import normal_form
from transform.text.slugs import name_all


@dataclass(frozen=True, slots=True)
class NewConcept:
    """An unreviewed value of an open list: its slug, the text of its cells, and the language."""

    slug: str
    label: str
    language: str


@dataclass(slots=True)
class Vocabulary:
    """The concepts of one list in all portraits, by year and spelling."""

    name: str
    new: dict[str, NewConcept] = field(default_factory=dict)
    _by_year: dict[int, dict[str, str]] = field(default_factory=dict)
    _spellings: dict[int, dict[str, str]] = field(default_factory=dict)
    _blank: dict[int, str | None] = field(default_factory=dict)

    def concept(self, raw: str, year: int) -> str | None:
        """Return the slug of the concept that `raw` means in `year`, None for an unknown text.

        In a year whose file has no such column, no text means anything.
        """
        if year not in self._by_year:
            return None
        form = normal_form(raw)
        if not form:
            return self._blank[year]
        return self._by_year[year].get(form)

    def nearest(self, raw: str, year: int) -> str | None:
        """Return the known spelling most like `raw`, or None: a suggestion, never a match."""
        known = self._spellings[year]
        matches = difflib.get_close_matches(normal_form(raw), known, n=1, cutoff=0.6)
        return known[matches[0]] if matches else None

    def known(self, year: int) -> list[str]:
        """Return the spellings that the layout declares for a year."""
        return list(self._spellings[year].values())


def read_vocabulary(name: str, readings: Iterable[tuple[Reading, Layout]]) -> Vocabulary:
    """Return the values that layouts declare for a list, with the new values of an open list."""
    vocabulary = Vocabulary(name)
    unknown: dict[str, tuple[int, str, str]] = {}
    slugs: set[str] = set()
    having = [pair for pair in readings if name in pair[0].lists]
    for reading, layout in sorted(having, key=lambda pair: pair[0].year):
        declared = layout.lists[name]
        _declare(vocabulary, declared, reading.year)
        slugs |= {value.concept for value in declared.values}
        if declared.open:
            for raw in sorted({getattr(row.cells, name) for row in reading.rows}):
                if normal_form(raw) and vocabulary.concept(raw, reading.year) is None:
                    text = " ".join(raw.split())
                    unknown.setdefault(normal_form(raw), (reading.year, text, layout.language))
    names = name_all(((year, form) for form, (year, _, _) in unknown.items()), slugs)
    for form, (_, text, language) in unknown.items():
        vocabulary.new[names[form]] = NewConcept(names[form], text, language)
    for reading, layout in having:
        if layout.lists[name].open:
            for form, slug in names.items():
                vocabulary._by_year[reading.year].setdefault(form, slug)
    return vocabulary


def _declare(vocabulary: Vocabulary, declared: ListOf, year: int) -> None:
    by_form: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for value in declared.values:
        if value.holds_in(year):
            for spelling in value.spellings:
                by_form[normal_form(spelling)] = value.concept
                spellings[normal_form(spelling)] = spelling
    vocabulary._by_year[year] = by_form
    vocabulary._spellings[year] = spellings
    vocabulary._blank[year] = declared.blank
