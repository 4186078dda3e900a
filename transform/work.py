"""Hold what was read and decided, and what the shapes said of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from transform.bodies import Attachment, Body
from transform.decisions import Decisions
from transform.identity import Identities
from transform.linking.settling import Settled
from transform.lists import Vocabulary
from transform.locate import Located
from transform.mapping import Place, Setting, subject
from transform.origin import Origin
from transform.packed import SOURCES
from transform.portrait import Edition
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, RDFS
from transform.rdf.ntriples import in_order, literal
from transform.suggestions import Candidate, Candidates

# Called with what is being done, how much is done and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that was read and decided, before anything is held against a shape.

    `origins`: where the files came from that were fetched, by year.
    """

    base_uri: str
    settings: list[Setting]
    vocabularies: Mapping[str, Vocabulary]
    identities: Identities
    vocabulary: list[str]
    decisions: Decisions
    links: Settled
    origins: Mapping[int, Origin]

    def places(self, setting: Setting) -> list[Place]:
        """Give the rows of a portrait with their keys, in the order of the file."""
        keys = self.identities.keys[setting.reading.year]
        return [Place(row, key) for row, key in zip(setting.reading.rows, keys, strict=True)]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the shapes say: findings, keys kept back by year, bodies, portfolios, editions.

    `not_reviewed`: the bodies that the registry does not know, each with whom it is most like.
    `comparisons` are the N-Triples of the comparison of each pair of portraits, `candidates`
    the initiatives that may be one.
    """

    located: list[Located]
    rejected: Mapping[int, set[str]]
    bodies: list[Body]
    attached: list[Attachment]
    not_reviewed: list[Mapping[str, object]]
    editions: list[Edition]
    comparisons: list[str]
    candidates: Candidates
    refused: bool


def source_path(year: int, name: str) -> str:
    """Give the path, below the base URI and in the release, of the file that was read."""
    return f"{SOURCES}{year}/{name}"


def published(work: Work, setting: Setting, rejected: Mapping[int, set[str]]) -> list[Place]:
    """Give the rows of a portrait that are published, in the order of the file."""
    kept_back = rejected.get(setting.reading.year, set())
    return [place for place in work.places(setting) if place.key not in kept_back]


def published_bodies(
    work: Work, rejected: Mapping[int, set[str]]
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


def initiatives(work: Work, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Give the N-Triples of each initiative, one string an initiative, in the order of keys."""
    years: dict[str, list[tuple[Setting, str]]] = {}
    for setting in work.settings:
        for place in published(work, setting, rejected):
            if name := place.row.cells.nom.strip():
                years.setdefault(place.key, []).append((setting, name))
    for key in sorted(years):
        newest, name = years[key][-1]
        about = f"<{work.base_uri}id/initiative/{key}>"
        lines = [(about, f"<{RDF_TYPE}>", f"<{work.base_uri}def#Initiative>")]
        lines.append((about, f"<{RDFS}label>", literal(name, newest.layout.language)))
        for setting, _ in years[key]:
            inscription = subject(work.base_uri, key, setting.reading.year)
            lines.append((about, f"<{DCTERMS}hasVersion>", f"<{inscription}>"))
        yield "".join(in_order(lines))


def waiting(checked: Checked) -> list[Candidate]:
    """Give the initiatives that may be one, of all years, in the order in which review asks."""
    return [candidate for found in checked.candidates.values() for candidate in found]


def read_of(work: Work, checked: Checked) -> list[dict[str, Any]]:
    """Say of each file what was read: rows read = published + rejected + lines listed."""
    files = []
    for setting, edition in zip(work.settings, checked.editions, strict=True):
        reading = setting.reading
        twins = [found for found in work.identities.twins if found.year == reading.year]
        files.append(
            {
                "year": reading.year,
                "file": reading.table.path.name,
                "read": reading.read,
                "published": edition.rows,
                "rejected": len(checked.rejected.get(reading.year, ())),
                "listed": [listed._asdict() for listed in reading.listed],
                "twins": [{"rows": list(found.rows), "same": found.same} for found in twins],
            }
        )
    return files
