"""Locate each finding in a file, and name the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from transform.graphs.mapping import MappingContext, field_of, slot_of, subject
from transform.graphs.prepared import Prepared
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.fields import Field, key_of
from transform.layouts.model import LISTS
from transform.text.characters import UNWRITABLE
from transform.text.dates import read_date, two_readings
from transform.text.garbled import probable_original
from transform.text.printable import shown
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
        return _located(finding, file, line, column, finding.value, _elsewhere(finding), "")
    context, number = places.contexts[row.year], row.row.number
    if is_of_reading(finding.path, context.base_uri):
        return _of_reading(finding, context, row)
    field, column, raw = _cell_of(finding.path, context, row)
    steps = _next_step(context, row, field, raw if field else finding.value, column)
    source = f"{context.source_url}#row={number}"
    shown_value = raw if field else finding.value
    file = context.reading.table.path.name
    return _located(finding, file, number, column, shown_value, steps, source)


def _cell_of(path: str, context: MappingContext, row: KeyedRow) -> tuple[str, str, str]:
    """Return field, column and cell that the values of a property come from, "" without one."""
    if field := field_of(path, context.base_uri):
        return field, context.reading.column(row.row, field), getattr(row.row.written(), field)
    number = slot_of(path, context)
    if number is None:
        return "", "", ""
    field, _ = context.reading.slots[number]
    return field, context.reading.column(row.row, field), row.row.others[number]


def _of_reading(finding: Finding, context: MappingContext, row: KeyedRow) -> Located:
    """Locate what the reading tier found, in a row or in the cell that its value names."""
    number, cells = row.row.number, row.row.cells
    field, column, raw = _cell_of(finding.value, context, row)
    if field:
        finding = replace(finding, path=finding.value)
    else:
        raw = " | ".join(cell for cell in cells if cell.strip())
    steps = _next_step_of_reading(finding.shape, context, number, field, raw)
    source = f"{context.source_url}#row={number}"
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
    if shape.endswith("#Lecture-identifiant-repete"):
        return (
            "Donner à chacune son identifiant à la source ; d'une année à l'autre, elles vont"
            " ensemble dans l'ordre de leur contenu, à confirmer par une personne.",
            "Give each its own identifier at the source; from one year to another they go"
            " together in the order of their content, for a person to confirm.",
        )
    if shape.endswith(_OF_VALUES):
        where = f"[{key_of(field)}] ({context.layout.source})"
        return _next_step_of_value(shape, context.layout.fields[field], where, raw)
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


_OF_VALUES = (
    "#Lecture-valeur-illisible",
    "#Lecture-valeur-laissee",
    "#Lecture-date-ambigue",
    "#Lecture-cellule-non-decoupee",
)
# What to write in a cell, by what its values are.
_AS_WRITTEN = {
    "date": ("une date ISO 8601, comme 2025-04-30", "a date of ISO 8601, such as 2025-04-30"),
    "iri": ("une adresse http(s) entière", "a whole http(s) address"),
    "number": ("un nombre en chiffres", "a number in digits"),
    "yes-no": ("oui ou non, ou un mot de yes ou de no", "yes or no, or a word of yes or of no"),
}


def _next_step_of_value(shape: str, field: Field, where: str, raw: str) -> tuple[str, str]:
    """Return what to do about a cell that does not hold what its field wants."""
    if shape.endswith("#Lecture-cellule-non-decoupee"):
        order = field.split.join(field.languages)
        return (
            f"Écrire la cellule comme « {order} », ou corriger split et languages sous {where}.",
            f'Write the cell as "{order}", or correct split and languages under {where}.',
        )
    if shape.endswith("#Lecture-date-ambigue"):
        days = sorted(moment.text for moment in read_date(raw, field.dates)) or two_readings(raw)
        return (
            f"C'est {' ou '.join(days)} : n'écrire sous {where} que le motif de la source, comme"
            ' dates = ["D/M/YYYY"].',
            f"It is {' or '.join(days)}: write under {where} only the source's pattern, such as"
            ' dates = ["D/M/YYYY"].',
        )
    french, english = _AS_WRITTEN[field.kind]
    pattern = (
        ("son motif dans dates, ", "its pattern to dates, ") if field.kind == "date" else ("", "")
    )
    return (
        f"Écrire {french}, ou ajouter sous {where} {pattern[0]}la cellule à empty si elle ne dit"
        ' rien, ou unreadable = "leave" pour publier la ligne sans elle.',
        f"Write {english}, or add under {where} {pattern[1]}the cell to empty if it says nothing,"
        ' or unreadable = "leave" to publish the row without it.',
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


def _elsewhere(finding: Finding) -> tuple[str, str]:
    if finding.shape.endswith("#Lecture-colonne-masquee"):
        return (
            f"Afficher la colonne « {finding.value} » dans le tableur, ou l'ôter du fichier.",
            f'Show the column "{finding.value}" in the spreadsheet, or take it out of the file.',
        )
    if finding.shape.endswith("#Lecture-ligne-sans-valeur"):
        return _RECALCULATE
    if finding.shape.endswith("#Portrait-total"):
        return (
            "Vérifier que le fichier est complet, ou corriger [portraits.AAAA] total du gabarit.",
            "Check that the file is whole, or correct [portraits.YYYY] total of the layout.",
        )
    if finding.component == "SPARQLConstraintComponent" and finding.focus.endswith("id/organisme"):
        return (
            "Ôter la graphie de l'un des deux dans le registre des organismes.",
            "Take the spelling out of one of the two in the registry of bodies.",
        )
    if finding.shape.endswith("#Concept-revise-par-une-personne"):
        own = finding.focus.partition("/id/liste/")[2].partition("/")[0]
        key = f"own.{own}.values" if own else "lists.….values"
        return (
            f"Ajouter la valeur à [[{key}]] du gabarit quand une personne l'aura lue.",
            f"Add the value to [[{key}]] of the layout once a person has read it.",
        )
    if finding.shape.endswith("#Evolution-voisin"):
        return (
            f"Dire si <{finding.value}> est la même valeur : une graphie de plus dans le gabarit.",
            f"Say whether <{finding.value}> is the same value: one more spelling in the layout.",
        )
    return (
        f"Corriger <{finding.focus}> dans ontology/ ou dans le gabarit.",
        f"Correct <{finding.focus}> in ontology/ or in the layout.",
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
        return _unknown_value(setting, field, raw)
    return "Corriger la cellule.", "Correct the cell."


def _unknown_value(setting: MappingContext, field: str, raw: str) -> tuple[str, str]:
    vocabulary, year = setting.vocabularies[field], setting.reading.year
    nearest = vocabulary.nearest(raw, year)
    known = " | ".join(vocabulary.known(year)[:12])
    where = f"[[lists.{field}.values]] ({setting.layout.source})"
    if nearest:
        fr, en = f"Voulait-on « {nearest} » ?", f'Was "{nearest}" meant?'
    else:
        fr, en = f"Valeurs connues : {known}.", f"Known: {known}."
    return (
        f"{fr} Corriger la ligne, ou ajouter la graphie dans {where}.",
        f"{en} Correct the row, or add the spelling in {where}.",
    )
