"""Show proposals: on the terminal one by one, or as CSV for scripts."""

import csv
import io
from collections.abc import Iterable

import click

from transform.linking.proposals import Proposal
from transform.text.csv_injection import harmless
from transform.text.printable import visible

COLUMNS = (
    *("body", "body_name", "iri", "iri_from"),
    *("name", "description", "types", "score", "match"),
)


def print_proposals(proposals: Iterable[Proposal], base_uri: str) -> None:
    """Write proposals as CSV, each as soon as it is there."""
    _say_row(COLUMNS)
    for proposal in proposals:
        answered = proposal.answered
        score = "" if answered.score is None else f"{answered.score:g}"
        _say_row(
            (
                base_uri + proposal.body.path,
                *map(_cell, (proposal.body.name, proposal.iri, proposal.origin)),
                *map(_cell, (answered.name, answered.description, " | ".join(answered.types))),
                score,
                "true" if answered.match else "false",
            )
        )


def print_proposal(proposal: Proposal, left: int) -> None:
    """Show one proposal: the body, what the service says of the candidate, and its IRI."""
    body, answered = proposal.body, proposal.answered
    click.echo()
    click.echo(f"{proposal.found()}; {left} bodies left")
    types = ", ".join(visible(name, 60) for name in answered.types[:5])
    lines = {
        "body": f"{visible(body.name, 200)} ({body.path})",
        "its site": body.homepage,
        "candidate": visible(answered.name, 200) or "—",
        "described": visible(answered.description, 300),
        "types": types,
        "IRI": f"{visible(proposal.iri, 2000)} (from {proposal.origin})",
    }
    for name, text in lines.items():
        if text:
            click.echo(f"  {name:<10} {text}")


def _say_row(cells: Iterable[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    click.echo(out.getvalue(), nl=False)


def _cell(text: str) -> str:
    return harmless(visible(text, 2000))
