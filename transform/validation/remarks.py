"""Write what files say beside the text of their cells, as statements for the shapes alone."""

from collections.abc import Iterator

from transform.graphs.field_values import property_of
from transform.graphs.mapping import MAPPING, MappingContext, subject
from transform.graphs.prepared import Prepared
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.model import FIELDS
from transform.rdf.namespaces import property_iri
from transform.rdf.ntriples import literal
from transform.tables.texts import Slot
from transform.text.garbled import probable_original

# Where two properties come from one cell, the one that keeps it as it was written.
_PROPERTIES = {entry.field: entry.property for entry in MAPPING if entry.field}
_OF_CELLS = {
    "formula": "formuleSansValeur",
    "format": "montreeAutrement",
    "uncut": "celluleNonDecoupee",
}


def remark_texts(work: Prepared) -> Iterator[str]:
    """Yield N-Triples about inscriptions and portraits, with predicates of `shapes/reading.ttl`."""
    for context in work.contexts:
        rows = work.rows[context.reading.year]
        yield from _of_reading(context, {row.row.number: row for row in rows})
        yield from _of_texts(context, rows)
        yield from _of_values(context, rows)
    yield from _of_identifiers(work)


def _of_identifiers(work: Prepared) -> Iterator[str]:
    """Yield which rows of one portrait have an identifier that others of it have."""
    repeated = {
        (t.year, number) for t in work.identities.twins if t.identifier for number in t.rows
    }
    for year in {year for year, _ in repeated}:
        for row in work.rows[year]:
            if (year, row.row.number) in repeated:
                about = subject(work.base_uri, row.key, year)
                property_ = _property(work.base_uri, "identifiant")
                yield _statement(work.base_uri, about, "identifiantRepete", property_)


def is_of_reading(path: str, base_uri: str) -> bool:
    """Check whether a path is a predicate of `shapes/reading.ttl`."""
    return path.startswith(f"{base_uri}shapes#")


def _of_reading(context: MappingContext, rows: dict[int, KeyedRow]) -> Iterator[str]:
    """Yield what a workbook says of rows, columns and cells."""
    base_uri, year = context.base_uri, context.reading.year
    portrait = f"{base_uri}id/portrait/{year}"
    for kind, number, field, text in context.reading.remarks:
        row = rows.get(number) if number else None
        if number is None:
            yield _statement(base_uri, portrait, "colonneMasquee", literal(text))
        elif row is None:
            yield _statement(base_uri, portrait, "ligneSansValeur", literal(str(number)))
        elif kind == "hidden":
            about = subject(base_uri, row.key, year)
            yield _statement(base_uri, about, "ligneMasquee", literal(str(number)))
        else:
            about = subject(base_uri, row.key, year)
            yield _statement(base_uri, about, _OF_CELLS[kind], _property(base_uri, field))


def _of_texts(context: MappingContext, rows: list[KeyedRow]) -> Iterator[str]:
    """Yield which cells seem to have been garbled before they came."""
    base_uri = context.base_uri
    for row in rows:
        cells = zip(FIELDS, row.row.cells, strict=True)
        others = zip((slot.field for slot in context.reading.slots), row.row.others, strict=True)
        for field, text in (*cells, *others):
            if probable_original(text) is not None:
                about = subject(base_uri, row.key, row.year)
                yield _statement(base_uri, about, "texteAbime", _property(base_uri, field))


def _of_values(context: MappingContext, rows: list[KeyedRow]) -> Iterator[str]:
    """Yield which texts beside the six cells cannot be read as what their field wants."""
    base_uri, values = context.base_uri, context.values()
    leaves = {
        property_of(slot, base_uri)
        for slot in context.reading.slots
        if context.layout.fields[slot.field].leave
    }
    for row in rows if context.reading.slots else ():
        for value in values.read(row.row):
            if value.term is None:
                left = "valeurLaissee" if value.property in leaves else "valeurIllisible"
                predicate = "dateAmbigue" if value.ambiguous else left
                about = subject(base_uri, row.key, row.year)
                yield _statement(base_uri, about, predicate, f"<{value.property}>")


def _statement(base_uri: str, about: str, predicate: str, value: str) -> str:
    return f"<{about}> <{base_uri}shapes#{predicate}> {value} .\n"


def _property(base_uri: str, field: str) -> str:
    """Return the property of a field, or of a column that is named as `field@language`."""
    field = field.partition("@")[0]
    if field in _PROPERTIES:
        return f"<{property_iri(_PROPERTIES[field], base_uri)}>"
    return f"<{property_of(Slot(field, ''), base_uri)}>"
