"""Define the result of the check: findings, what may be published, and what may be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from transform.graphs.portraits import Edition
from transform.graphs.prepared import Prepared
from transform.graphs.rows_file import RowsFile
from transform.identity.bodies import Attachment, Body
from transform.identity.keyed_rows import shared_texts
from transform.identity.keys import Twins
from transform.review.candidates import Candidate, Candidates
from transform.review.nearest_bodies import Unreviewed
from transform.review.renamings import Renaming
from transform.validation.locate import Located


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of the check: findings, keys kept back by year, bodies, portfolios, editions.

    `mapped` are the statements of all rows by year, those that are kept back too, and `identities`
    those on which rows are one initiative, as if none were kept back.

    `not_reviewed`: the bodies that the registry does not know, each with the most similar known
    ones.
    `comparisons` are the N-Triples of the comparison of each pair of portraits, `candidates`
    the initiatives that may be one, `renamings` the bodies that may be one under a new name.
    """

    located: list[Located]
    mapped: Mapping[int, RowsFile]
    identities: RowsFile
    rejected: Mapping[int, set[str]]
    bodies: list[Body]
    attached: list[Attachment]
    not_reviewed: list[Unreviewed]
    editions: list[Edition]
    comparisons: list[str]
    candidates: Candidates
    renamings: list[Renaming]
    refused: bool


def open_candidates(checked: Checked) -> list[Candidate]:
    """Return the initiatives that may be one, of all years, in the order of the review."""
    return [candidate for group in checked.candidates.values() for candidate in group]


def count_rows(work: Prepared, checked: Checked) -> list[dict[str, Any]]:
    """Count the rows of each file: rows read = published + rejected + lines listed."""
    files = []
    for context, edition in zip(work.contexts, checked.editions, strict=True):
        reading = context.reading
        twins = [group for group in work.identities.twins if group.year == reading.year]
        layout = context.layout
        whole = layout.fields["organisme"].within
        # A path would differ from machine to machine, and so would the release.
        name = PurePath(layout.source).name
        shared = [] if whole else shared_texts(work.rows[reading.year])
        files.append(
            {
                "year": reading.year,
                "file": reading.table.path.name,
                "fields": list(reading.fields),
                "read": reading.read,
                "published": edition.rows,
                "rejected": len(checked.rejected.get(reading.year, ())),
                "listed": [listed._asdict() for listed in reading.listed],
                "twins": [_twins(group) for group in twins],
                **(
                    {"shared": [{**text._asdict(), "layout": name} for text in shared]}
                    if shared
                    else {}
                ),
            }
        )
    return files


def _twins(group: Twins) -> dict[str, Any]:
    described = {"rows": list(group.rows), "same": group.same}
    return {**described, "identifier": group.identifier} if group.identifier else described
