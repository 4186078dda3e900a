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
    option,
    seconds_option,
)
from transform.commands.terminal import print_note
from transform.commands.translated import command
from transform.decisions.judgement import judge
from transform.decisions.sssom import LINKS_FILE
from transform.errors import MisusedCommand
from transform.text.languages import language_for
from transform.text.message import message
from transform.text.urls import url_problem

if TYPE_CHECKING:
    from transform.linking.proposals import Proposal
    from transform.linking.session import LinkSession

# Each option's help is written once here; the README's table is checked against it.
SERVICE = option(
    "--service",
    metavar="URL",
    help=message("commands.option_service"),
)
TYPE = option("--type", "kind", default="", metavar="ID", help=message("commands.option_type"))
LIMIT = option(
    "--limit",
    type=click.IntRange(1, 20),
    default=3,
    show_default=True,
    metavar="N",
    help=message("commands.option_limit"),
)
SECONDS = seconds_option(60, message("commands.option_link_seconds"))
LIST = option("--list", "listed", is_flag=True, help=message("commands.option_link_list"))
ACCEPT = pairs_option("accept", "BODY=IRI", message("commands.option_accept_link"))
REFUSE = pairs_option(
    "refuse",
    "BODY=IRI",
    message("commands.option_refuse_link"),
)


@command(message("commands.help_link"))
@RELEASES_FOLDER
@SERVICE
@TYPE
@LIMIT
@LINKS
@LIST
@ACCEPT
@REFUSE
@add_judgement_options
@SECONDS
@RETRIES
def link(releases_folder: Path, links_file: Path | None, **options: Any) -> None:
    """Propose links to Wikidata or another source, and record what a person decides."""
    from transform.linking.session import open_session
    from transform.release.manifest import languages_in, read_manifest

    file = file_to_write(LINKS_FILE, releases_folder, links_file)
    release = find_release(releases_folder)
    options["language"] = language_for(languages_in(read_manifest(release)))
    session = open_session(release, file, options["language"])
    if options["accepted"] or options["refused"]:
        _record(session, options)
        return
    if not options["service"]:
        raise MisusedCommand(message("commands.link_no_service"))
    if options["listed"] or not sys.stdin.isatty():
        _list(session, options)
    else:
        _ask(session, options)


def _record(session: "LinkSession", options: dict[str, Any]) -> None:
    from transform.linking.proposals import proposal_from_text

    judgement = judge("link", options)
    if not judgement.comment.strip():
        raise MisusedCommand(message("commands.link_no_reason"))
    pairs = [(name, True) for name in options["accepted"]]
    pairs += [(name, False) for name in options["refused"]]
    service = options["service"] or ""
    if service and (why := url_problem(service)):
        raise MisusedCommand(message("commands.service_url", problem=why))
    lines = [proposal_from_text(session, name, service).line(yes, judgement) for name, yes in pairs]
    written = session.write(lines)
    for note in written.settled.notes:
        click.echo(note, err=True)
    click.echo(message("commands.links_written", number=len(lines), file=session.file))


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
    click.echo(message("commands.nothing_more"))


def _ask_reason(answer: str, comment: str, reasons: dict[str, str]) -> str:
    """Ask why, where no option says it; the last reason of the same answer is the default."""
    prompt = str(message("commands.ask_reason"))
    while not (why := comment or str(click.prompt(prompt, default=reasons.get(answer))).strip()):
        click.echo(message("commands.no_reason"))
    reasons[answer] = why
    return why


def _proposals(session: "LinkSession", options: dict[str, Any]) -> "Iterator[list[Proposal]]":
    from transform.fetch.http_client import LARGEST_JSON, Bounds
    from transform.linking.proposals import propose
    from transform.linking.service import CandidateQuery, open_service

    bounds = Bounds(LARGEST_JSON, options["seconds"], options["retries"])
    service = open_service(options["service"], options["language"], bounds, print_note)
    number = len(session.unlinked())
    print_note(
        message("commands.service_asked", service=service.name, url=service.url, number=number)
    )
    return propose(session, service, CandidateQuery(options["limit"], options["kind"]))
