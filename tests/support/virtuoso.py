"""Run a Virtuoso 7 as Debian packages it, with the limits of its configuration file."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import take_port
from tests.support.remote_store import RemoteStore, answers
from tests.support.waiting import wait_until

USER, PASSWORD = "porteuse", "s3cret:à/§"
# The limits are those of Debian's own file. Nothing is to outlive the test: no checkpoints.
_SETTINGS = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
CheckpointInterval = 0
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
MaxKeepAlives = 10
KeepAliveTimeout = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
"""
# What the docs tell a publisher to do: a user who may write graphs, and nothing else.
_MAKE_USER = f"DB.DBA.USER_CREATE('{USER}', '{PASSWORD}'); grant SPARQL_UPDATE to \"{USER}\";"


@contextmanager
def run_virtuoso(folder: Path, buffers: int = 10_000) -> Iterator[RemoteStore]:
    """Yield a running Virtuoso that keeps its data in a folder; skips where it is missing.

    `buffers`: of 8 kB each, for its pages; 10,000 are those of Debian's file.
    """
    program, sql_client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not (program and sql_client):
        pytest.skip("no Virtuoso on this machine: apt-get install virtuoso-opensource-7")
    http, http_reservation = take_port()
    sql, sql_reservation = take_port()
    settings = folder / "virtuoso.ini"
    values = {"http": http, "sql": sql, "buffers": buffers, "dirty": buffers * 3 // 5}
    settings.write_text(_SETTINGS.format(folder=folder, **values))
    command: list[str | Path] = [program, "+foreground", "+configfile", settings]
    with http_reservation, sql_reservation, (folder / "output").open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
        try:
            at = f"http://127.0.0.1:{http}"
            wait_until(lambda: answers(f"{at}/sparql", server))
            make_user = [sql_client, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={_MAKE_USER}"]
            made = subprocess.run(make_user, capture_output=True, text=True, timeout=60)
            assert made.returncode == 0, made.stdout + made.stderr
            assert "Error" not in made.stdout + made.stderr
            graph_store = f"{at}/sparql-graph-crud-auth"
            yield RemoteStore(graph_store, f"{at}/sparql", USER, PASSWORD, server.pid)
        finally:
            server.kill()
            server.wait(60)
