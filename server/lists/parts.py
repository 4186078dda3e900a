"""Put the parts of a value behind their whole, which counts them too."""

from collections.abc import Mapping, Sequence

from server.lists.database import Tables

PARTED = "portefeuille"  # the things of which some are parts of others


def read_parts(tables: Tables, things: str | None) -> Mapping[str, str]:
    """Return the whole of each value that is a part, by key; few have one."""
    if things != PARTED:
        return {}
    rows = tables.rows("SELECT portefeuille, ensemble FROM portefeuilles WHERE ensemble NOT NULL")
    return {row["portefeuille"]: row["ensemble"] for row in rows}


def group_parts(keys: Sequence[str], parts: Mapping[str, str]) -> list[str]:
    """Return keys in their order, each part right behind its whole where that is among them."""
    there = set(keys)
    grouped: list[str] = []
    for key in keys:
        if parts.get(key) not in there:
            grouped += [key, *(part for part in keys if parts.get(part) == key)]
    return grouped
