"""Define the command that removes old releases."""

from pathlib import Path

import click

from transform.commands.options import RELEASES_FOLDER, option
from transform.commands.translated import command
from transform.text.message import message


@command(message("commands.help_prune"))
@RELEASES_FOLDER
@option("--keep", type=click.IntRange(min=1), required=True, help=message("commands.option_keep"))
def prune(releases_folder: Path, keep: int) -> None:
    """Remove all releases of a folder but the current one and those published last."""
    from transform.release import folder

    removed, used = folder.prune(releases_folder, keep)
    for release in removed:
        click.echo(str(message("commands.pruned", name=release.name)))
    for release in used:
        click.echo(str(message("commands.pruned_not", name=release.name)))
    left = len(folder.releases(releases_folder))
    click.echo(str(message("commands.pruned_in_all", removed=len(removed), left=left)))
