"""Define the command that builds a release from yearly files."""

from pathlib import Path
from typing import Any

from transform.commands import terminal
from transform.commands.options import (
    BASE_URI,
    DECISIONS,
    LAYOUT,
    LINKS,
    NO_PUBLISH,
    QUARANTINE,
    REPORT,
    TO,
    VOCABULARY_URI,
    YEAR_FILES,
)
from transform.commands.read_and_check import read_and_check
from transform.commands.translated import command
from transform.files import scratch_folder
from transform.parallel import Workers
from transform.text.message import message


@command(message("commands.help_build"))
@YEAR_FILES
@BASE_URI
@VOCABULARY_URI
@TO
@LAYOUT
@QUARANTINE
@NO_PUBLISH
@DECISIONS
@LINKS
@REPORT
def build(
    pairs: tuple[str, ...],
    base_uri: str,
    releases_folder: Path,
    layouts: tuple[str, ...],
    quarantine: bool,
    no_publish: bool,
    **options: Any,
) -> None:
    """Transform and validate yearly files, and write an immutable release."""
    from transform.pipeline.checked import open_candidates
    from transform.pipeline.write import write_release
    from transform.release.folder import publish
    from transform.release.stability import UrisDropped, read_published

    options["releases_folder"] = releases_folder
    with scratch_folder() as scratch, Workers() as workers:
        work, checked = read_and_check(
            pairs, layouts, base_uri, quarantine, scratch, workers, options
        )
        old = read_published(releases_folder, work.base_uri)
        terminal.print_compared(releases_folder, work.base_uri, old)
        terminal.print_left_out((s.reading.year for s in work.settings), old)
        try:
            with terminal.progress() as progress:
                path, gone = write_release(work, checked, releases_folder, workers, progress, old)
        except UrisDropped as dropped:
            terminal.print_dropped(dropped.gone, work.base_uri)
            raise
    terminal.print_gone(gone)
    if not no_publish:
        publish(path)
    terminal.print_release(path, published=not no_publish)
    listed = path / "report" / "candidats.csv"
    where = message("commands.candidates_in_release", file=listed, folder=releases_folder)
    terminal.print_candidates(len(open_candidates(checked)), where)
