"""Define the input of the check: everything that was read and decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from transform.decisions.initiatives import Decisions
from transform.fetch.origin import Origin
from transform.graphs.framework import Framework
from transform.graphs.mapping import MappingContext
from transform.identity.bodies import Attachment, Body
from transform.identity.concepts import Vocabulary
from transform.identity.keyed_rows import KeyedRow
from transform.identity.links import Settled
from transform.identity.rule import Identities
from transform.layouts.model import Languages, languages_of

# The keys of the rows that are kept back, by year.
Rejected = Mapping[int, set[str]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that was read and decided, before any shape is applied.

    `rows` are by year, in the order of the file; `origins` tell by year where fetched files came
    from; `framework` is that of the newest portrait's layout.
    """

    base_uri: str
    contexts: list[MappingContext]
    rows: Mapping[int, list[KeyedRow]]
    vocabularies: Mapping[str, Vocabulary]
    identities: Identities
    vocabulary: list[str]
    decisions: Decisions
    links: Settled
    origins: Mapping[int, Origin]
    framework: Framework | None

    @property
    def languages(self) -> Languages:
        """Return the languages of the register."""
        return languages_of(context.layout for context in self.contexts)

    def published(self, year: int, rejected: Rejected) -> list[KeyedRow]:
        """Return the rows of a portrait that are published, in the order of the file."""
        kept_back = rejected.get(year, set())
        return [row for row in self.rows[year] if row.key not in kept_back]


def published_bodies(work: Prepared, rejected: Rejected) -> tuple[list[Body], list[Attachment]]:
    """Return the bodies that published rows name, by slug, and their portfolios by year."""
    bodies: dict[str, Body] = {}
    attached: set[Attachment] = set()
    for year in work.rows:
        for row in work.published(year, rejected):
            if row.body:
                bodies[row.body.slug] = row.body
                if row.concepts.portefeuille:
                    attached.add(Attachment(row.body.slug, row.concepts.portefeuille, year))
    return [body for _, body in sorted(bodies.items())], sorted(attached)
