"""Define the command that proposes links for bodies without one, and records the decisions."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transform.commands.decision_files import file_to_write, find_release
from transform.commands.judgement_options import (
    add_judgement_options,
    ask_author,
    ask_key,
    pairs_option,
)
from transform.commands.options import (
    LINKS,
    RELEASES_FOLDER,
    RETRIES,
    language_option,
    option,
    seconds_option,
)
from transform.commands.terminal import print_note
from transform.decisions.judgement import judge
from transform.decisions.sssom import LINKS_FILE
from transform.errors import MisusedCommand
from transform.text.urls import url_problem

if TYPE_CHECKING:
    from transform.linking.proposals import Proposal
    from transform.linking.session import LinkSession

# Each option's help is written once here; the README's table is checked against it.
SERVICE = option(
    "--service",
    metavar="URL",
    help="Reconciliation service to ask (version 0.2). With --accept or --refuse: what had"
    " proposed the link; it is not asked.",
)
TYPE = option(
    "--type", "kind", default="", metavar="ID", help="Only candidates of this type, such as Q43229."
)
LIMIT = option(
    "--limit",
    type=click.IntRange(1, 20),
    default=3,
    show_default=True,
    metavar="N",
    help="Most candidates for a body.",
)
LANGUAGE = language_option("Language of the names that are asked, and of what is answered.")
SECONDS = seconds_option(60, "Longest time for one answer, with all its tries.")
LIST = option(
    "--list", "listed", is_flag=True, help="List what the service proposes as CSV and ask nothing."
)
ACCEPT = pairs_option(
    "accept", "BODY=IRI", "Write that the IRI describes the body, which is named by slug or IRI."
)
REFUSE = pairs_option(
    "refuse",
    "BODY=IRI",
    "Write that the IRI describes something else; it is not proposed again.",
)


@click.command()
@RELEASES_FOLDER
@SERVICE
@TYPE
@LIMIT
@LANGUAGE
@LINKS
@LIST
@ACCEPT
@REFUSE
@add_judgement_options
@SECONDS
@RETRIES
def link(releases_folder: Path, links_file: Path | None, **options: Any) -> None:
    """Propose links to Wikidata or another source, and record what you decide.

    Asks a Reconciliation API service for the bodies that have no link (schema:sameAs), and you for
    each candidate; --list, --accept and --refuse ask you nothing. Nothing is linked that nobody
    accepted. What you decide goes to the file of links, and counts from the next build.

    \b
    portrait-ia link releases --service https://wikidata.reconci.link/fr/api --type Q43229
    portrait-ia link releases --accept hema-quebec=http://www.wikidata.org/entity/Q… \\
        --author "Ada Tremblay" --because "same site"
    """
    from transform.linking.session import open_session

    file = file_to_write(LINKS_FILE, releases_folder, links_file)
    session = open_session(find_release(releases_folder), file, options["language"])
    if options["accepted"] or options["refused"]:
        _record(session, options)
        return
    if not options["service"]:
        raise MisusedCommand("link: no service. Say which to ask with --service URL.")
    if options["listed"] or not sys.stdin.isatty():
        _list(session, options)
    else:
        _ask(session, options)


def _record(session: "LinkSession", options: dict[str, Any]) -> None:
    from transform.linking.proposals import proposal_from_text

    judgement = judge("link", options)
    if not judgement.comment.strip():
        raise MisusedCommand("link: no reason. Say why with --because.")
    pairs = [(name, True) for name in options["accepted"]]
    pairs += [(name, False) for name in options["refused"]]
    service = options["service"] or ""
    if service and (why := url_problem(service)):
        raise MisusedCommand(f"--service: {why}. It would be published with the link.")
    lines = [proposal_from_text(session, name, service).line(yes, judgement) for name, yes in pairs]
    written = session.write(lines)
    for note in written.settled.notes:
        click.echo(note, err=True)
    click.echo(f"{len(lines)} links written to {session.file}; they count from the next build.")


def _list(session: "LinkSession", options: dict[str, Any]) -> None:
    from transform.linking.display import print_proposals

    proposals = (proposal for of_body in _proposals(session, options) for proposal in of_body)
    print_proposals(proposals, session.known.base_uri)


def _ask(session: "LinkSession", options: dict[str, Any]) -> None:
    """Show each candidate and ask; each answer is written at once."""
    from transform.linking.display import print_proposal

    judgement = judge("link", {**options, "author": ask_author(options)})
    left, reasons = len(session.unlinked()), dict[str, str]()
    for of_body in _proposals(session, options):
        for proposal in of_body:
            if session.other_body(proposal.body, proposal.iri):
                continue  # Another body was linked to it since the service was asked.
            print_proposal(proposal, left)
            answer = ask_key()
            if answer == "q":
                return
            if answer != "s":
                why = _ask_reason(answer, options["comment"].strip(), reasons)
                session = session.write(
                    [proposal.line(answer == "a", judgement._replace(comment=why))]
                )
            if answer == "a":
                break
        left -= 1
    click.echo("Nothing more to decide.")


def _ask_reason(answer: str, comment: str, reasons: dict[str, str]) -> str:
    """Ask why, where no option says it; the last reason of the same answer is the default."""
    while not (why := comment or str(click.prompt("Why", default=reasons.get(answer))).strip()):
        click.echo("Nothing is written without a reason.")
    reasons[answer] = why
    return why


def _proposals(session: "LinkSession", options: dict[str, Any]) -> "Iterator[list[Proposal]]":
    from transform.fetch.http_client import LARGEST_JSON, Bounds
    from transform.linking.proposals import propose
    from transform.linking.service import CandidateQuery, open_service

    bounds = Bounds(LARGEST_JSON, options["seconds"], options["retries"])
    service = open_service(options["service"], options["language"], bounds, print_note)
    print_note(f"{service.name} ({service.url}): {len(session.unlinked())} bodies without a link")
    return propose(session, service, CandidateQuery(options["limit"], options["kind"]))
