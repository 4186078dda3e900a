"""Define the commands that serve, query and export releases, and check a site: doctor."""

import os
import sys
from pathlib import Path

import click

from server.conformance.command import doctor
from transform.commands.options import RELEASES_FOLDER, option
from transform.commands.translated import argument, command
from transform.errors import MisusedCommand
from transform.files import reason_message
from transform.release.manifest import base_uri_of
from transform.text.languages import process_language
from transform.text.message import message

HOST = option(
    "--host",
    metavar="H",
    default="127.0.0.1",
    show_default=True,
    help=message("commands.option_host"),
)
PORT = option(
    "--port",
    metavar="P",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help=message("commands.option_port"),
)
WORKERS = option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help=message("commands.option_workers"),
)


def _check_engine(_: click.Context, __: click.Parameter, engine: str) -> str:
    """Refuse what is neither an engine of ours nor the URL of a remote store."""
    from server.engine.remote.address import check_url

    return engine if engine in ("memory", "disk") else check_url(engine)


ENGINE = option(
    "--engine",
    metavar="memory|disk|URL",
    callback=_check_engine,
    default="memory",
    show_default=True,
    help=message("commands.option_engine"),
)
STORE = option(
    "--store",
    "stores",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=message("commands.option_store"),
)
DEMO_FOLDER = option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=message("commands.option_demo_folder"),
)


@command(message("commands.help_demo"))
@DEMO_FOLDER
@HOST
@PORT
@WORKERS
def demo(folder: Path | None, host: str, port: int, workers: int) -> None:
    """Build the example portraits that ship with the package, and serve them."""
    from server.http.process.listen import try_address
    from transform.commands.terminal import progress
    from transform.parallel import Workers
    from transform.pipeline.check import check
    from transform.pipeline.prepare import prepare
    from transform.pipeline.sources import example_sources
    from transform.pipeline.write import write_release
    from transform.release.folder import publish
    from transform.scratch import scratch_folder

    try_address(host, port)
    folder = folder or _cache_folder() / "portrait-ia" / "demo"
    with scratch_folder() as scratch, Workers() as processes, progress() as step:
        work = prepare(example_sources(), f"http://localhost:{port}/", step)
        checked = check(work, False, scratch, processes, step)
        path, _ = write_release(work, checked, folder, processes, step)
        publish(path)
    _serve(folder, host, port, workers)


@command(message("commands.help_serve"))
@RELEASES_FOLDER
@HOST
@PORT
@WORKERS
@ENGINE
@STORE
def serve(
    releases_folder: Path, host: str, port: int, workers: int, engine: str, stores: Path | None
) -> None:
    """Serve DIR/current: pages, documents, dumps and SPARQL."""
    _serve(releases_folder, host, port, workers, engine, stores)


def _serve(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    engine: str = "memory",
    stores: Path | None = None,
) -> None:
    from server.http.process.listen import listen

    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104

    def ready() -> None:
        click.echo(message("commands.serving", url=f"http://{shown}:{port}/"))

    listen(folder, host, port, workers, ready, engine, stores)


def _cache_folder() -> Path:
    # XDG Base Directory Specification.
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


QUERY_FORMAT = option(
    "--format",
    "name",
    metavar="F",
    help=message("commands.option_query_format"),
)


@command(message("commands.help_query"))
@RELEASES_FOLDER
@argument("query", metavar="TEXT-or-FILE")
@QUERY_FORMAT
def query(releases_folder: Path, query: str, name: str | None) -> None:
    """Ask a release a SPARQL query without a server; - reads it from standard input."""
    from server.engine.faults import EngineFault, FormNotAcceptable
    from server.engine.interface import Question
    from server.engine.opening import open_engine
    from server.negotiation import (
        CONSTRUCTED,
        CSV,
        SOLUTIONS,
        TURTLE,
        find_format,
    )
    from server.settings import read_settings
    from transform.release.integrity import check_quads

    rows = find_format(SOLUTIONS, name) if name else CSV
    graph = find_format(CONSTRUCTED, name) if name else TURTLE
    if not rows and not graph:
        known = [offer.suffix for offer in (*SOLUTIONS, *CONSTRUCTED)]
        raise MisusedCommand(message("commands.query_format", name=name, formats=known))
    release = (releases_folder / "current").resolve()
    base_uri = base_uri_of(check_quads(release))
    question = Question(
        text=_query_text(query),
        base_iri=base_uri,
        solutions=rows.media_type if rows else None,
        graph=graph.media_type if graph else None,
    )
    limits = read_settings(os.environ).limits
    try:
        with (
            open_engine(release / "dumps" / "portraits.nq", base_uri, limits) as engine,
            engine.ask(question) as answer,
        ):
            for part in answer.body:
                sys.stdout.buffer.write(part)
    except FormNotAcceptable as fault:
        formats = [offer.suffix for offer in (SOLUTIONS if graph else CONSTRUCTED)]
        raise MisusedCommand(message("commands.query_form", name=name, formats=formats)) from fault
    except EngineFault as fault:
        raise MisusedCommand(message("commands.query_fault", problem=fault.detail)) from fault


def _query_text(argument: str) -> str:
    if argument == "-":
        return sys.stdin.read()
    # A query has spaces and braces; a text without them is a path.
    if argument.endswith((".rq", ".sparql")) or not set(argument) & set("{} \n"):
        try:
            return Path(argument).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MisusedCommand(
                message("commands.query_unreadable", file=argument, reason=reason_message(error))
            ) from error
    return argument


SITE = option(
    "--to",
    "site",
    type=click.Path(path_type=Path),
    metavar="SITE",
    required=True,
    envvar="PORTRAIT_IA_EXPORT_TO",  # not that of the folder of releases
    help=message("export.option_to"),
)


@command(message("export.help"))
@RELEASES_FOLDER
@SITE
def export(releases_folder: Path, site: Path) -> None:
    """Write the current release as a site of files, for a plain web server."""
    from server.export.export import export as write_site
    from server.texts import size
    from transform.commands.terminal import progress

    with progress() as step:
        done = write_site(releases_folder, site, step)
    for path, status in done.lost.items():
        click.echo(message("export.lost", path=path, status=status), err=True)
    amount = size(done.written.bytes, process_language())
    click.echo(
        message("export.done", site=site, name=done.release, files=done.written.files, size=amount)
    )


COMMANDS = (demo, serve, query, export, doctor)
