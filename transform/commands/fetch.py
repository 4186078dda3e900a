"""Define the command that fetches the official files."""

from pathlib import Path

import click

from transform.commands.options import LAYOUT, RETRIES, option, seconds_option
from transform.commands.terminal import print_note, progress
from transform.text.printable import visible

FOLDER = click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default="portraits",
    show_default=True,
    envvar="PORTRAIT_IA_FETCH_TO",
    show_envvar=True,
    help="Folder of the fetched files; made if it is not there.",
)
PORTAL = option(
    "--api",
    metavar="URL",
    help="CKAN Action API to ask. Default: that of the layout; Données Québec's, of quebec.",
)
DATASET = option(
    "--dataset", metavar="ID", help="Dataset there, by its id or name. Default: the layout's."
)
RESOURCES = option(
    "--resource",
    "resources",
    multiple=True,
    metavar="YEAR=ID",
    help="The resource of a year, by its id or name, where the year in names does not tell.",
)
CHECK = click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Download nothing; exit 0 if nothing changed since the last fetch, 1 if something did.",
)
MAX_MB = option(
    "--max-mb",
    metavar="N",
    type=click.IntRange(1, 256),
    default=200,
    show_default=True,
    help="Largest file to take.",
)
SECONDS = seconds_option(600, "Longest time for one answer or file, with all its tries and waits.")


@click.command()
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
    """Download the official files of every year from a CKAN portal.

    Portal and dataset are those of the layout, Données Québec's of quebec, or any other.
    Only what is new or changed is downloaded; a download that was cut begins again.
    DIR/fetched.json says what was fetched, when, from where, with SHA-256 and metadata.

    \b
    portrait-ia fetch --to portraits
    portrait-ia fetch --api https://data.example/api/3/action --dataset ai --resource 2025=ai.csv
    portrait-ia build portraits --base-uri https://ia.exemple.gouv.qc.ca/ --to releases

    Exit codes: 0 done, whether or not something changed; 2 failed. With --check: 0 nothing
    changed, 1 something changed, 2 failed.
    """
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
        print_note(f"left aside: {name}: {reason}")
    for year, entry in sorted(done.after.files.items()):
        click.echo(f"{year}: {place(folder, entry)}, {entry['bytes']:,} bytes")
    _print_changes(list(changes(done.before, done.after)))


def _print_changes(changed: list[str]) -> None:

    for change in changed:
        click.echo(visible(change, 300))
    if not changed:
        click.echo("Nothing changed since the last fetch.")
