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
from transform.text.message import Message, message
from transform.text.printable import visible

if TYPE_CHECKING:
    from transform.layouts.model import Layout
    from transform.release.stability import Gone, PublishedUris
    from transform.review.nearest_bodies import Unreviewed
    from transform.review.renamings import Renaming
    from transform.tables.rows import Reading
    from transform.validation.locate import Located

SHOWN = 40
_ROWS_SHOWN = 12
_RENAMINGS_SHOWN = 8
_REPLACED = "dcterms:isReplacedBy"
_COLOURS = {"Violation": "red", "Warning": "yellow"}
_SEVERITIES = {
    "Violation": message("commands.severity_violation"),
    "Warning": message("commands.severity_warning"),
}
_HEADS = (
    message("commands.head_file"),
    message("commands.head_row"),
    message("commands.head_column"),
    message("commands.head_raw"),
    message("commands.head_what"),
    message("commands.head_step"),
)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that draws progress bars on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with bars:
        yield step


def print_note(text: Message | str) -> None:
    """Print progress on standard error, in a text that may be foreign."""
    click.echo(visible(str(text), 600), err=True)


def print_read(files: Sequence[dict[str, Any]], *, refused: bool) -> None:
    """Print that rows read = published + rejected + listed, and list the lines that hold no row."""
    for portrait in files:
        click.echo(_counts(portrait, refused))
        if without := [name for name in FIELDS if name not in portrait["fields"]]:
            click.echo(message("commands.without_fields", fields=without))
        if other := _other_year(portrait["file"], portrait["year"]):
            click.echo(message("commands.other_year", other=other, year=portrait["year"]))
        for listed in portrait["listed"][:SHOWN]:
            click.echo(_listed(listed))
        if (more := len(portrait["listed"]) - SHOWN) > 0:
            click.echo(message("commands.more_lines", number=more))
        for twins in portrait["twins"][:SHOWN]:
            click.echo(_twins(twins))
        shared = portrait.get("shared", [])
        for text in shared[:SHOWN]:
            click.echo(_shared(text))
        if (more := len(shared) - SHOWN) > 0:
            click.echo(message("commands.more_shared", number=more))


def _shared(text: Mapping[str, Any]) -> Message:
    rows = text["rows"][:_ROWS_SHOWN]
    rest = len(text["rows"]) - _ROWS_SHOWN
    return message(
        "commands.shared_text",
        text=visible(text["text"]),
        portfolios=text["portfolios"],
        rows=[*rows, message("commands.rows_more", number=rest)] if rest > 0 else rows,
        layout=text["layout"],
    )


def _counts(portrait: Mapping[str, Any], refused: bool) -> Message:
    counts = {name: portrait[name] for name in ("file", "year", "read", "published", "rejected")}
    counts["listed"] = len(portrait["listed"])
    return (
        message("commands.read_refused", **counts)
        if refused
        else message("commands.read", **counts)
    )


def _listed(line: Mapping[str, Any]) -> Message:
    row, text = line["row"], visible(line["text"])
    if line["kind"] == "total":
        return message("commands.line_total_row", row=row, text=text)
    kind = message(f"commands.line_{line['kind']}")
    return message("commands.line_listed", row=row, kind=kind, text=text)


def _twins(twins: Mapping[str, Any]) -> Message:
    rows = twins["rows"]
    if twins["same"]:
        return message("commands.twins_same", rows=rows, number=len(rows))
    if "identifier" in twins:
        text = visible(twins["identifier"])
        return message("commands.twins_identified", rows=rows, number=len(rows), text=text)
    return message("commands.twins_alike", rows=rows, number=len(rows))


