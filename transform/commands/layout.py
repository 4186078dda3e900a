"""Define the commands that propose, show and check a layout."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from transform.commands import terminal
from transform.errors import UnreadableLayout
from transform.text.printable import shown, visible

if TYPE_CHECKING:
    from transform.layouts.model import Layout


@click.group()
def layout() -> None:
    """Propose, show or check a layout, which says what a register calls its columns and values.

    \b
    portrait-ia layout new portrait-2025.csv > mine.toml
    portrait-ia layout check mine.toml 2025=portrait-2025.csv
    portrait-ia build 2025=portrait-2025.csv --layout mine.toml --to releases
    """


@layout.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def new(files: tuple[Path, ...]) -> None:
    """Write a layout for files that no layout describes, with what to confirm in comments."""
    from transform.proposal.survey import survey
    from transform.proposal.toml_text import propose

    click.echo(propose([survey(file) for file in files]), nl=False)


@layout.command()
@click.argument("name")
def show(name: str) -> None:
    """Write a layout that comes with the package, with its comments."""
    from transform.layouts.reader import read_shipped

    click.echo(read_shipped(name), nl=False)


@layout.command()
@click.argument("reference", metavar="FILE")
@click.argument("pairs", nargs=-1, metavar="[YEAR=FILE | DIR]…")
def check(reference: str, pairs: tuple[str, ...]) -> None:
    """Check a layout, and list the columns of files that no field takes.

    Exit codes: 0 sound; 1 it has faults, each told with its line; 2 a file cannot be read.
    """
    from transform.layouts.model import load_layout
    from transform.layouts.reader import check_readable

    check_readable(reference)
    try:
        found = load_layout(reference)
    except UnreadableLayout as error:
        for line in error.lines():
            click.echo(shown(f"portrait-ia: {line}"), err=True)
        raise SystemExit(1) from error
    for line in _summary(found):
        click.echo(line)
    if pairs:
        _check_files(reference, pairs)


def _check_files(reference: str, pairs: tuple[str, ...]) -> None:
    from transform.pipeline.sources import parse_sources
    from transform.tables.rows import read_rows

    for source in parse_sources(pairs, [reference]):
        reading = read_rows(source.path, source.year, source.layout)
        file = visible(source.path.name)
        click.echo(f"{file} ({source.year}): {len(reading.rows)} rows")
        terminal.print_untaken(reading, source.layout)


def _summary(layout: "Layout") -> Iterator[str]:
    yield f"{visible(layout.source, 600)}: sound"
    yield f"name: {layout.name}; languages: {', '.join(layout.languages)}"
    for name, field in layout.fields.items():
        fallback = f", fallback {len(field.fallback)}" if field.fallback else ""
        optional = ", optional" if field.optional else ""
        columns = f"columns {len(field.columns)}{fallback}{optional}"
        yield f"field {name}: {'absent' if field.absent else columns}"
    present = [name for name in layout.lists if not layout.fields[name].absent]
    for name, declared in ((name, layout.lists[name]) for name in present):
        state = "open" if declared.open else "closed"
        yield f"list {name}: {state}, values {len({value.concept for value in declared.values})}"
    yield f"years: {', '.join(map(str, sorted(layout.portraits))) or 'none described'}"
