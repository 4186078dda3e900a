"""Find the parent that a body stands under in a row, where one text names several bodies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from transform.identity.concepts import Vocabulary
from transform.identity.registry import Registry
from transform.layouts.model import Layout
from transform.tables.rows import Reading, Row
from transform.text.normal_form import normal_form

# The field that says where a body stands in a layout that says of none that bodies are within it.
_PORTFOLIO = "portefeuille"
_KEY = "Parent:"


class Parent(NamedTuple):
    """The parent of a body in a row: the text of the cell, and what tells it from other parents.

    `key` is "" where the layout does not say that bodies are within it: it then tells apart only
    those bodies whose parent the registry names.
    """

    text: str
    key: str = ""

    @property
    def slug(self) -> str:
        """Return the slug of the parent in its list, "" where bodies are not within it."""
        return self.key.removeprefix(_KEY)


@dataclass(frozen=True, slots=True)
class ParentColumn:
    """The field of a portrait that names the parents of its bodies.

    `within`: the layout says so; one text under two of them is then two bodies.
    """

    field: str
    within: bool
    vocabulary: Vocabulary
    year: int

    def parent(self, row: Row) -> Parent | None:
        """Return the parent of a row's body, None for a blank cell and for the parent itself."""
        stated = self._stated(row)
        return None if stated and self._is_itself(row, stated) else stated

    def itself(self, row: Row) -> Parent | None:
        """Return the parent that a row's body is itself, None for any other body."""
        stated = self._stated(row)
        return stated if stated and self._is_itself(row, stated) else None

    def _stated(self, row: Row) -> Parent | None:
        cell = getattr(row.cells, self.field)
        form = normal_form(cell)
        if not form:
            return None
        if not self.within:
            return Parent(cell)
        # No slug and no normal form has a capital, so no text of a body begins like the key.
        return Parent(cell, f"{_KEY}{self.vocabulary.concept(cell, self.year) or form}")

    def _is_itself(self, row: Row, stated: Parent) -> bool:
        body = row.cells.organisme
        if normal_form(body) == normal_form(stated.text):
            return True
        concept = self.vocabulary.concept(body, self.year) if self.within else None
        return bool(concept) and concept == stated.slug


# By year.
Parents = Mapping[int, ParentColumn]


def read_parents(
    pairs: Iterable[tuple[Reading, Layout]],
    vocabularies: Mapping[str, Vocabulary],
    registry: Registry,
) -> Parents:
    """Return the fields that name the parents of bodies, of the portraits where parents count."""
    parents = {}
    for reading, layout in pairs:
        within = layout.fields["organisme"].within
        if within or registry.parents:
            field = within or _PORTFOLIO
            column = ParentColumn(field, bool(within), vocabularies[field], reading.year)
            parents[reading.year] = column
    return parents
