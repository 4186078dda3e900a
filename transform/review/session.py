"""Review a release: which pairs wait for a person, and what the decisions file states by now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transform.decisions.append import add_lines
from transform.decisions.initiatives import (
    Decisions,
    Ruling,
    Thing,
    parse_decisions,
)
from transform.decisions.judgement import Judgement
from transform.decisions.sssom import DECISIONS_FILE
from transform.errors import MisusedCommand
from transform.identity.continuity import Continuity, join
from transform.release.manifest import base_uri_of, read_manifest
from transform.release.reading import read_released
from transform.review.candidates import (
    MERGED,
    SPLIT,
    Candidate,
    decided_pairs,
    find_candidates,
    follow,
)
from transform.review.rows import ReviewRow, review_rows
from transform.text.message import message


@dataclass(frozen=True, slots=True)
class Review:
    """A release, the decisions file as it is now, and the candidates that are left.

    `lost` counts the lines that the release was built with and the file no longer has.
    """

    base_uri: str
    file: Path
    raw: bytes
    built_with: Decisions
    replaced: dict[Thing, Thing]
    rows: Mapping[int, Sequence[ReviewRow]]
    candidates: list[Candidate]
    lost: int


def open_review(release: Path, file: Path) -> Review:
    """Read a release and a decisions file, which need not exist yet."""
    base_uri = base_uri_of(read_manifest(release))
    copy = release / DECISIONS_FILE.copy
    built_with = parse_decisions(copy, copy.read_bytes() if copy.is_file() else b"", base_uri)
    raw = file.read_bytes() if file.is_file() else b""
    released = read_released(release)
    entries = released.entries.items()
    rows = {
        year: review_rows(year_entries, released.names) for year, year_entries in sorted(entries)
    }
    review = Review(base_uri, file, raw, built_with, released.replaced, rows, [], 0)
    return _with_lines_of(review, raw)


def write(review: Review, lines: Sequence[Mapping[str, str]]) -> Review:
    """Add lines to the file; raises DecisionRefused, writing nothing, where a build would."""
    return add_lines(DECISIONS_FILE, review.file, lines, lambda raw: _with_lines_of(review, raw))


def decision_line(candidate: Candidate, accepted: bool, judgement: Judgement) -> dict[str, str]:
    """Return the line that accepts or refuses a candidate, by SSSOM column."""
    kinds = {SPLIT: "narrowMatch", MERGED: "broadMatch"}
    older, newer = candidate.older, candidate.newer
    predicate = kinds.get(candidate.kind, "exactMatch")
    kind, score = candidate.kind, f"{candidate.score:.1f}"
    evidence = message("review.evidence", kind=kind, score=score).text("en")  # it is published
    return {
        "subject_id": str(Thing(older.key, None)),
        "subject_label": f"{older.name} ({older.body_name}, {older.year})",
        "predicate_id": f"skos:{predicate}",
        "object_id": str(Thing(newer.key, None)),
        "object_label": f"{newer.name} ({newer.body_name}, {newer.year})",
        **judgement.as_line(accepted, evidence),
    }


def find(review: Review, text: str) -> Candidate:
    """Return the candidate that `3` or `IRI=IRI` names; IRIs may be relative, in either order."""
    if text.isascii() and text.isdigit():
        if not 1 <= int(text) <= len(review.candidates):
            number = len(review.candidates)
            raise MisusedCommand(message("review.no_number", text=text, number=number))
        return review.candidates[int(text) - 1]
    keys = re.findall(r"id/initiative/([a-z2-7]{16})", text)
    pair = frozenset(review.replaced.get(Thing(key, None), Thing(key, None)).key for key in keys)
    for candidate in review.candidates:
        if len(keys) == 2 and candidate.pair == pair:
            return candidate
    raise MisusedCommand(message("review.no_candidate", text=text))


def _with_lines_of(review: Review, raw: bytes) -> Review:
    """Return the review after the lines of a file that the release was built without."""
    now = parse_decisions(review.file, raw, review.base_uri)
    built, present = (
        {ruling._replace(line=0) for ruling in file.rulings} for file in (review.built_with, now)
    )
    # Lines that joined are in the keys of the release; lines that refused still keep two apart.
    waiting = [
        _with_current_keys(ruling, review.replaced)
        for ruling in now.rulings
        if ruling._replace(line=0) not in built or not ruling.says_same()
    ]
    entries, settled = _join_rows(review, waiting)
    before = Continuity(
        replaced=review.replaced,
        judged=[(r, r.subject, r.object) for r in now.rulings],
    )
    decided = decided_pairs(settled) | {
        frozenset(settled.now(Thing(key, None)).key for key in pair)
        for pair in decided_pairs(before)
    }
    candidates = [
        candidate
        for older, newer in follow(entries)
        for candidate in find_candidates(entries[older], entries[newer], decided)
    ]
    return replace(review, raw=raw, candidates=candidates, lost=len(built - present))


def _join_rows(
    review: Review, waiting: Sequence[Ruling]
) -> tuple[dict[int, list[ReviewRow]], Continuity]:
    rows = review.rows
    own = {year: [entry.key for entry in entries] for year, entries in rows.items()}
    numbers = {year: [entry.row for entry in entries] for year, entries in rows.items()}
    settled = join(own, waiting, {}, numbers, review.file.name)
    entries = {
        year: [
            entry._replace(key=key)
            for entry, key in zip(rows[year], settled.keys[year], strict=True)
        ]
        for year in rows
    }
    return entries, settled


def _with_current_keys(ruling: Ruling, replaced: Mapping[Thing, Thing]) -> Ruling:
    return ruling._replace(
        subject=replaced.get(ruling.subject, ruling.subject),
        object=replaced.get(ruling.object, ruling.object),
    )
