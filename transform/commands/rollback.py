"""Define the command that goes back to an earlier release."""

from pathlib import Path

from transform.commands import terminal
from transform.commands.options import RELEASES_FOLDER
from transform.commands.translated import argument, command
from transform.text.message import message


@command(message("commands.help_rollback"))
@RELEASES_FOLDER
@argument("name", required=False, metavar="[RELEASE]")
def rollback(releases_folder: Path, name: str | None) -> None:
    """Go back to the release before the current one, or to RELEASE."""
    from transform.release.folder import roll_back

    terminal.print_release(roll_back(releases_folder, name).path, published=True)
