"""The command `portrait-ia`: builds, checks and serves releases."""

import sys

import click

from server.commands import COMMANDS as SERVER_COMMANDS
from transform import __version__
from transform.commands.build import build
from transform.commands.check import check
from transform.commands.diff import diff
from transform.commands.fetch import fetch
from transform.commands.layout import layout
from transform.commands.link import link
from transform.commands.releases import releases
from transform.commands.review import review
from transform.commands.rollback import rollback
from transform.errors import PortraitError
from transform.text.printable import shown


class _OneLineErrors(click.Group):
    """Prints an expected fault as one line, and exits with its code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PortraitError as error:
            for line in error.lines():
                click.echo(shown(f"portrait-ia: {line}"), err=True)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("portrait-ia: interrupted.", err=True)
            sys.exit(130)  # 128 + SIGINT, as in shells; 1 would mean that the data is at fault


@click.group(
    cls=_OneLineErrors,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="portrait-ia")
def main() -> None:
    """Publish yearly portraits of the uses of AI as linked data, with a SPARQL endpoint.

    \b
    Try it:         portrait-ia demo
    Get the files:  portrait-ia fetch --to portraits
    Check a file:   portrait-ia check 2025=portrait-2025.csv
    Publish:        portrait-ia build 2024=a.csv 2025=b.csv --base-uri https://…/ --to releases
                    portrait-ia serve releases

    Exit codes: 0 done; 1 the data does not pass, the report says why; 2 the command was misused
    or a file cannot be read; 130 Ctrl-C. For fetch --check, 1 says that something changed; for
    serve and demo, that the engine cannot start. Each option can also be given as a variable, such
    as PORTRAIT_IA_BASE_URI.
    """


for command in (
    *SERVER_COMMANDS,
    check,
    build,
    review,
    releases,
    rollback,
    diff,
    fetch,
    link,
    layout,
):
    main.add_command(command)
