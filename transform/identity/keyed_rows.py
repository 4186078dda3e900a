"""Join each row with its key, body and concepts: the one record that later steps use.

Statements, review rows, counts and reports are each made from it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from transform.identity.bodies import Body
from transform.identity.concepts import Vocabulary
from transform.identity.rule import Identities
from transform.layouts.model import LISTS
from transform.tables.rows import Reading, Row


class Concepts(NamedTuple):
    """The slugs of the concepts that a row's cells mean, None where no list knows the cell."""

    categorie: str | None
    statut: str | None
    portefeuille: str | None


class KeyedRow(NamedTuple):
    """A row of a portrait, the key of its initiative, its body and its concepts.

    `own_key` is its key by the rule, before people decided. `body` is None where the cell is blank.
    """

    year: int
    row: Row
    key: str
    own_key: str
    body: Body | None
    concepts: Concepts

    def is_whole(self, lists: Iterable[str]) -> bool:
        """Return whether body and concepts of some lists are known; a shape refuses other rows."""
        return self.body is not None and all(getattr(self.concepts, name) for name in lists)


class SharedText(NamedTuple):
    """A text that stands in several portfolios of one portrait, where it may name several bodies.

    `rows` are their numbers in the file.
    """

    text: str
    portfolios: int
    rows: tuple[int, ...]


def shared_texts(rows: Iterable[KeyedRow]) -> list[SharedText]:
    """Return the texts of a portrait that stand in several portfolios, by their first row.

    A body that the registry knows is one, as a person has said.
    """
    places: dict[str, dict[str | None, list[KeyedRow]]] = {}
    for row in rows:
        if row.body and not row.body.reviewed:
            of_body = places.setdefault(row.body.slug, {})
            of_body.setdefault(row.concepts.portefeuille, []).append(row)
    shared = []
    for of_body in places.values():
        of_body.pop(None, None)
        if len(of_body) > 1:
            numbers = sorted(row.row.number for rows in of_body.values() for row in rows)
            label = next(row.body.label for rows in of_body.values() for row in rows if row.body)
            shared.append(SharedText(label, len(of_body), tuple(numbers)))
    return shared


def key_readings(
    readings: Iterable[Reading], identities: Identities, vocabularies: Mapping[str, Vocabulary]
) -> dict[int, list[KeyedRow]]:
    """Return the rows of each year in the order of their file."""
    return {reading.year: _key_reading(reading, identities, vocabularies) for reading in readings}


def _key_reading(
    reading: Reading, identities: Identities, vocabularies: Mapping[str, Vocabulary]
) -> list[KeyedRow]:
    year = reading.year
    keys = identities.keys[year]
    own_keys = identities.own.get(year, keys)
    keyed = []
    for row, key, own_key in zip(reading.rows, keys, own_keys, strict=True):
        slugs = {name: vocabularies[name].concept(getattr(row.cells, name), year) for name in LISTS}
        body = identities.body_of(row, year)
        keyed.append(KeyedRow(year, row, key, own_key, body, Concepts(**slugs)))
    return keyed
