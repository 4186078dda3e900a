"""Read what entries say beside their six cells, and what they say in other languages."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transform.graphs.mapping import MappingContext
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.fields import MORE_FIELDS, OWN
from transform.release.names import TaggedText
from transform.tables.texts import Slot

_BETWEEN = "\n"  # the values of a field that has many
_SEARCHED = ("benefices", "description")


class Translation(NamedTuple):
    """What an entry says of a field in another language than the first of its portrait."""

    field: str
    language: str
    text: str


class EntryTexts:
    """A reader of the texts of entries, in all languages of their portraits."""

    def __init__(self, contexts: Iterable[MappingContext]) -> None:
        self._contexts = {context.reading.year: context for context in contexts}
        self._readers = {year: context.values() for year, context in self._contexts.items()}

    def language(self, row: KeyedRow) -> str:
        """Return the first language of the portrait of an entry, which its cells are in."""
        return self._contexts[row.year].layout.language

    def own_values(self, row: KeyedRow) -> Iterator[tuple[Slot, str]]:
        """Yield the values of the fields of the register's own."""
        for slot, value in self._values(row):
            if slot.field.startswith(OWN):
                yield slot, value

    def more_fields(self, row: KeyedRow) -> dict[str, str]:
        """Return the values of the fields beside the six, in the first language."""
        own = self.language(row)
        return {
            slot.field: text
            for slot, text in self._joined(row).items()
            if slot.field in MORE_FIELDS and slot.language == own
        }

    def translations(self, row: KeyedRow) -> Iterator[Translation]:
        """Yield what an entry says in other languages, but for fields of the register's own."""
        own = self.language(row)
        for slot, text in self._joined(row).items():
            if slot.language != own:
                yield Translation(slot.field, slot.language, text)

    def names(self, row: KeyedRow) -> Iterator[TaggedText]:
        """Yield what an entry is called, its name in the first language before the others."""
        yield TaggedText(row.row.cells.nom.strip(), self.language(row))
        for other in self.translations(row):
            if other.field == "nom":
                yield TaggedText(other.text, other.language)

    def said(self, row: KeyedRow) -> Iterator[TaggedText]:
        """Yield what an entry says that a search finds: benefits and description."""
        if row.row.cells.benefices.strip():
            yield TaggedText(row.row.cells.benefices, self.language(row))
        for slot, text in self._joined(row).items():
            if slot.field in _SEARCHED:
                yield TaggedText(text, slot.language)

    def _joined(self, row: KeyedRow) -> dict[Slot, str]:
        """Return the values of each field but the register's own, as one text."""
        texts: dict[Slot, list[str]] = {}
        for slot, value in self._values(row):
            if not slot.field.startswith(OWN):
                texts.setdefault(slot, []).append(value)
        return {slot: _BETWEEN.join(listed) for slot, listed in texts.items()}

    def _values(self, row: KeyedRow) -> Iterable[tuple[Slot, str]]:
        return self._readers[row.year].read_plain(row.row) if row.row.others else ()
