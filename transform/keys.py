"""Give each row the key of its initiative, before any decision joins two."""

from collections import defaultdict
from dataclasses import dataclass

from transform.naming import opaque_key
from transform.normal import normal_form
from transform.rows import Reading, Row


@dataclass(frozen=True, slots=True)
class Twins:
    """Rows of one portrait with one body and one name; `same`: every cell of them is equal too."""

    year: int
    rows: tuple[int, ...]
    same: bool


def key_rows(reading: Reading) -> tuple[list[str], list[Twins]]:
    """Give the key of each row, in the order of the file, and the twins among them."""
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(reading.rows):
        pair = (normal_form(row.cells.organisme), normal_form(row.cells.nom))
        together[pair].append(index)
    keys = [""] * len(reading.rows)
    twins = []
    for pair, indexes in together.items():
        if len(indexes) > 1:
            # Content, not place in the file, tells twins apart: shuffled rows keep their URIs.
            indexes.sort(key=lambda index: _content(reading.rows[index]))
            twins.append(_twins(reading, indexes))
        for ordinal, index in enumerate(indexes):
            keys[index] = opaque_key(*pair, *([str(ordinal)] if ordinal else []))
    _refuse_collisions(keys)
    return keys, sorted(twins, key=lambda found: found.rows)


def _content(row: Row) -> tuple[str, ...]:
    cells = row.cells
    told_apart_by = (cells.categorie, cells.portefeuille, cells.benefices, cells.statut)
    return (*map(normal_form, told_apart_by), *cells)


def _twins(reading: Reading, indexes: list[int]) -> Twins:
    rows = [reading.rows[index] for index in indexes]
    same = len({row.cells for row in rows}) == 1
    return Twins(reading.year, tuple(sorted(row.number for row in rows)), same)


def _refuse_collisions(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise AssertionError("two initiatives got one key: 80 bits were not enough")
