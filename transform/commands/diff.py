"""Define the command that compares two portraits of a release."""

from pathlib import Path

import click

from transform.commands.options import RELEASES_FOLDER, language_option, option

DIFF_FORMAT = option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "ttl"]),
    default="table",
    show_default=True,
    help="table: sentences and numbers; csv: one line for each thing that changed; ttl: the"
    " statements that the release holds of it.",
)
DIFF_LANGUAGE = language_option("Language of the sentences and labels.")
YEAR = click.IntRange(1000, 9999)


@click.command()
@RELEASES_FOLDER
@click.argument("earlier", type=YEAR, metavar="YEAR")
@click.argument("later", type=YEAR, metavar="LATER_YEAR")
@DIFF_FORMAT
@DIFF_LANGUAGE
def diff(releases_folder: Path, earlier: int, later: int, form: str, language: str) -> None:
    """Print what is new, continued, changed and absent from one portrait to a later one.

    \b
    portrait-ia diff releases 2024 2025
    portrait-ia diff releases 2024 2025 --format csv > changements.csv
    """
    from transform.commands.diff_formats import write_differences
    from transform.release.reading import read_sides

    sides, base_uri = read_sides(releases_folder, earlier, later)
    click.echo(write_differences(sides, base_uri, form, language), nl=False)
