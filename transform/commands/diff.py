"""Define the command that compares two portraits of a release."""

from pathlib import Path

import click

from transform.commands.options import RELEASES_FOLDER, option
from transform.commands.translated import argument, command
from transform.text.languages import language_for
from transform.text.message import message

DIFF_FORMAT = option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "ttl"]),
    default="table",
    show_default=True,
    help=message("commands.option_diff_format"),
)
YEAR = click.IntRange(1000, 9999)


@command(message("commands.help_diff"))
@RELEASES_FOLDER
@argument("earlier", type=YEAR, metavar="YEAR")
@argument("later", type=YEAR, metavar="LATER_YEAR")
@DIFF_FORMAT
def diff(releases_folder: Path, earlier: int, later: int, form: str) -> None:
    """Print what is new, continued, changed and absent from one year to a later one."""
    from transform.commands.diff_formats import write_differences
    from transform.release.folder import CURRENT
    from transform.release.manifest import languages_in, read_manifest
    from transform.release.reading import read_sides

    sides, base_uri = read_sides(releases_folder, earlier, later)
    language = language_for(languages_in(read_manifest(releases_folder / CURRENT)))
    click.echo(write_differences(sides, base_uri, form, language), nl=False)
