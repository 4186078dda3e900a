"""Say what a publication would change: a new release beside the one in place."""

import csv
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from transform.errors import Said, UnreadableRelease
from transform.release.manifest import Manifest, read_manifest
from transform.release.table_changes import ReleaseChanges, RowChanges, compare_tables, count_things
from transform.text.message import message

_REPORT = "report/validation.json"
_PAIRS = "report/candidats.csv"
# What the report of a release lists for a person to decide on.
_LISTED = ("not_reviewed", "renamings")


class Portrait(NamedTuple):
    """How many rows of a year are published, None where a release has no such portrait.

    `rows` says which of them change, None where that is not known.
    """

    year: int
    before: int | None
    after: int | None
    rows: RowChanges | None


class Summary(NamedTuple):
    """What a release says of itself: findings by severity, and what waits for a person.

    That are `pairs` of initiatives that may be one, `bodies` not reviewed, and `renamings` of
    bodies that may have been renamed; None where its report cannot be read.
    """

    shapes: Mapping[str, int]
    pairs: int | None
    bodies: int | None
    renamings: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the publication of a release would change; `in_place` is that of now, None without.

    `things` counts those of the release by kind; `words` are those of the register by language, as
    its manifest has them. `changes` is None in the first release, and where `problem` says why they
    are not known.
    """

    release: Path
    in_place: Path | None
    portraits: Sequence[Portrait]
    summary: Summary
    summary_before: Summary | None
    things: Mapping[str, int]
    words: Mapping[str, Mapping[str, Any]]
    changes: ReleaseChanges | None = None
    problem: Said | None = None


def preview_release(release: Path, in_place: Path | None) -> Preview:
    """Compare a release that was built with the one in place.

    Raises UnreadableRelease where the new one is damaged.
    """
    manifest = read_manifest(release)
    summary, now, things = (
        _summarise(release, manifest),
        _published(manifest),
        count_things(release),
    )
    words = manifest.get("words", {})
    if in_place is None:
        portraits = [Portrait(year, None, number, None) for year, number in sorted(now.items())]
        return Preview(release, None, portraits, summary, None, things, words)
    before: dict[int, int] = {}
    summary_before = changes = problem = None
    try:
        old = read_manifest(in_place)
        before, summary_before = _published(old), _summarise(in_place, old)
        changes = compare_tables(in_place, release)
    except UnreadableRelease as fault:
        problem = getattr(fault, "problem", fault.args[0])
    except sqlite3.Error:
        problem = message("release.other_tables")
    portraits = [
        Portrait(
            year,
            before.get(year),
            now.get(year),
            changes.rows.get(year, RowChanges()) if changes else None,
        )
        for year in sorted({*before, *now})
    ]
    summaries = summary, summary_before
    return Preview(release, in_place, portraits, *summaries, things, words, changes, problem)


def _published(manifest: Manifest) -> dict[int, int]:
    return {portrait["year"]: portrait["published"] for portrait in manifest["portraits"]}


def _summarise(release: Path, manifest: Manifest) -> Summary:
    shapes = manifest.get("shapes", {})
    try:
        with (release / _PAIRS).open(encoding="utf-8", newline="") as lines:
            pairs = sum(1 for _ in csv.reader(lines)) - 1
        report = json.loads((release / _REPORT).read_bytes())
        return Summary(shapes, pairs, *(len(report.get(name, ())) for name in _LISTED))
    except (OSError, ValueError):
        return Summary(shapes, None, None, None)
