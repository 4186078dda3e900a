"""Locate each finding in a file, and name the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from transform.graphs.mapping import MappingContext, field_of, subject
from transform.graphs.prepared import Prepared
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.model import LISTS
from transform.text.characters import UNWRITABLE
from transform.text.garbled import probable_original
from transform.text.printable import shown
from transform.validation.list_advice import (
    concept_of,
    layout_to_edit,
    replaced_value,
    unknown_value,
    unreviewed_value,
)
from transform.validation.remarks import is_of_reading
from transform.validation.shacl import Finding


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
        self.contexts = {context.reading.year: context for context in work.settings}
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
    def newest(self) -> MappingContext:
        """Return the context of the newest portrait, whose layout is the one to edit."""
        return self.contexts[max(self.contexts)]

    def file_of(self, focus: str) -> str:
        """Return the name of the file that a portrait was read from, "" for any other resource."""
        for year, context in self.contexts.items():
            if focus == f"{self._work.base_uri}id/portrait/{year}":
                return context.reading.table.path.name
        return ""


def locate(findings: Iterable[Finding], places: CellLocator) -> list[Located]:
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


def _locate(finding: Finding, places: CellLocator) -> Located:
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
    field = field_of(finding.path, context.base_uri)
    column = context.reading.column(row.row, field) if field else ""
    raw = getattr(row.row.cells, field) if field else finding.value
    steps = _next_step(context, row, field, raw, column)
    source = f"{context.source_url}#{context.reading.table.fragment(number)}"
    return _located(finding, context.reading.table.path.name, number, column, raw, steps, source)


def _of_reading(finding: Finding, context: MappingContext, row: KeyedRow) -> Located:
    """Locate what the reading tier found, in a row or in the cell that its value names."""
    number, cells = row.row.number, row.row.cells
    field = field_of(finding.value, context.base_uri)
    column, raw = "", " | ".join(cell for cell in cells if cell.strip())
    if field:
        column, raw = context.reading.column(row.row, field), getattr(cells, field)
        finding = replace(finding, path=finding.value)
    steps = _next_step_of_reading(finding.shape, context, number, field or "", raw)
    source = f"{context.source_url}#{context.reading.table.fragment(number)}"
    return _located(finding, context.reading.table.path.name, number, column, raw, steps, source)


def _located(
    finding: Finding,
    file: str,
    row: int | None,
    column: str,
    raw: str,
    steps: tuple[str, str],
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
        next_fr=steps[0],
        next_en=steps[1],
        focus=finding.focus,
        path=finding.path,
        shape=finding.shape,
        component=finding.component,
        source=source,
    )


def _next_step_of_reading(
    shape: str, context: MappingContext, number: int, field: str, raw: str
) -> tuple[str, str]:
    if shape.endswith("#Lecture-texte-abime"):
        original = _around_change(raw, probable_original(raw) or "")
        return (
            f"C'était sans doute « {original} » : corriger la cellule à la source.",
            f'It probably was "{original}": correct the cell at its source.',
        )
    if shape.endswith("#Lecture-formule-sans-valeur"):
        return _RECALCULATE
    if shape.endswith("#Lecture-montree-autrement"):
        code = next(
            remark.text
            for remark in context.reading.remarks
            if (remark.kind, remark.row, remark.field) == ("format", number, field)
        )
        return (
            f"Si le format {code} doit se lire, écrire la cellule comme texte dans le tableur.",
            f"If the format {code} should be read, write the cell as text in the spreadsheet.",
        )
    return (
        f"Afficher la ligne {number} dans le tableur, ou l'ôter du fichier.",
        f"Show row {number} in the spreadsheet, or take it out of the file.",
    )


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
_RECALCULATE = (
    "Ouvrir le classeur dans un tableur et l'enregistrer : les valeurs y seront.",
    "Open the workbook in a spreadsheet and save it: the values will be there.",
)


def _elsewhere(finding: Finding, places: CellLocator) -> tuple[str, str]:
    if finding.shape.endswith("#Lecture-colonne-masquee"):
        return (
            f"Afficher la colonne « {finding.value} » dans le tableur, ou l'ôter du fichier.",
            f'Show the column "{finding.value}" in the spreadsheet, or take it out of the file.',
        )
    if finding.shape.endswith("#Lecture-ligne-sans-valeur"):
        return _RECALCULATE
    if finding.shape.endswith("#Portrait-total"):
        year = int(finding.focus.rpartition("/")[2])
        fr, en = layout_to_edit(places.contexts[year].layout)
        key = f"[portraits.{year}]"
        return (
            f"Vérifier que le fichier est complet, ou corriger total sous {key} dans {fr}.",
            f"Check that the file is whole, or correct total under {key} of {en}.",
        )
    if finding.component == "SPARQLConstraintComponent" and finding.focus.endswith("id/organisme"):
        return (
            "Ôter la graphie de l'un des deux dans le registre des organismes.",
            "Take the spelling out of one of the two in the registry of bodies.",
        )
    if finding.shape.endswith("#Concept-revise-par-une-personne"):
        context = places.newest
        if named := concept_of(finding.focus, context.base_uri):
            return unreviewed_value(context, *named)
    if finding.shape.endswith("#Evolution-voisin"):
        context = places.newest
        old, new = finding.focus.rpartition("/")[2], concept_of(finding.value, context.base_uri)
        if new:
            return replaced_value(context, new[0], old, new[1])
    fr, en = layout_to_edit(places.newest.layout)
    return (
        f"Corriger <{finding.focus}> dans ontology/, ou dans {fr}.",
        f"Correct <{finding.focus}> in ontology/, or in {en}.",
    )


def _next_step(
    setting: MappingContext, row: KeyedRow, field: str | None, raw: str, column: str
) -> tuple[str, str]:
    if not field:
        return "Signaler ce défaut du logiciel.", "Report this as a bug of the software."
    if match := UNWRITABLE.search(raw):
        code = f"U+{ord(match[0]):04X}"
        return (
            f"Ôter le caractère {code} de la cellule.",
            f"Take the character {code} out of the cell.",
        )
    if not raw.strip():
        number = row.row.number
        return f"Remplir « {column} » à la ligne {number}.", f'Fill in "{column}" in row {number}.'
    if field in LISTS and getattr(row.concepts, field) is None:
        return unknown_value(setting, field, raw)
    return "Corriger la cellule.", "Correct the cell."
