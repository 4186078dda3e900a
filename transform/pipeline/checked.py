"""Hold what the shapes said of what was read, and which initiatives may be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transform.graphs.portraits import Edition
from transform.graphs.prepared import Prepared
from transform.graphs.rows_file import RowsFile
from transform.identity.bodies import Attachment, Body
from transform.review.candidates import Candidate, Candidates
from transform.validation.locate import Located


@dataclass(frozen=True, slots=True)
class Checked:
    """What the shapes say: findings, keys kept back by year, bodies, portfolios, editions.

    `mapped` are the statements of all rows by year, those that are kept back too.

    `not_reviewed`: the bodies that the registry does not know, each with whom it is most like.
    `comparisons` are the N-Triples of the comparison of each pair of portraits, `candidates`
    the initiatives that may be one.
    """

    located: list[Located]
    mapped: Mapping[int, RowsFile]
    rejected: Mapping[int, set[str]]
    bodies: list[Body]
    attached: list[Attachment]
    not_reviewed: list[Mapping[str, object]]
    editions: list[Edition]
    comparisons: list[str]
    candidates: Candidates
    refused: bool


def waiting(checked: Checked) -> list[Candidate]:
    """Give the initiatives that may be one, of all years, in the order in which review asks."""
    return [candidate for found in checked.candidates.values() for candidate in found]


def read_of(work: Prepared, checked: Checked) -> list[dict[str, Any]]:
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
