"""Print proposals: on the terminal one by one, or as CSV for scripts."""

import io
from collections.abc import Iterable

import click

from transform.linking.proposals import Proposal
from transform.text.csv_injection import SpreadsheetWriter
from transform.text.printable import visible

COLUMNS = (
    *("body", "body_name", "iri", "iri_from"),
    *("name", "description", "types", "score", "match"),
)


def print_proposals(proposals: Iterable[Proposal], base_uri: str) -> None:
    """Print proposals as CSV, each as soon as it arrives."""
    _print_row(COLUMNS)
    for proposal in proposals:
        candidate = proposal.candidate
        score = "" if candidate.score is None else f"{candidate.score:g}"
        _print_row(
            (
                base_uri + proposal.body.path,
                *map(_cell, (proposal.body.name, proposal.iri, proposal.origin)),
                *map(_cell, (candidate.name, candidate.description, " | ".join(candidate.types))),
                score,
                "true" if candidate.match else "false",
            )
        )


def print_proposal(proposal: Proposal, left: int) -> None:
    """Print one proposal: the body, the candidate as the service describes it, and its IRI."""
    body, candidate = proposal.body, proposal.candidate
    click.echo()
    click.echo(f"{proposal.score_text()}; {left} bodies left")
    types = ", ".join(visible(name, 60) for name in candidate.types[:5])
    lines = {
        "body": f"{visible(body.name, 200)} ({body.path})",
        "its site": body.homepage,
        "candidate": visible(candidate.name, 200) or "—",
        "described": visible(candidate.description, 300),
        "types": types,
        "IRI": f"{visible(proposal.iri, 2000)} (from {proposal.origin})",
    }
    for name, text in lines.items():
        if text:
            click.echo(f"  {name:<10} {text}")


def _print_row(cells: Iterable[str]) -> None:
    out = io.StringIO(newline="")
    SpreadsheetWriter(out, lineterminator="\n").writerow(cells)
    click.echo(out.getvalue(), nl=False)


def _cell(text: str) -> str:
    return visible(text, 2000)
