"""Define the command that reads and validates yearly files without a release."""

from typing import Any

import click

from transform.commands import terminal
from transform.commands.options import (
    DECISIONS,
    LANGUAGE,
    LAYOUT,
    LINKS,
    REPORT,
    YEAR_FILES,
)
from transform.commands.read_and_check import read_and_check
from transform.errors import MisusedCommand
from transform.files import scratch_folder
from transform.parallel import Workers


@click.command()
@YEAR_FILES
@LAYOUT
@DECISIONS
@LINKS
@REPORT
@LANGUAGE
def check(pairs: tuple[str, ...], layouts: tuple[str, ...], **options: Any) -> None:
    """Read and validate yearly files, or those that fetch left in DIR; write no release.

    \b
    portrait-ia check 2024=portrait-2024.csv 2025=portrait-2025.xlsx
    """
    from transform.pipeline.checked import open_candidates

    if not pairs:
        raise MisusedCommand("check: no file. Write YEAR=FILE, such as 2025=portrait-2025.csv.")
    with scratch_folder() as scratch, Workers() as workers:
        _, checked = read_and_check(pairs, layouts, None, False, scratch, workers, options)
    folder = options["report_folder"]
    where = f"See {folder / 'candidats.csv'}" if folder else "--report FOLDER lists them."
    terminal.print_candidates(len(open_candidates(checked)), where)
