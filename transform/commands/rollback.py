"""Define the command that goes back to an earlier release."""

from pathlib import Path

import click

from transform.commands import terminal
from transform.commands.options import RELEASES_FOLDER


@click.command()
@RELEASES_FOLDER
@click.argument("name", required=False, metavar="[RELEASE]")
def rollback(releases_folder: Path, name: str | None) -> None:
    """Go back to the release before the current one, or to RELEASE."""
    from transform.release.folder import roll_back

    terminal.print_release(roll_back(releases_folder, name).path, published=True)
