"""Locate each finding in a file, and name the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from transform.graphs.mapping import MappingContext, field_of, slot_of, subject
from transform.graphs.prepared import Prepared
from transform.identity.keyed_rows import KeyedRow
from transform.identity.registry import Registry
from transform.layouts.fields import key_of
from transform.layouts.model import LISTS, Layout
from transform.text.characters import UNWRITABLE
from transform.text.dates import two_readings
from transform.text.garbled import probable_original
from transform.text.message import Message, message
from transform.text.printable import shown
from transform.validation.list_advice import (
    concept_of,
    layout_to_edit,
    own_concept_of,
    replaced_value,
    unknown_value,
    unreviewed_own_value,
    unreviewed_value,
)
from transform.validation.remarks import is_of_reading
from transform.validation.shacl import ValidationResult


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with its place in a file, and message and next step in both languages."""

    severity: str
    file: str
    row: int | None
    column: str
    raw: str
    fr: str
    en: str
    next_fr: str
    next_en: str
    focus: str
    path: str
    shape: str
    component: str
    source: str


class CellLocator:
    """An index of rows by the IRI of their inscription, built when a finding first needs it."""

    def __init__(self, work: Prepared) -> None:
        self._work = work
        self.contexts = {context.reading.year: context for context in work.contexts}
        self._rows: dict[str, KeyedRow] | None = None

    def find(self, focus: str) -> KeyedRow | None:
        """Return the row that an inscription was made of, None for any other resource."""
        if self._rows is None:
            self._rows = {
                subject(self._work.base_uri, row.key, year): row
                for year, rows in self._work.rows.items()
                for row in rows
            }
        return self._rows.get(focus)

    @property
    def registry(self) -> Registry:
        """Return the registry of bodies."""
        return self._work.identities.bodies.registry

    @property
    def newest(self) -> MappingContext:
        """Return the context of the newest portrait, whose layout is the one to edit."""
        return self.contexts[max(self.contexts)]

    def file_of(self, focus: str) -> str:
        """Return the name of the file that a portrait was read from, "" for any other resource."""
        for year, context in self.contexts.items():
            if focus == f"{self._work.base_uri}id/portrait/{year}":
                return context.reading.table.path.name
        return ""


def locate(findings: Iterable[ValidationResult], places: CellLocator) -> list[Located]:
    """Return the findings with their places, each once, by severity, file, row and column."""
    located = {_locate(finding, places) for finding in findings}
    order = {"Violation": 0, "Warning": 1, "Info": 2}
    return sorted(
        located,
        key=lambda f: (
            order[f.severity],
            f.file,
            f.row or 0,
            f.column,
            f.focus,
            f.path,
            f.shape,
            f.en,
        ),
    )


def _locate(finding: ValidationResult, places: CellLocator) -> Located:
    row = places.find(finding.focus)
    if row is None:
        # What no row made is found by its file, if it is a portrait, or by its IRI.
        file = places.file_of(finding.focus)
        # The reading tier names a column of a portrait, or a row that is no inscription.
        column = finding.value if finding.shape.endswith("#Lecture-colonne-masquee") else ""
        line = int(finding.value) if finding.shape.endswith("#Lecture-ligne-sans-valeur") else None
        return _located(finding, file, line, column, finding.value, _elsewhere(finding, places), "")
    context, number = places.contexts[row.year], row.row.number
    if is_of_reading(finding.path, context.base_uri):
        return _of_reading(finding, context, row)
    field, column, raw = _cell_of(finding.path, context, row)
    shown_value = raw if field else finding.value
    step = _next_step(context, row, field, shown_value, column)
    source = f"{context.source_url}#{context.reading.table.fragment(number)}"
    file = context.reading.table.path.name
    return _located(finding, file, number, column, shown_value, step, source)


def _cell_of(path: str, context: MappingContext, row: KeyedRow) -> tuple[str, str, str]:
    """Return field, column and cell that the values of a property come from, "" without one."""
    if field := field_of(path, context.base_uri):
        return field, context.reading.column(row.row, field), getattr(row.row.written(), field)
    number = slot_of(path, context)
    if number is None:
        return "", "", ""
    field, _ = context.reading.slots[number]
    return field, context.reading.column(row.row, field), row.row.others[number]


def _of_reading(finding: ValidationResult, context: MappingContext, row: KeyedRow) -> Located:
    """Locate what the reading tier found, in a row or in the cell that its value names."""
    number, cells = row.row.number, row.row.cells
    field, column, raw = _cell_of(finding.value, context, row)
    if field:
        finding = replace(finding, path=finding.value)
    else:
        raw = " | ".join(cell for cell in cells if cell.strip())
    step = _next_step_of_reading(finding.shape, context, number, field, raw)
    source = f"{context.source_url}#{context.reading.table.fragment(number)}"
    return _located(finding, context.reading.table.path.name, number, column, raw, step, source)


