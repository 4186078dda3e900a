"""Read the texts of a row that are not simply a cell: joined, split, or beside the six cells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from transform.layouts.model import FIELDS, Layout
from transform.tables.columns import Header
from transform.text.normal_form import normal_form


class Slot(NamedTuple):
    """A text that rows have beside their six cells: its field and its language."""

    field: str
    language: str


class RowTexts(NamedTuple):
    """What a record says otherwise than by one cell a field.

    `replaced` are the texts of the six fields that are no whole cell, `whole` the cells that such
    a text is a part of, `others` the texts of the slots, in their order, `uncut` the fields whose
    cell does not hold one text for each language, `identifier` what identifies the row, else "".
    """

    replaced: Mapping[str, str]
    whole: Mapping[str, str]
    others: tuple[str, ...]
    uncut: tuple[str, ...]
    identifier: str


class TextReader:
    """A reader of the records of one file, by its header and layout."""

    def __init__(self, header: Header, layout: Layout) -> None:
        self._columns, self._joined, self._own = header.columns, header.joined, layout.language
        self._fields = {
            name: field
            for name, field in layout.fields.items()
            if name not in FIELDS or name in header.joined or field.split or field.translations
        }
        self.slots = tuple(self._slots())

    def _slots(self) -> Iterator[Slot]:
        for name, field in self._fields.items():
            if name not in FIELDS:
                yield Slot(name, self._own)
            for language in field.other_languages(self._own):
                yield Slot(name, language)

    def reads_more(self) -> bool:
        """Return whether rows have any text that is no cell of the six fields."""
        return bool(self._fields)

    def read(self, record: Sequence[str]) -> RowTexts:
        """Return the texts of a record."""
        replaced: dict[str, str] = {}
        whole: dict[str, str] = {}
        uncut: list[str] = []
        identifier = ""
        texts: dict[Slot, str] = {}
        for name, field in self._fields.items():
            cell = text = self._cell(name, record)
            if field.part:
                text = ([*text.split(field.split), *[""] * field.part])[field.part - 1].strip()
            elif field.languages:
                parts = field.parts(cell)
                if parts is None and normal_form(cell):
                    uncut.append(name)
                text = (parts or {}).get(self._own, text)
                texts |= {Slot(name, tag): part for tag, part in (parts or {}).items()}
            for tag in field.translations:
                texts[Slot(name, tag)] = self._cell(f"{name}@{tag}", record)
            texts[Slot(name, self._own)] = text
            if field.identity:
                identifier = "".join(field.values(text))
            if name in FIELDS:
                replaced[name] = text
                if text != cell:
                    whole[name] = cell
        others = tuple(texts.get(slot, "") for slot in self.slots)
        return RowTexts(replaced, whole, others, tuple(uncut), identifier)

    def _cell(self, name: str, record: Sequence[str]) -> str:
        """Return the cell of a field, the first that is not blank, or its joined cells."""
        cells = [record[at] for at in self._columns[name]]
        filled = [cell for cell in cells if normal_form(cell)]
        if name in self._joined:
            return self._fields[name].joiner.join(filled)
        return filled[0] if filled else (cells or [""])[0]
