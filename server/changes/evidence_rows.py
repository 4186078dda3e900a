"""Lay out the rows that a number counts: a resource and its name share one cell with a link."""

import re
from typing import Any

from server.release.current import Release
from server.release.queries import Row
from server.web.term_cell import Cell, link_name

# For a column of resources, the column of their names.
_NAMES = {
    "organisme": "nom",
    "initiative": "nom",
    "valeur": "nom",
    "avant": "nomAvant",
    "apres": "nomApres",
}
# What a portrait says of an initiative, whose name stands in another column: its year is shown.
_ENTRY = re.compile(r"/id/initiative/[^/]+/([0-9]+)$")
_TOKEN = re.compile(r"[()]|AS \?(\w+)|\?(\w+)")


def lay_out_rows(rows: list[Row], query: str, release: Release) -> dict[str, Any]:
    """Return the names of the columns, in the order of the query, and the cells of each row."""
    names = _columns(query)
    resources = {name for name in names if any(_is_iri(row, name) for row in rows)}
    merged = {_NAMES[name] for name in resources & _NAMES.keys()}
    shown = [name for name in names if name not in merged]
    return {
        "columns": shown,
        "rows": [[_cell(row, name, release) for name in shown] for row in rows],
    }


def _columns(query: str) -> list[str]:
    """Parse the variables that one of our own queries selects."""
    selected = query[query.index("\nSELECT ") : query.index("\nWHERE")]
    names, depth = [], 0
    for token in _TOKEN.finditer(selected):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        # A variable stands alone, or behind AS in brackets.
        if name := (token[1] if depth == 1 else token[2] if depth == 0 else None):
            names.append(name)
    return names


def _is_iri(row: Row, name: str) -> bool:
    return name in row and row[name]["type"] == "uri"


def _cell(row: Row, name: str, release: Release) -> Cell | None:
    if name not in row:
        return None
    value = row[name]["value"]
    if not _is_iri(row, name):
        return Cell(value, row[name].get("xml:lang"))
    label = row.get(_NAMES.get(name, ""))
    entry = _ENTRY.search(value)
    end = entry[1] if entry else "/".join(value.rsplit("/", 2)[1:])
    text = label["value"] if label else end
    return link_name(value, text, label.get("xml:lang") if label else None, release)
