"""Define the command that loads a release into a remote store."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from transform.commands.options import RELEASES_FOLDER, RETRIES, option, seconds_option
from transform.commands.terminal import print_note, progress
from transform.commands.translated import command
from transform.release.remote_graphs import pointer_graph, record_graph
from transform.text.message import message

if TYPE_CHECKING:
    from transform.push.push import Pushed


@command(message("commands.help_push"))
@RELEASES_FOLDER
@option(
    "--to",
    "to",
    metavar="URL",
    required=True,
    envvar="PORTRAIT_IA_PUSH_TO",
    help=message("commands.option_push_to"),
)
@option(
    "--query",
    metavar="URL",
    envvar="PORTRAIT_IA_PUSH_QUERY",
    help=message("commands.option_push_query"),
)
@option(
    "--update",
    metavar="URL",
    envvar="PORTRAIT_IA_PUSH_UPDATE",
    help=message("commands.option_push_update"),
)
@option(
    "--release",
    metavar="RELEASE",
    envvar="PORTRAIT_IA_PUSH_RELEASE",
    help=message("commands.option_push_release"),
)
@option(
    "--keep",
    metavar="N",
    type=click.IntRange(min=1),
    envvar="PORTRAIT_IA_PUSH_KEEP",
    help=message("commands.option_push_keep"),
)
@option(
    "--take-over",
    is_flag=True,
    envvar="PORTRAIT_IA_PUSH_TAKE_OVER",
    help=message("commands.option_push_take_over"),
)
@seconds_option(600, message("commands.option_push_seconds"))
@RETRIES
def push(
    releases_folder: Path,
    to: str,
    query: str | None,
    update: str | None,
    release: str | None,
    keep: int | None,
    take_over: bool,
    seconds: float,
    retries: int,
) -> None:
    """Load a release into a remote store, and make it the current one there."""
    from transform.push import push as steps
    from transform.push.endpoints import find_endpoints
    from transform.push.exchange import StoreExchange
    from transform.push.store import Store
    from transform.release.folder import find_release

    endpoints = find_endpoints(to, query, update)
    chosen = find_release(releases_folder, release).path
    loading = str(message("commands.push_loading"))
    with StoreExchange(seconds, retries, print_note) as exchange, progress() as step:
        store = Store(endpoints, exchange)
        done = steps.push(
            chosen, store, keep, lambda sent, size: step(loading, sent, size), take_over
        )
    _print(done)


def _print(done: "Pushed") -> None:
    for name in done.cleaned:
        click.echo(message("commands.push_cleaned", name=name))
    if done.was_there:
        click.echo(message("commands.push_was_there", name=done.release))
    for graph, count in done.counts.items():
        click.echo(message("commands.push_graph", graph=graph, count=count))
    record = record_graph(done.base_uri, done.release)
    click.echo(message("commands.push_record", record=record))
    click.echo(message("commands.push_current", pointer=pointer_graph(done.base_uri)))
    for name in done.removed:
        click.echo(message("commands.pruned", name=name))
