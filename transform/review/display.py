"""Show candidates on the terminal: both rows side by side, with score and reason."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from transform.text.languages import process_language
from transform.text.message import message
from transform.text.printable import visible

if TYPE_CHECKING:
    from transform.review.candidates import Candidate
    from transform.review.rows import ReviewRow

_HEADINGS = {
    "row": message("review.row_row"),
    "name": message("review.row_name"),
    "body_name": message("review.row_body_name"),
    "filed": message("review.row_filed"),
    "status": message("review.row_status"),
    "benefits": message("review.row_benefits"),
}


def print_candidates(candidates: "Sequence[Candidate]", form: str, base_uri: str) -> None:
    """Print all candidates in the order of their scores, as tables or as CSV."""
    if form == "csv":
        from transform.review.candidates_csv import candidates_csv

        click.echo(candidates_csv(candidates, base_uri, process_language()), nl=False)
        return
    for number, candidate in enumerate(candidates, start=1):
        print_candidate(candidate, None, number=number)
    click.echo(message("review.number", number=len(candidates)))


def print_candidate(candidate: "Candidate", left: int | None, number: int | None = None) -> None:
    """Print one candidate as a table: older row and newer row side by side."""
    from rich.console import Console
    from rich.table import Table

    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    head = f"{number}. " if number else ""
    values = {
        "kind": message(f"review.kind_{candidate.kind}"),
        "score": f"{candidate.score:.1f}",
        "reason": candidate.reason,
    }
    title = message("review.title", **values)
    if left:
        title = message("review.title_left", left=left, **values)
    click.echo(f"{head}{title}")
    table = Table(show_header=True, show_lines=False)
    table.add_column("")
    for entry in (candidate.older, candidate.newer):
        table.add_column(str(entry.year), overflow="fold", ratio=1)
    for name in _HEADINGS:
        one, other = (_cell(entry, name) for entry in (candidate.older, candidate.newer))
        table.add_row(str(_HEADINGS[name]), one, other)
    Console(width=wide, highlight=False, markup=False).print(table)


def _cell(entry: "ReviewRow", name: str) -> str:
    text = str(getattr(entry, name))
    return "\n".join(visible(line, 400) for line in text.splitlines()) or "—"
