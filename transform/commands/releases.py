"""Define the command that lists the releases of a folder."""

from pathlib import Path

import click

from transform.commands.options import RELEASES_FOLDER
from transform.commands.translated import command
from transform.text.message import message


@command(message("commands.help_releases"))
@RELEASES_FOLDER
def releases(releases_folder: Path) -> None:
    """List the releases of a folder, the newest first."""
    from transform.release.folder import releases as list_releases
    from transform.release.manifest import read_manifest

    for release in list_releases(releases_folder):
        manifest = read_manifest(release.path)
        years = " + ".join(f"{p['year']}: {p['published']}" for p in manifest["portraits"])
        mark = "* " if release.current else "  "
        click.echo(f"{mark}{release.name}  {manifest['base_uri']}  {years}")
