"""Compute for each row the key of its initiative, before any decision joins two."""

from collections import defaultdict
from collections.abc import Callable, Iterable
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

    `former` are the keys that the rows have by each of the former anchors. Where the source
    identifies rows, the first of them are those that they have by the anchor of today, as if it
    did not.
    """

    keys: list[str]
    former: list[list[str]]
    twins: list[Twins]


Anchoring = Callable[[Row], Anchor]


def key_rows(reading: Reading, anchor: Anchoring, former: Iterable[Anchoring] = ()) -> Keyed:
    """Return the keys of a portrait's rows by the anchor of a row's body, and by former ones."""
    together = _together(reading, anchor)
    keys = _keys(reading, together)
    # An earlier release may have looked at no identifier.
    identified = any(row.identifier for row in reading.rows)
    former_keys = [
        _keys(reading, _together(reading, each, by_identifier=False))
        for each in ((anchor, *former) if identified else former)
    ]
    twins = [_twins(reading, *group) for group in together.items() if len(group[1]) > 1]
    return Keyed(keys, former_keys, sorted(twins, key=lambda group: group.rows))


# No normal form has a capital, so no text equals this anchor.
_BY_IDENTIFIER = "Identifiant"


def _together(
    reading: Reading, anchor: Anchoring, *, by_identifier: bool = True
) -> dict[tuple[str, str], list[int]]:
    """Group rows, by index, that share anchor and name, in an order independent of the file.

    Rows that the source identifies are grouped by that, whatever they are called.
    """
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    ranks = []
    for index, row in enumerate(reading.rows):
        text, rank = anchor(row)
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
