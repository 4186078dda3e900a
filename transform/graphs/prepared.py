"""Hold what was read and decided, before anything is held against a shape."""

from collections.abc import Mapping
from dataclasses import dataclass

from transform.decisions.initiatives import Decisions
from transform.fetch.origin import Origin
from transform.graphs.mapping import KeyedRow, MappingContext
from transform.identity.bodies import Attachment, Body
from transform.identity.concepts import Vocabulary
from transform.identity.links import Settled
from transform.identity.rule import Identities


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that was read and decided, before anything is held against a shape.

    `origins`: where the files came from that were fetched, by year.
    """

    base_uri: str
    settings: list[MappingContext]
    vocabularies: Mapping[str, Vocabulary]
    identities: Identities
    vocabulary: list[str]
    decisions: Decisions
    links: Settled
    origins: Mapping[int, Origin]

    def places(self, setting: MappingContext) -> list[KeyedRow]:
        """Give the rows of a portrait with their keys, in the order of the file."""
        keys = self.identities.keys[setting.reading.year]
        return [KeyedRow(row, key) for row, key in zip(setting.reading.rows, keys, strict=True)]


def published(
    work: Prepared, setting: MappingContext, rejected: Mapping[int, set[str]]
) -> list[KeyedRow]:
    """Give the rows of a portrait that are published, in the order of the file."""
    kept_back = rejected.get(setting.reading.year, set())
    return [place for place in work.places(setting) if place.key not in kept_back]


def published_bodies(
    work: Prepared, rejected: Mapping[int, set[str]]
) -> tuple[list[Body], list[Attachment]]:
    """Give the bodies that published rows name, by slug, and their portfolios by year."""
    bodies: dict[str, Body] = {}
    attached: set[Attachment] = set()
    for setting in work.settings:
        year, portfolios = setting.reading.year, work.vocabularies["portefeuille"]
        for place in published(work, setting, rejected):
            if body := work.identities.body(place.row.cells.organisme):
                bodies[body.slug] = body
                if slug := portfolios.concept(place.row.cells.portefeuille, year):
                    attached.add(Attachment(body.slug, slug, year))
    return [body for _, body in sorted(bodies.items())], sorted(attached)
