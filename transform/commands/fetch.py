"""Define the command that fetches the official files."""

from collections.abc import Sequence
from pathlib import Path

import click

from transform.commands.options import LAYOUT, RETRIES, option, seconds_option
from transform.commands.terminal import print_note, progress
from transform.commands.translated import TranslatedOption, command
from transform.text.message import Message, message
from transform.text.printable import visible

FOLDER = option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default="portraits",
    show_default=True,
    envvar="PORTRAIT_IA_FETCH_TO",
    help=message("commands.option_fetch_folder"),
)
PORTAL = option("--api", metavar="URL", help=message("commands.option_api"))
DATASET = option("--dataset", metavar="ID", help=message("commands.option_dataset"))
RESOURCES = option(
    "--resource",
    "resources",
    multiple=True,
    metavar="YEAR=ID",
    help=message("commands.option_resource"),
)
CHECK = click.option(
    "--check",
    "only_check",
    cls=TranslatedOption,
    is_flag=True,
    help=message("commands.option_check"),
)
MAX_MB = option(
    "--max-mb",
    metavar="N",
    type=click.IntRange(1, 256),
    default=200,
    show_default=True,
    help=message("commands.option_max_mb"),
)
SECONDS = seconds_option(600, message("commands.option_fetch_seconds"))


@command(message("commands.help_fetch"))
@FOLDER
@LAYOUT
@PORTAL
@DATASET
@RESOURCES
@CHECK
@MAX_MB
@SECONDS
@RETRIES
def fetch(
    folder: Path,
    layouts: tuple[str, ...],
    api: str | None,
    dataset: str | None,
    resources: tuple[str, ...],
    only_check: bool,
    max_mb: int,
    seconds: float,
    retries: int,
) -> None:
    """Download the official files of every year from a CKAN portal."""
    from transform.fetch.changes import changes, check
    from transform.fetch.http_client import Bounds
    from transform.fetch.target import find_target
    from transform.pipeline.sources import parse_layouts

    bounds = Bounds(max_mb << 20, seconds, retries)
    layout, _ = parse_layouts(layouts)
    target = find_target(layout, api, dataset, resources)
    if only_check:
        changed = check(folder, target, bounds, print_note)
        _print_changes(changed)
        raise SystemExit(1 if changed else 0)
    from transform.fetch.collect import fetch_all
    from transform.fetch.record import place

    with progress() as step:
        done = fetch_all(folder, target, bounds, print_note, step)
    for name, reason in done.aside:
        print_note(message("commands.left_aside", name=name, reason=reason))
    for year, entry in sorted(done.after.files.items()):
        path, size = place(folder, entry), entry["bytes"]
        click.echo(message("commands.fetched", year=year, path=path, bytes=size))
    _print_changes(list(changes(done.before, done.after)))


def _print_changes(changed: Sequence[Message]) -> None:
    for change in changed:
        click.echo(visible(str(change), 300))
    if not changed:
        click.echo(message("commands.nothing_changed"))
