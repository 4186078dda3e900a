"""Define the command that checks a running site."""

import sys
from typing import TYPE_CHECKING

import click

from transform.commands.options import option, seconds_option
from transform.commands.translated import argument, command
from transform.errors import MisusedCommand
from transform.text.languages import process_language
from transform.text.message import message
from transform.text.printable import shown

if TYPE_CHECKING:
    from server.conformance.report import Report

FORMAT = option(
    "--format",
    "form",
    type=click.Choice(["table", "html", "earl", "json"]),
    default="table",
    show_default=True,
    envvar="PORTRAIT_IA_DOCTOR_FORMAT",
    help=message("commands.option_doctor_format"),
)
SKIP = option(
    "--skip",
    "skipped",
    multiple=True,
    metavar="NAME",
    envvar="PORTRAIT_IA_DOCTOR_SKIP",
    help=message("commands.option_doctor_skip"),
)
SECONDS = seconds_option(30, message("commands.option_doctor_seconds"))


@command(message("commands.help_doctor"))
@argument("address", metavar="URL")
@FORMAT
@SKIP
@SECONDS
def doctor(address: str, form: str, skipped: tuple[str, ...], seconds: float) -> None:
    """Check a running site from outside and say what is wrong; exit 1 where something is."""
    from datetime import UTC, datetime

    from server.conformance.checks import CHECKS, NAMES
    from server.conformance.client import HttpClient
    from server.conformance.report import Report, lines, summary
    from server.conformance.run import run
    from server.conformance.site import discover
    from transform.commands.terminal import print_note, progress

    for name in skipped:
        if name not in NAMES:
            raise MisusedCommand(message("conformance.unknown_check", name=name, known=NAMES))
    client = HttpClient(address, seconds, print_note)
    with progress() as step:
        label = str(message("conformance.downloading"))
        site = discover(client, lambda _, done, total: step(label, done, total))
        results = []
        for result in run(CHECKS, site, skipped, lambda _: None):
            results.append(result)
            if form == "table":
                for line in lines(result, process_language()):
                    click.echo(line)
    now = datetime.now(UTC)
    report = Report(client.address, site.base_uri, site.release, now, tuple(results))
    if form == "table":
        click.echo(shown(str(summary(report))))
    else:
        _write(report, form)
    sys.exit(1 if report.failed else 0)


def _write(report: "Report", form: str) -> None:
    from server.conformance.earl import write_earl
    from server.conformance.report import write_json, write_page

    language = process_language()
    if form == "earl":
        body = write_earl(report)
    elif form == "html":
        body = write_page(report, language).encode("utf-8", "replace")
    else:
        body = write_json(report, language)
    sys.stdout.buffer.write(body)
