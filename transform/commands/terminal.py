"""Print what was read, what the shapes found and what was written."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transform.layouts.model import FIELDS
from transform.release.folder import CURRENT
from transform.release.manifest import base_uri_of, read_manifest
from transform.text.printable import visible

if TYPE_CHECKING:
    from transform.release.stability import Gone, Published
    from transform.validation.locate import Located

SHOWN = 40
_COLOURS = {"Violation": "red", "Warning": "yellow", "Info": "cyan"}


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that draws progress bars on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, Any] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with bars:
        yield step


def print_note(text: str) -> None:
    """Print progress on standard error, in a text that may be foreign."""
    click.echo(visible(text, 600), err=True)


def print_read(files: Sequence[dict[str, Any]], *, refused: bool) -> None:
    """Print that rows read = published + rejected + listed, and list the lines that hold no row."""
    good = "in order" if refused else "published"
    for portrait in files:
        click.echo(
            f"{portrait['file']} ({portrait['year']}): {portrait['read']} rows read = "
            f"{portrait['published']} {good} + {portrait['rejected']} rejected"
            f" + {len(portrait['listed'])} listed"
        )
        if without := [name for name in FIELDS if name not in portrait["fields"]]:
            click.echo(f"  no column for {', '.join(without)}: this portrait is without")
        if other := _other_year(portrait["file"], portrait["year"]):
            click.echo(
                f"  the name of the file says {other}: is it the portrait of {portrait['year']}?"
            )
        for listed in portrait["listed"][:SHOWN]:
            click.echo(f"  {_listed(listed)}")
        if len(portrait["listed"]) > SHOWN:
            click.echo(f"  … and {len(portrait['listed']) - SHOWN} more lines; see --report.")
        for twins in portrait["twins"][:SHOWN]:
            rows = ", ".join(map(str, twins["rows"]))
            of_one = "one body and one name"
            if "identifier" in twins:
                of_one = f"the identifier {visible(twins['identifier'])}"
            what = "are the same row" if twins["same"] else f"have {of_one}"
            click.echo(f"  rows {rows} {what}: kept as {len(twins['rows'])} initiatives")


def _listed(line: Mapping[str, Any]) -> str:
    text = visible(line["text"])
    if line["kind"] == "total":
        return (
            f"row {line['row']} looks like a total row and is not published ({text}): take it out"
            " of the file, or fill in its other cells if it is an initiative"
        )
    return f"row {line['row']} holds no row ({line['kind']}): {text}"


def _other_year(file: str, year: int) -> str | None:
    """Return the year in a file's name where it differs from the year it is read for."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", file)
    return None if str(year) in years else next(iter(years), None)


def print_findings(located: "Sequence[Located]", language: str) -> None:
    """Print the findings as a table: severity, place, raw text, message and next step."""
    serious = [f for f in located if f.severity != "Info"]
    if infos := len(located) - len(serious):
        click.echo(f"{infos} values of open lists that nobody has reviewed; --report lists them.")
    if not serious:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    console = Console(width=wide, highlight=False)
    table = Table(show_lines=True)
    for name in ("", "file", "row", "column", "raw text", "what", "next step"):
        table.add_column(name, overflow="fold")
    for f in serious[:SHOWN]:
        what, step = (f.fr, f.next_fr) if language == "fr" else (f.en, f.next_en)
        place = (f.file or f.focus, str(f.row or ""), f.column, visible(f.raw, 160), what, step)
        severity = Text(f.severity, style=_COLOURS[f.severity])
        # A next step that is cut helps nobody: only the raw text of a cell may be long.
        table.add_row(severity, *(Text(visible(text, 2000)) for text in place))
    console.print(table)
    if len(serious) > SHOWN:
        click.echo(f"… and {len(serious) - SHOWN} more; --report FOLDER writes them all.")


def print_not_reviewed(bodies: "Sequence[Mapping[str, Any]]") -> None:
    """List the bodies that the registry does not know, each with the nearest known ones."""
    if not bodies:
        return
    click.echo(f"{len(bodies)} bodies that nobody has reviewed; --report FOLDER writes them all.")
    for body in [body for body in bodies if body["nearest"]][:SHOWN]:
        near = ", ".join(f"{c['slug']} ({c['score']:g})" for c in body["nearest"])
        click.echo(f"  {visible(body['label'])}: nearest {near}")


def print_links(notes: "Sequence[str]") -> None:
    """List the accepted links of bodies that the registry already links."""
    for note in notes[:SHOWN]:
        click.echo(visible(note, 600))
    if len(notes) > SHOWN:
        click.echo(f"… and {len(notes) - SHOWN} more links of bodies that have some.")


def print_candidates(number: int, where: str) -> None:
    """Print how many pairs of initiatives wait for a person, and where they are listed."""
    if number:
        click.echo(
            f"Pairs of initiatives that may be one, for a person to decide: {number}. {where}"
        )


def print_compared(releases_folder: Path, base_uri: str, old: "Published | None") -> None:
    """Print that URIs are not compared where the current release has another base URI."""
    if old is None and (releases_folder / CURRENT).exists():
        click.echo(
            f"{releases_folder}/current publishes elsewhere than {base_uri}: URIs are not compared."
        )


def print_left_out(years: "Iterable[int]", old: "Published | None") -> None:
    """List the portraits of the current release that the new one will not have."""
    published = {portrait["year"] for portrait in old.manifest["portraits"]} if old else set()
    for year in sorted(published - {*years}):
        click.echo(f"The current release has {year}, this one has not. Add {year}=FILE to keep it.")


def print_dropped(gone: "Sequence[Gone]", base_uri: str) -> None:
    """List the URIs that an edit would drop, where they are, and the line that would keep them."""
    for lost in gone[:SHOWN]:
        old = lost.iri.removeprefix(base_uri)
        new = lost.instead.removeprefix(base_uri) or "…"
        click.echo(f"{lost.iri} (graph/{lost.graph}) would be gone. Add:")
        click.echo(f"  <{old}> dcterms:isReplacedBy <{new}> .")
    if len(gone) > SHOWN:
        click.echo(f"… and {len(gone) - SHOWN} more.")


def print_gone(gone: "Sequence[Gone]") -> None:
    """List the URIs that went with rows of files that changed."""
    if not gone:
        return
    click.echo(f"{len(gone)} URIs of the current release went with rows that changed or are gone:")
    for lost in gone[:SHOWN]:
        click.echo(f"  {lost.iri}")
    if len(gone) > SHOWN:
        click.echo(f"  … and {len(gone) - SHOWN} more.")


def print_release(path: Path, *, published: bool) -> None:
    """Print where a release is, whether it is the current one, and where its URIs begin."""
    state = "current" if published else "not current: --no-publish"
    click.echo(f"{path.parent / path.name} ({state}), URIs begin at {_base_uri(path)}")


def _base_uri(release: Path) -> str:
    return base_uri_of(read_manifest(release))
