"""Commands that make releases: check, build, review, releases, rollback."""

from pathlib import Path
from typing import Any

import click

from transform import terminal
from transform.deciding import read_decided
from transform.errors import DataRefused, MisusedCommand
from transform.options import (
    BASE_URI,
    DECISIONS,
    DEFAULT_BASE_URI,
    LANGUAGE,
    LAYOUT,
    LINKS,
    NO_PUBLISH,
    QUARANTINE,
    REPORT,
    SHELF,
    TO,
    YEAR_FILES,
)
from transform.reviewing import review


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
    from transform.pipeline.checked import waiting

    if not pairs:
        raise MisusedCommand("check: no file. Write YEAR=FILE, such as 2025=portrait-2025.csv.")
    _, checked = _make(pairs, layouts, None, False, options)
    folder = options["report_folder"]
    where = f"See {folder / 'candidats.csv'}" if folder else "--report FOLDER lists them."
    terminal.say_candidates(len(waiting(checked)), where)


@click.command()
@YEAR_FILES
@BASE_URI
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
    shelf: Path,
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
    from transform.pipeline.checked import waiting
    from transform.publish import write_release
    from transform.release import publish
    from transform.stability import UrisDropped, read_published

    work, checked = _make(pairs, layouts, base_uri, quarantine, {**options, "shelf": shelf})
    old = read_published(shelf, work.base_uri)
    terminal.say_compared(shelf, work.base_uri, old)
    terminal.say_left_out((s.reading.year for s in work.settings), old)
    try:
        with terminal.progress() as progress:
            path, gone = write_release(work, checked, shelf, progress, old)
    except UrisDropped as dropped:
        terminal.say_dropped(dropped.gone, work.base_uri)
        raise
    terminal.say_gone(gone)
    if not no_publish:
        publish(path)
    terminal.say_release(path, published=not no_publish)
    listed = path / "report" / "candidats.csv"
    terminal.say_candidates(len(waiting(checked)), f"See {listed}, or portrait-ia review {shelf}")


def _make(
    pairs: tuple[str, ...],
    layouts: tuple[str, ...],
    base_uri: str | None,
    quarantine: bool,
    options: dict[str, Any],
) -> Any:
    """Read and check; says what was found, and raises DataRefused when it may not be published.

    Without a base URI, decisions may bear any.
    """
    from transform.pipeline.check import check as hold
    from transform.pipeline.checked import read_of
    from transform.pipeline.prepare import prepare
    from transform.publish import report_files
    from transform.sources import example_sources, parse_base_uri, parse_sources

    base_uri = parse_base_uri(base_uri) if base_uri else None
    if layouts and not pairs:
        raise MisusedCommand("--layout: no file. Add YEAR=FILE, such as 2025=portrait-2025.csv.")
    sources = parse_sources(pairs, layouts) if pairs else example_sources()
    beside = sources[0].path.parent if pairs else None
    decisions, links = read_decided(options, beside, base_uri)
    with terminal.progress() as progress:
        work = prepare(sources, base_uri or DEFAULT_BASE_URI, progress, decisions, links)
        checked = hold(work, quarantine, progress)
    if folder := options["report_folder"]:
        _write_report(folder, report_files(work, checked))
    terminal.say_links(work.links.notes)
    terminal.say_read(read_of(work, checked), refused=checked.refused)
    terminal.say_not_reviewed(checked.not_reviewed)
    terminal.say_findings(checked.located, options["language"])
    if checked.refused:
        raise DataRefused(_refusal(checked, quarantine))
    return work, checked


def _refusal(checked: Any, quarantine: bool) -> str:
    broken = sum(f.severity == "Violation" for f in checked.located)
    rows = sum(len(keys) for keys in checked.rejected.values())
    if quarantine or not rows:
        step = "Correct what is named above."
    else:
        step = f"Correct the rows ({rows}), or publish the others with build --quarantine."
    return f"Nothing was published, violations: {broken}. {step}"


def _write_report(folder: Path, contents: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise MisusedCommand(
            f"--report {folder}: cannot write there ({error.strerror}). Choose another folder."
        ) from error


@click.command()
@SHELF
def releases(shelf: Path) -> None:
    """List the releases of a folder, the newest first."""
    from transform.manifest import read_manifest
    from transform.release import releases as list_releases

    for release in list_releases(shelf):
        manifest = read_manifest(release.path)
        years = " + ".join(f"{p['year']}: {p['published']}" for p in manifest["portraits"])
        mark = "* " if release.current else "  "
        click.echo(f"{mark}{release.name}  {manifest['base_uri']}  {years}")


@click.command()
@SHELF
@click.argument("name", required=False, metavar="[RELEASE]")
def rollback(shelf: Path, name: str | None) -> None:
    """Go back to the release before the current one, or to RELEASE."""
    from transform.release import roll_back

    terminal.say_release(roll_back(shelf, name).path, published=True)


COMMANDS = (check, build, releases, rollback, review)
