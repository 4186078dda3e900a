"""Define the commands that propose, show and check a layout."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from transform.commands import terminal
from transform.commands.translated import TranslatedCommand, TranslatedGroup, argument
from transform.errors import UnreadableLayout
from transform.text.message import Message, message
from transform.text.printable import shown, visible

if TYPE_CHECKING:
    from transform.layouts.model import Layout


@click.group(cls=TranslatedGroup, help=message("commands.help_layout"))
def layout() -> None:
    """Propose, show or check a layout, which says what a register calls its columns and values."""


@layout.command(cls=TranslatedCommand, help=message("commands.help_layout_new"))
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def new(files: tuple[Path, ...]) -> None:
    """Write a layout for files that no layout describes, with what to confirm in comments."""
    from transform.proposal.survey import survey
    from transform.proposal.toml_text import propose

    click.echo(propose([survey(file) for file in files]), nl=False)


@layout.command(cls=TranslatedCommand, help=message("commands.help_layout_show"))
@argument("name")
def show(name: str) -> None:
    """Write a layout that comes with the package, with its comments."""
    from transform.layouts.reader import read_shipped

    click.echo(read_shipped(name), nl=False)


@layout.command(cls=TranslatedCommand, help=message("commands.help_layout_check"))
@argument("reference", metavar="FILE")
@argument("pairs", nargs=-1, metavar="[YEAR=FILE | DIR]…")
def check(reference: str, pairs: tuple[str, ...]) -> None:
    """Check a layout, and list the columns of files that no field takes."""
    from transform.layouts.model import load_layout
    from transform.layouts.reader import check_readable

    check_readable(reference)
    try:
        found = load_layout(reference)
    except UnreadableLayout as error:
        for line in error.lines():
            click.echo(shown(str(message("commands.fault", fault=line))), err=True)
        raise SystemExit(1) from error
    for part in _summary(found):
        click.echo(part)
    if found.registry:
        from transform.commands.options import DEFAULT_BASE_URI
        from transform.identity.registry import read_registry

        registry = read_registry(found.registry, DEFAULT_BASE_URI)
        files = [file.name for file in registry.files]
        number = len(registry.bodies)
        click.echo(message("commands.layout_registry", files=files, number=number))
    if pairs:
        _check_files(reference, pairs)


def _check_files(reference: str, pairs: tuple[str, ...]) -> None:
    from transform.pipeline.sources import parse_sources
    from transform.tables.rows import read_rows

    for source in parse_sources(pairs, [reference]):
        reading = read_rows(source.path, source.year, source.layout)
        file = visible(source.path.name)
        number = len(reading.rows)
        click.echo(message("commands.rows_of_file", file=file, year=source.year, number=number))
        terminal.print_untaken(reading, source.layout)


def _summary(layout: "Layout") -> Iterator[Message]:
    yield message("commands.layout_sound", layout=visible(layout.source, 600))
    yield message("commands.layout_name", name=layout.name, languages=layout.languages)
    for name, field in layout.fields.items():
        fallback = message("commands.layout_fallback", number=len(field.fallback))
        optional = message("commands.layout_optional")
        if field.absent:
            yield message("commands.layout_absent", name=name)
            continue
        yield message(
            "commands.layout_field",
            name=name,
            columns=len(field.columns),
            fallback=fallback if field.fallback else "",
            optional=optional if field.optional else "",
        )
    present = [name for name in layout.lists if not layout.fields[name].absent]
    for name, declared in ((name, layout.lists[name]) for name in present):
        values = len({value.concept for value in declared.values})
        if declared.open:
            yield message("commands.layout_list_open", name=name, values=values)
        else:
            yield message("commands.layout_list_closed", name=name, values=values)
    if layout.portraits:
        yield message("commands.layout_years", years=sorted(layout.portraits))
    else:
        yield message("commands.layout_no_years")