def _located(
    finding: ValidationResult,
    file: str,
    row: int | None,
    column: str,
    raw: str,
    step: Message,
    source: str,
) -> Located:
    return Located(
        severity=finding.severity,
        file=file,
        row=row,
        column=column,
        raw=raw,
        fr=finding.fr,
        en=finding.en,
        next_fr=step.text("fr"),
        next_en=step.text("en"),
        focus=finding.focus,
        path=finding.path,
        shape=finding.shape,
        component=finding.component,
        source=source,
    )


def _next_step_of_reading(
    shape: str, context: MappingContext, number: int, field: str, raw: str
) -> Message:
    if shape.endswith("#Lecture-identifiant-repete"):
        return message("validation.repeated_identifier")
    if shape.endswith(_OF_VALUES):
        return _next_step_of_value(shape, context.layout, field, raw)
    if shape.endswith("#Lecture-texte-abime"):
        original = _around_change(raw, probable_original(raw) or "")
        return message("validation.garbled", original=original)
    if shape.endswith("#Lecture-formule-sans-valeur"):
        return message("validation.recalculate")
    if shape.endswith("#Lecture-montree-autrement"):
        code = next(
            remark.text
            for remark in context.reading.remarks
            if (remark.kind, remark.row, remark.field) == ("format", number, field)
        )
        return message("validation.format", code=code)
    return message("validation.show_row", number=number)


_OF_VALUES = (
    "#Lecture-valeur-illisible",
    "#Lecture-valeur-laissee",
    "#Lecture-date-ambigue",
    "#Lecture-cellule-non-decoupee",
)


def _next_step_of_value(shape: str, layout: Layout, field: str, raw: str) -> Message:
    """Return what to do about a cell that does not hold what its field wants."""
    declared, key, to_edit = layout.fields[field], key_of(field), layout_to_edit(layout)
    if shape.endswith("#Lecture-cellule-non-decoupee"):
        order = declared.split.join(declared.languages)
        return message("validation.uncut", order=order, key=key, layout=to_edit)
    if shape.endswith("#Lecture-date-ambigue"):
        days = sorted(moment.text for moment in declared.moments(raw)) or two_readings(raw)
        return message("validation.ambiguous_date", days=days, key=key, layout=to_edit)
    written = message(f"validation.written_{declared.kind.replace('-', '_')}")
    if declared.kind == "date":
        return message("validation.unreadable_date", written=written, key=key, layout=to_edit)
    return message("validation.unreadable", written=written, key=key, layout=to_edit)


def _around_change(raw: str, original: str) -> str:
    """Return the original on one line; of a long one, what stands around the first change."""
    if len(original) <= 2 * _AROUND:
        return shown(original)
    pairs = enumerate(zip(raw, original, strict=False))
    changed = next((at for at, (one, other) in pairs if one != other), 0)
    start, end = max(changed - _AROUND, 0), changed + _AROUND
    before, after = "… " if start else "", " …" if end < len(original) else ""
    return f"{before}{shown(original[start:end])}{after}"


_AROUND = 60  # characters before and after a change that are enough to find it


def _elsewhere(finding: ValidationResult, places: CellLocator) -> Message:
    if finding.shape.endswith("#Lecture-colonne-masquee"):
        return message("validation.show_column", column=finding.value)
    if finding.shape.endswith("#Lecture-ligne-sans-valeur"):
        return message("validation.recalculate")
    if finding.shape.endswith("#Portrait-total"):
        year = int(finding.focus.rpartition("/")[2])
        layout = layout_to_edit(places.contexts[year].layout)
        return message("validation.total", year=year, layout=layout)
    if finding.component == "SPARQLConstraintComponent" and finding.focus.endswith("id/organisme"):
        registry = places.registry
        found = registry.places(finding.value, places.newest.base_uri)
        return message("validation.spelling_of_two", places=found)
    if finding.shape.endswith("#Concept-revise-par-une-personne"):
        context = places.newest
        if named := concept_of(finding.focus, context.base_uri):
            return unreviewed_value(context, *named)
        if named := own_concept_of(finding.focus, context.base_uri):
            return unreviewed_own_value(context, *named)
    if finding.shape.endswith("#Evolution-voisin"):
        context = places.newest
        old, new = finding.focus.rpartition("/")[2], concept_of(finding.value, context.base_uri)
        if new:
            return replaced_value(context, new[0], old, new[1])
    layout = layout_to_edit(places.newest.layout)
    return message("validation.correct_term", iri=finding.focus, layout=layout)


def _next_step(
    context: MappingContext, row: KeyedRow, field: str | None, raw: str, column: str
) -> Message:
    if not field:
        return message("validation.bug")
    if match := UNWRITABLE.search(raw):
        return message("validation.character", code=f"U+{ord(match[0]):04X}")
    if not raw.strip():
        return message("validation.fill_in", column=column, number=row.row.number)
    if field in LISTS and getattr(row.concepts, field) is None:
        return unknown_value(context, field, raw)
    return message("validation.correct_cell")