def _other_year(file: str, year: int) -> str | None:
    """Return the year in a file's name where it differs from the year it is read for."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", file)
    return None if str(year) in years else next(iter(years), None)


def print_untaken(reading: "Reading", layout: "Layout") -> None:
    """List the columns of a file that no field takes, and that are not ignored by name."""
    if names := reading.header.untaken:
        listed = [message("text.quoted", text=visible(name)) for name in names]
        click.echo(
            message(
                "commands.untaken",
                file=reading.table.path.name,
                number=len(names),
                columns=listed,
                layout=visible(str(layout.to_edit), 600),
            )
        )


def print_layouts(layouts: "Iterable[Layout]") -> None:
    """Print where the layouts are that findings name by the name of their file alone."""
    for source in sorted({layout.source for layout in layouts if not layout.shipped_as}):
        if (name := Path(source).name) != source:
            path = visible(source, 600)
            click.echo(message("commands.layout_is", name=visible(name), path=path))


def print_findings(located: "Sequence[Located]", language: str) -> None:
    """Print the findings as a table: severity, place, raw text, message and next step.

    All of the table is in the language of what the shapes say.
    """
    serious = [f for f in located if f.severity != "Info"]
    if infos := len(located) - len(serious):
        click.echo(message("commands.values_not_reviewed", number=infos))
    if not serious:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    console = Console(width=wide, highlight=False)
    table = Table(show_lines=True)
    for head in ("", *(head.text(language) for head in _HEADS)):
        table.add_column(head, overflow="fold")
    for f in serious[:SHOWN]:
        what, step = (f.fr, f.next_fr) if language == "fr" else (f.en, f.next_en)
        place = (f.file or f.focus, str(f.row or ""), f.column, visible(f.raw, 160), what, step)
        severity = Text(_SEVERITIES[f.severity].text(language), style=_COLOURS[f.severity])
        # A next step that is cut helps nobody: only the raw text of a cell may be long.
        table.add_row(severity, *(Text(visible(text, 2000)) for text in place))
    console.print(table)
    if len(serious) > SHOWN:
        click.echo(message("commands.more_findings", number=len(serious) - SHOWN))


def print_not_reviewed(bodies: "Sequence[Unreviewed]", layout: "Layout") -> None:
    """Print how many bodies the registry does not know, and what it says once a person knows.

    That is the line for each that has a known one near, and for one of the others.
    """
    if not bodies:
        return
    click.echo(message("commands.bodies_not_reviewed", number=len(bodies)))
    near_some = [each for each in bodies if each.helpful]
    # What stands below a parent takes lines on the parent, too.
    one = next((each for each in bodies if not each.helpful and not each.body.within), None)
    if near_some or one:  # else no line follows
        click.echo(message("commands.bodies_step", where=_registry_of(layout)))
    for each in near_some[:SHOWN]:
        near = [f"{known.slug} ({known.score:g})" for known in each.helpful]
        click.echo(message("commands.nearest_bodies", body=visible(each.body.label), near=near))
        click.echo(f"    {visible(each.registry_line(), 2000)}")
    if (more := len(near_some) - SHOWN) > 0:
        click.echo(message("commands.more_near", number=more))
    if one:
        click.echo(message("commands.new_body", body=visible(one.body.label)))
        click.echo(f"    {visible(one.registry_line(), 2000)}")


def print_renamings(renamings: "Sequence[Renaming]", layout: "Layout") -> None:
    """Print which bodies may be one under a new name, and what the registry says if they are."""
    if not renamings:
        return
    from transform.review.renamings import printable_line

    click.echo(message("commands.renamings", number=len(renamings)))
    click.echo(message("commands.renamings_step", where=_registry_of(layout)))
    for each in renamings[:_RENAMINGS_SHOWN]:
        click.echo(f"  {printable_line(each)}")
        for line in each.lines.splitlines():
            click.echo(f"    {visible(line, 2000)}")
    if len(renamings) > _RENAMINGS_SHOWN:
        click.echo(message("commands.more_renamings", number=len(renamings) - _RENAMINGS_SHOWN))


def _registry_of(layout: "Layout") -> Message:
    """Return where the registry of bodies of a layout is written."""
    from transform.layouts.reader import shipped

    name = Path(layout.source).stem
    own: Message | str = layout.source
    if name in shipped():
        own = message("commands.own_layout", name=name)
    if not layout.registry:
        return message("commands.registry_new", layout=own)
    if files := [name for name in layout.registry if name.endswith(".ttl")]:
        return message("commands.registry_own", files=files)
    file = f"{layout.registry[0]}.ttl"
    return message("commands.registry_shipped", file=file, layout=own)


def print_links(notes: "Sequence[Message | str]") -> None:
    """List the accepted links of bodies that the registry already links."""
    for note in notes[:SHOWN]:
        click.echo(visible(str(note), 600))
    if len(notes) > SHOWN:
        click.echo(message("commands.more_links", number=len(notes) - SHOWN))


def print_candidates(number: int, where: Message) -> None:
    """Print how many pairs of initiatives wait for a person, and where they are listed."""
    if number:
        click.echo(message("commands.candidates", number=number, where=where))


def print_compared(releases_folder: Path, base_uri: str, old: "PublishedUris | None") -> None:
    """Print that URIs are not compared where the current release has another base URI."""
    if old is None and (releases_folder / CURRENT).exists():
        click.echo(message("commands.not_compared", folder=releases_folder, base=base_uri))


def print_left_out(years: "Iterable[int]", old: "PublishedUris | None") -> None:
    """List the portraits of the current release that the new one will not have."""
    published = {portrait["year"] for portrait in old.manifest["portraits"]} if old else set()
    for year in sorted(published - {*years}):
        click.echo(message("commands.left_out", year=year))


def print_dropped(gone: "Sequence[Gone]", base_uri: str) -> None:
    """List the URIs that an edit would drop, where they are, and the line that would keep them."""
    for lost in gone[:SHOWN]:
        old = lost.iri.removeprefix(base_uri)
        new = lost.instead.removeprefix(base_uri) or "…"
        click.echo(message("commands.would_be_gone", iri=lost.iri, graph=lost.graph))
        click.echo(f"  <{old}> {_REPLACED} <{new}> .")
    if len(gone) > SHOWN:
        click.echo(message("commands.more", number=len(gone) - SHOWN))


def print_gone(gone: "Sequence[Gone]") -> None:
    """List the URIs that went with rows of files that changed."""
    if not gone:
        return
    click.echo(message("commands.gone", number=len(gone)))
    for lost in gone[:SHOWN]:
        click.echo(f"  {lost.iri}")
    if len(gone) > SHOWN:
        click.echo(message("commands.more", number=len(gone) - SHOWN))


def print_release(path: Path, *, published: bool) -> None:
    """Print where a release is, whether it is the current one, and where its URIs begin."""
    release, base = path.parent / path.name, _base_uri(path)
    if published:
        click.echo(message("commands.release_current", path=release, base=base))
    else:
        click.echo(message("commands.release_not_current", path=release, base=base))
        parts = {"folder": path.parent, "name": path.name}
        click.echo(message("commands.publish_later", **parts))


def _base_uri(release: Path) -> str:
    return base_uri_of(read_manifest(release))
