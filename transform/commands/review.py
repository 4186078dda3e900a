"""Define the command that shows which initiatives may be one, and records the decisions."""

import sys
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
from transform.commands.options import DECISIONS, RELEASES_FOLDER, option
from transform.commands.translated import command
from transform.decisions.judgement import judge
from transform.decisions.sssom import DECISIONS_FILE
from transform.review import display
from transform.text.message import message

if TYPE_CHECKING:
    from transform.review.candidates import Candidate
    from transform.review.session import Review

# Each option's help is written once here; the README's table is checked against it.
LIST = option("--list", "listed", is_flag=True, help=message("commands.option_review_list"))
FORMAT = option(
    "--format",
    "form",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help=message("commands.option_review_format"),
)
ACCEPT = pairs_option(
    "accept",
    "N|IRI=IRI",
    message("commands.option_accept_candidate"),
)
REFUSE = pairs_option("refuse", "N|IRI=IRI", message("commands.option_refuse_candidate"))


@command(message("commands.help_review"))
@RELEASES_FOLDER
@DECISIONS
@LIST
@FORMAT
@ACCEPT
@REFUSE
@add_judgement_options
def review(releases_folder: Path, decisions_file: Path | None, **options: Any) -> None:
    """Show initiatives that may be one, side by side, and record what a person decides."""
    from transform.review.session import open_review

    file = file_to_write(DECISIONS_FILE, releases_folder, decisions_file)
    opened = open_review(find_release(releases_folder), file)
    lines = message("commands.lines_none", file=file)
    if opened.raw:
        number = len(opened.built_with.rulings)
        lines = message("commands.lines_built", file=file, number=number)
    click.echo(lines, err=True)
    if opened.lost:
        click.echo(message("commands.lines_lost", number=opened.lost), err=True)
    if options["accepted"] or options["refused"]:
        _record(opened, options)
    elif options["listed"] or not sys.stdin.isatty():
        display.print_candidates(opened.candidates, options["form"], opened.base_uri)
    else:
        _ask(opened, options)


def _record(opened: "Review", options: dict[str, Any]) -> None:
    from transform.review.session import decision_line, find, write

    judgement = judge("review", options)
    pairs = [(find(opened, name), True) for name in options["accepted"]]
    pairs += [(find(opened, name), False) for name in options["refused"]]
    write(opened, [decision_line(candidate, accepted, judgement) for candidate, accepted in pairs])
    click.echo(message("commands.decisions_written", number=len(pairs), file=opened.file))


def _ask(opened: "Review", options: dict[str, Any]) -> None:
    """Show each candidate and ask; each answer is written at once."""
    from transform.review.session import decision_line, write

    judgement = judge("review", {**options, "author": ask_author(options)})
    skipped: set[frozenset[str]] = set()
    while candidate := _next(opened, skipped):
        display.print_candidate(candidate, len(opened.candidates) - len(skipped))
        answer = ask_key()
        if answer == "q":
            return
        if answer == "s":
            skipped.add(candidate.pair)
        else:
            opened = write(opened, [decision_line(candidate, answer == "a", judgement)])
    click.echo(message("commands.nothing_more"))


def _next(opened: "Review", skipped: set[frozenset[str]]) -> "Candidate | None":
    left = (candidate for candidate in opened.candidates if candidate.pair not in skipped)
    return next(left, None)
