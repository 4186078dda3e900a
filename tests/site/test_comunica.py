"""The queries of the table of stores, asked of Comunica over a file."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.engine.opening import opener_of
from server.settings import Settings
from tests.site.test_remote_engine import ask_in_process, check, list_rows
from tests.support.comunica import run_comunica
from tests.support.same_answers import Deviations, differ

pytestmark = pytest.mark.comunica


@pytest.fixture(scope="module")
def clients(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[FlaskClient]]:
    """A client of the application in memory, and one over Comunica."""
    scratch = tmp_path_factory.mktemp("comunica")
    with ExitStack() as running:
        address = running.enter_context(run_comunica((folder / "current").resolve(), scratch))
        clients = []
        for engine in ("memory", address):
            # It holds no record: nobody has pushed to it.
            app = create_app(folder, Settings(query_seconds=30), opener_of(engine))
            running.callback(app.extensions["current_release"].close)
            clients.append(app.test_client())
        yield clients


def test_comunica_answers_as_the_engine_in_memory(clients: list[FlaskClient]) -> None:
    found: Deviations = {}
    for row in list_rows():
        if row.name.startswith(("query: ", "protocol: ")):
            expected, given = (ask_in_process(client, row) for client in clients)
            if deviation := differ(expected, given):
                found[row.name] = deviation
    check(found, "comunica")
