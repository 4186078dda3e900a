"""Show candidates on the terminal or as CSV: both rows side by side, with score and reason."""

import csv
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from transform.terminal import visible

if TYPE_CHECKING:
    from transform.likeness import Entry
    from transform.suggestions import Candidate

_TOLD = ("row", "name", "body_name", "filed", "status", "benefits")
COLUMNS = (
    *("number", "kind", "score", "reason"),
    *(f"{side}_{name}" for side in ("older", "newer") for name in ("iri", "year", *_TOLD)),
)
_SAID = {
    "row": "row",
    "name": "name",
    "body_name": "body",
    "filed": "category",
    "status": "status",
    "benefits": "benefits",
}


def say_all(candidates: "Sequence[Candidate]", form: str, base_uri: str) -> None:
    """Write all candidates in the order of their scores, as tables or as CSV."""
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, candidate in enumerate(candidates, start=1):
            writer.writerow(csv_row(number, candidate, base_uri))
        return
    for number, candidate in enumerate(candidates, start=1):
        say(candidate, None, number=number)
    click.echo(f"{len(candidates)} candidates")


def csv_row(number: int, candidate: "Candidate", base_uri: str) -> list[str]:
    """Give the cells of a candidate in the order of COLUMNS."""
    told = [str(number), candidate.kind, f"{candidate.score:.1f}", candidate.reason]
    for entry in (candidate.older, candidate.newer):
        told += [f"{base_uri}id/initiative/{entry.key}", str(entry.year)]
        told += [str(getattr(entry, name)) for name in _TOLD]
    return told


def say(candidate: "Candidate", left: int | None, number: int | None = None) -> None:
    """Draw one candidate: older row, newer row, and a mark where they differ."""
    from rich.console import Console
    from rich.table import Table

    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    head = f"{number}. " if number else ""
    rest = f"; {left} left" if left else ""
    title = f"{head}{candidate.kind}, {candidate.score:.1f} of 100: {candidate.reason}{rest}"
    click.echo(title)
    table = Table(show_header=True, show_lines=False)
    table.add_column("")
    for entry in (candidate.older, candidate.newer):
        table.add_column(str(entry.year), overflow="fold", ratio=1)
    for name in _TOLD:
        one, other = (_cell(entry, name) for entry in (candidate.older, candidate.newer))
        table.add_row(_SAID[name], one, other)
    Console(width=wide, highlight=False, markup=False).print(table)


def _cell(entry: "Entry", name: str) -> str:
    text = str(getattr(entry, name))
    return "\n".join(visible(line, 400) for line in text.splitlines()) or "—"
