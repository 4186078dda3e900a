"""Define the command that builds a release from yearly files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transform.commands import preview, terminal
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
    YES,
)
from transform.commands.read_and_check import read_and_check
from transform.commands.translated import command
from transform.parallel import Workers
from transform.release.folder import current, publish_after
from transform.scratch import scratch_folder
from transform.text.message import message

if TYPE_CHECKING:
    from transform.graphs.prepared import Prepared


@command(message("commands.help_build"))
@YEAR_FILES
@BASE_URI
@VOCABULARY_URI
@TO
@LAYOUT
@QUARANTINE
@NO_PUBLISH
@YES
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
    yes: bool,
    **options: Any,
) -> None:
    """Transform and validate yearly files, write an immutable release, and publish it if wanted."""
    from transform.pipeline.checked import open_candidates
    from transform.pipeline.write import write_release
    from transform.release.stability import UrisDropped, read_published

    options["releases_folder"] = releases_folder
    with scratch_folder() as scratch, Workers() as workers:
        work, checked = read_and_check(
            pairs, layouts, base_uri, quarantine, scratch, workers, options
        )
        before = current(releases_folder)
        old = read_published(releases_folder, work.base_uri)
        terminal.print_compared(releases_folder, work.base_uri, old)
        terminal.print_left_out((s.reading.year for s in work.contexts), old)
        try:
            with terminal.progress() as progress:
                path, gone = write_release(work, checked, releases_folder, workers, progress, old)
        except UrisDropped as dropped:
            terminal.print_dropped(dropped.gone, work.base_uri)
            raise
    terminal.print_gone(gone)
    _preview(path, old.folder if old else _folder_of(before, releases_folder), work)
    published = not no_publish and (yes or path.name == before or _is_wanted(path))
    if published:
        publish_after(before, path)
    terminal.print_release(path, published=published)
    listed = path / "report" / "candidats.csv"
    where = message("commands.candidates_in_release", file=listed, folder=releases_folder)
    terminal.print_candidates(len(open_candidates(checked)), where)


def _folder_of(name: str | None, releases_folder: Path) -> Path | None:
    """Return the folder of the release in place, None where there is none."""
    return releases_folder / name if name and (releases_folder / name).is_dir() else None


def _preview(release: Path, in_place: Path | None, work: "Prepared") -> None:
    from transform.release.preview import preview_release

    tables = (context.reading for context in work.contexts)
    untaken = {reading.table.path.name: reading.header.untaken for reading in tables}
    preview.print_preview(preview_release(release, in_place), untaken)


def _is_wanted(release: Path) -> bool:
    """Ask on a terminal whether to publish; elsewhere nobody is asked, and it is published."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    try:
        return preview.ask()
    except KeyboardInterrupt:
        click.echo()
        terminal.print_release(release, published=False)
        raise
