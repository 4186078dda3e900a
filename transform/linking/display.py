"""Print proposals: on the terminal one by one, or as CSV for scripts."""

import io
from collections.abc import Iterable

import click

from transform.linking.proposals import Proposal
from transform.text.csv_injection import SpreadsheetWriter
from transform.text.message import message
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
    click.echo(message("linking.left", score=proposal.score_text(), left=left))
    types = ", ".join(visible(name, 60) for name in candidate.types[:5])
    iri = message("linking.iri_from", iri=visible(proposal.iri, 2000), origin=proposal.origin)
    lines = (
        (message("linking.row_body"), f"{visible(body.name, 200)} ({body.path})"),
        (message("linking.row_site"), body.homepage),
        (message("linking.row_candidate"), visible(candidate.name, 200) or "—"),
        (message("linking.row_described"), visible(candidate.description, 300)),
        (message("linking.row_types"), types),
        (message("linking.row_iri"), iri),
    )
    for name, text in lines:
        if text:
            click.echo(f"  {name!s:<10} {text}")


def _print_row(cells: Iterable[str]) -> None:
    out = io.StringIO(newline="")
    SpreadsheetWriter(out, lineterminator="\n").writerow(cells)
    click.echo(out.getvalue(), nl=False)


def _cell(text: str) -> str:
    return visible(text, 2000)
