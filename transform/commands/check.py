"""Define the command that reads and validates yearly files without a release."""

from typing import Any

from transform.commands import terminal
from transform.commands.options import (
    DECISIONS,
    LAYOUT,
    LINKS,
    REPORT,
    YEAR_FILES,
)
from transform.commands.read_and_check import read_and_check
from transform.commands.translated import command
from transform.errors import MisusedCommand
from transform.parallel import Workers
from transform.scratch import scratch_folder
from transform.text.message import message


@command(message("commands.help_check"))
@YEAR_FILES
@LAYOUT
@DECISIONS
@LINKS
@REPORT
def check(pairs: tuple[str, ...], layouts: tuple[str, ...], **options: Any) -> None:
    """Read and validate yearly files, or those that fetch left in DIR; write no release."""
    from transform.pipeline.checked import open_candidates

    if not pairs:
        raise MisusedCommand(message("commands.check_no_file"))
    with scratch_folder() as scratch, Workers() as workers:
        _, checked = read_and_check(pairs, layouts, None, False, scratch, workers, options)
    folder = options["report_folder"]
    where = message("commands.candidates_unlisted")
    if folder:
        where = message("commands.candidates_in_file", file=folder / "candidats.csv")
    terminal.print_candidates(len(open_candidates(checked)), where)
