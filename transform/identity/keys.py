"""Compute for each row the key of its initiative, before any decision joins two."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from transform.tables.rows import Reading, Row
from transform.text.normal_form import normal_form
from transform.text.slugs import opaque_key


class Anchor(NamedTuple):
    """What the key of a row rests on besides its name; `rank` orders the spellings of a body."""

    text: str
    rank: int


@dataclass(frozen=True, slots=True)
class Twins:
    """Rows of one portrait with one body and one name, or with one `identifier` of the source.

    `same`: every cell of them is equal too.
    """

    year: int
    rows: tuple[int, ...]
    same: bool
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Keyed:
    """The keys of a portrait's rows in the order of the file, and the twins among them.

    `former` are the keys that the rows have, or had, where no registry knows their body and no
    identifier is looked at.
    """

    keys: list[str]
    former: list[str]
    twins: list[Twins]


def anchor_as_written(raw: str) -> Anchor:
    """Return the anchor of a body that no registry knows: its normal form."""
    return Anchor(normal_form(raw), 0)


def key_rows(reading: Reading, anchor: Callable[[str], Anchor] = anchor_as_written) -> Keyed:
    """Return the keys of a portrait's rows; `anchor` maps the cell of a body to its anchor."""
    together = _together(reading, anchor)
    keys = _keys(reading, together)
    former = keys
    if anchor is not anchor_as_written or any(row.identifier for row in reading.rows):
        former = _keys(reading, _together(reading, anchor_as_written, by_identifier=False))
    twins = [_twins(reading, *group) for group in together.items() if len(group[1]) > 1]
    return Keyed(keys, former, sorted(twins, key=lambda group: group.rows))


# No normal form has a capital, so no text equals this anchor.
_BY_IDENTIFIER = "Identifiant"


def _together(
    reading: Reading, anchor: Callable[[str], Anchor], *, by_identifier: bool = True
) -> dict[tuple[str, str], list[int]]:
    """Group rows, by index, that share anchor and name, in an order independent of the file.

    Rows that the source identifies are grouped by that, whatever they are called.
    """
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    ranks = []
    for index, row in enumerate(reading.rows):
        text, rank = anchor(row.cells.organisme)
        ranks.append(rank)
        if by_identifier and row.identifier:
            together[_BY_IDENTIFIER, row.identifier].append(index)
        else:
            together[text, normal_form(row.cells.nom)].append(index)
    for indexes in together.values():
        if len(indexes) > 1:
            # A spelling that is registered later sorts last, and moves no other row.
            # Content, not place in the file, tells twins apart: shuffled rows keep their URIs.
            indexes.sort(key=lambda index: (ranks[index], _content(reading.rows[index])))
    return together


def _keys(reading: Reading, together: dict[tuple[str, str], list[int]]) -> list[str]:
    keys = [""] * len(reading.rows)
    for pair, indexes in together.items():
        for ordinal, index in enumerate(indexes):
            keys[index] = opaque_key(*pair, *([str(ordinal)] if ordinal else []))
    if len(set(keys)) != len(keys):
        raise AssertionError("two initiatives got one key: 80 bits were not enough")
    return keys


def _content(row: Row) -> tuple[str, ...]:
    cells = row.cells
    identifying = (cells.categorie, cells.portefeuille, cells.benefices, cells.statut)
    return (*map(normal_form, identifying), *cells, *row.others)


def _twins(reading: Reading, pair: tuple[str, str], indexes: list[int]) -> Twins:
    rows = [reading.rows[index] for index in indexes]
    same = len({(row.cells, row.others) for row in rows}) == 1
    identifier = pair[1] if pair[0] == _BY_IDENTIFIER else ""
    return Twins(reading.year, tuple(sorted(row.number for row in rows)), same, identifier)
