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
from transform.commands.prune import prune
from transform.commands.push import push
from transform.commands.releases import releases
from transform.commands.review import review
from transform.commands.rollback import rollback
from transform.commands.translated import TranslatedGroup, TranslatedOption
from transform.errors import PortraitError
from transform.text.message import message
from transform.text.printable import shown


class _OneLineErrors(TranslatedGroup):
    """Prints an expected fault as one line, and exits with its code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PortraitError as error:
            for line in error.lines():
                click.echo(shown(str(message("commands.fault", fault=line))), err=True)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(message("commands.interrupted"), err=True)
            sys.exit(130)  # 128 + SIGINT, as in shells; 1 would mean that the data is at fault


@click.group(
    cls=_OneLineErrors,
    help=message("commands.help"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    __version__,
    prog_name="portrait-ia",
    cls=TranslatedOption,
    help=message("commands.option_version"),
)
def main() -> None:
    """Publish a yearly register of the uses of AI as linked data, with a SPARQL endpoint."""


for command in (
    *SERVER_COMMANDS,
    check,
    build,
    review,
    releases,
    rollback,
    prune,
    push,
    diff,
    fetch,
    link,
    layout,
):
    main.add_command(command)
