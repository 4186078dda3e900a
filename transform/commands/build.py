"""Define the command that builds a release from yearly files."""

from pathlib import Path
from typing import Any

import click

from transform.commands import terminal
from transform.commands.options import (
    BASE_URI,
    DECISIONS,
    LANGUAGE,
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
from transform.files import scratch_folder
from transform.parallel import Workers


@click.command()
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
@LANGUAGE
def build(
    pairs: tuple[str, ...],
    base_uri: str,
    releases_folder: Path,
    layouts: tuple[str, ...],
    quarantine: bool,
    no_publish: bool,
    **options: Any,
) -> None:
    """Transform and validate yearly files, and write an immutable release.

    A folder that fetch filled stands for all its files. Without any, builds the example portraits
    that come with the package, whose initiatives are made up.

    \b
    portrait-ia build 2024=portrait-2024.csv 2025=portrait-2025.csv \\
        --base-uri https://ia.exemple.gouv.qc.ca/ --to releases
    """
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
    terminal.print_candidates(
        len(open_candidates(checked)), f"See {listed}, or portrait-ia review {releases_folder}"
    )
