"""Name the cells of the source files that the values of entries were read from."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from server.things.context import Context
from server.things.side_by_side import Line
from server.things.statements import Statements
from server.web.links import link_to_iri
from server.web.term_cell import Cell


class SourceCell(NamedTuple):
    """A cell of a file: its year, its place in words, and the link."""

    year: int
    text: str
    href: str
    external: bool


class FieldOrigin(NamedTuple):
    """A field, and the cells that its values were read from, by year and column."""

    name: Cell
    cells: list[SourceCell]


def find_origins(
    entries: Mapping[int, str], lines: Sequence[Line], known: Statements, context: Context
) -> list[FieldOrigin]:
    """Return where the values of each line were read from.

    `entries` are by year; each line has a side for each of them. Releases of before did not name
    the columns of their files.
    """
    portraits = {each["year"]: each for each in context.release.manifest["portraits"]}
    origins = []
    for line in lines:
        cells: list[SourceCell] = []
        for (year, entry), side in zip(entries.items(), line.sides, strict=True):
            row = known.value(entry, "prov:hadPrimarySource")
            if row is not None and (side.values or side.written is not None):
                columns = portraits[year].get("columns", ())
                stating = [one for one in columns if line.property in one["properties"]]
                cells += [_cell(year, row, column, context) for column in stating]
        if cells:
            origins.append(FieldOrigin(line.name, cells))
    return origins


def _cell(year: int, row: str, column: Mapping[str, Any], context: Context) -> SourceCell:
    """Return a cell by its row, as an IRI, and its column.

    A cell of a CSV has a fragment of its own (RFC 7111, section 2.3), as has a member of a JSON
    object (RFC 6901).
    """
    address, _, fragment = row.partition("#")
    number, name = column["number"], column["name"]
    if fragment.startswith("row="):
        at = fragment.removeprefix("row=")
        fragment = f"cell={at},{number}"
        text = context.t("things.source_cell", row=at, column=number, name=name)
    else:
        if fragment.startswith("/"):
            fragment += "/" + quote(name.replace("~", "~0").replace("/", "~1"))
        text = context.t("things.source_member", place=fragment, name=name)
    link = link_to_iri(f"{address}#{fragment}", context.release.base_uri)
    return SourceCell(year, text, link.href if link else "", link.external if link else False)
