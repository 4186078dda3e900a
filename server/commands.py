"""Define the commands that serve and query releases: demo, serve, query."""

import os
import sys
from pathlib import Path

import click

from transform.commands.options import RELEASES_FOLDER, option
from transform.errors import MisusedCommand
from transform.release.manifest import base_uri_of

HOST = option(
    "--host", metavar="H", default="127.0.0.1", show_default=True, help="Address to listen on."
)
PORT = option(
    "--port",
    metavar="P",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on.",
)
WORKERS = option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="HTTP processes; each keeps its own copy of the release for its queries.",
)
ENGINE = option(
    "--engine",
    type=click.Choice(["memory", "disk"]),
    default="memory",
    show_default=True,
    help="Where queries are answered: in memory, or from a store in DIR/.stores, built once.",
)
DEMO_FOLDER = option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the example releases. Default: portrait-ia/demo in the user's cache.",
)


@click.command()
@DEMO_FOLDER
@HOST
@PORT
@WORKERS
def demo(folder: Path | None, host: str, port: int, workers: int) -> None:
    """Build the example portraits that ship with the package, and serve them.

    Their initiatives are made up; the counts are those of the published portraits.
    """
    from server.http.process.listen import try_address
    from transform.commands.terminal import progress
    from transform.files import scratch_folder
    from transform.parallel import Workers
    from transform.pipeline.check import check
    from transform.pipeline.prepare import prepare
    from transform.pipeline.sources import example_sources
    from transform.pipeline.write import write_release
    from transform.release.folder import publish

    try_address(host, port)
    folder = folder or _cache_folder() / "portrait-ia" / "demo"
    with scratch_folder() as scratch, Workers() as processes, progress() as step:
        work = prepare(example_sources(), f"http://localhost:{port}/", step)
        checked = check(work, False, scratch, processes, step)
        path, _ = write_release(work, checked, folder, processes, step)
        publish(path)
    _serve(folder, host, port, workers)


@click.command()
@RELEASES_FOLDER
@HOST
@PORT
@WORKERS
@ENGINE
def serve(releases_folder: Path, host: str, port: int, workers: int, engine: str) -> None:
    """Serve DIR/current: pages, documents, dumps and SPARQL.

    Moves to a new release, or back to an old one, without a failed request. The limits of the
    endpoint are variables: PORTRAIT_IA_QUERY_SECONDS, PORTRAIT_IA_QUERY_MEMORY_MB,
    PORTRAIT_IA_RESULT_MB, PORTRAIT_IA_QUERY_KB.
    """
    _serve(releases_folder, host, port, workers, engine)


def _serve(folder: Path, host: str, port: int, workers: int, engine: str = "memory") -> None:
    from server.http.process.listen import listen

    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104

    def ready() -> None:
        click.echo(f"http://{shown}:{port}/  (Ctrl-C ends)")

    listen(folder, host, port, workers, ready, engine)


def _cache_folder() -> Path:
    # XDG Base Directory Specification.
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


QUERY_FORMAT = option(
    "--format",
    "name",
    metavar="F",
    help="csv, tsv, json or xml for rows; ttl, nt, jsonld, rdf, nq or trig for a graph."
    " Default: csv, or ttl.",
)


@click.command()
@RELEASES_FOLDER
@click.argument("query", metavar="TEXT-or-FILE")
@QUERY_FORMAT
def query(releases_folder: Path, query: str, name: str | None) -> None:
    """Ask a release a SPARQL query without a server; - reads it from standard input.

    \b
    portrait-ia query releases 'SELECT ?i { ?i a <http://localhost:8000/def#Inscription> }'
    """
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
        known = ", ".join(offer.suffix for offer in (*SOLUTIONS, *CONSTRUCTED))
        raise MisusedCommand(f"--format {name!r}: unknown; there are {known}.")
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
        formats = ", ".join(offer.suffix for offer in (SOLUTIONS if graph else CONSTRUCTED))
        raise MisusedCommand(
            f"--format {name}: not what this query answers. Choose one of {formats}."
        ) from fault
    except EngineFault as fault:
        raise MisusedCommand(f"query: {fault.detail}") from fault


def _query_text(argument: str) -> str:
    if argument == "-":
        return sys.stdin.read()
    # A query has spaces and braces; a text without them is a path.
    if argument.endswith((".rq", ".sparql")) or not set(argument) & set("{} \n"):
        try:
            return Path(argument).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MisusedCommand(
                f"{argument}: cannot be read ({error}). Give a query or a file."
            ) from error
    return argument


COMMANDS = (demo, serve, query)
