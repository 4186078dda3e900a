"""Read the tables of a release (`transform/release/database.py`), within a time limit."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from flask import current_app, request

from server.engine.faults import Abandoned, QueryTooSlow
from server.faults import UnknownPage, UnreadableRequest
from server.release.current import Release
from server.settings import Settings
from server.web.release_scope import GONE
from transform.release.paths import DATABASE
from transform.release.thing_tables import VERSION
from transform.text.message import message

_PATH = f"dumps/{DATABASE}"
STEPS = 20_000  # instructions of SQLite's virtual machine between two looks: about a millisecond
Row = sqlite3.Row


class Tables:
    """The tables of a release, open for one request.

    Each query raises QueryTooSlow once the time limit of the request is over, and Abandoned when
    the client has hung up, and UnreadableRequest for words that the index does not take.
    """

    def __init__(self, connection: sqlite3.Connection, watch: "QueryWatch") -> None:
        self._connection, self._watch = connection, watch
        self._has_own_time = False
        connection.set_progress_handler(watch.ends, STEPS)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query."""
        if self._has_own_time:
            self._watch.begin()
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if self._watch.fault:
                raise self._watch.fault from error
            if str(error).startswith("fts5:"):  # the index does not take the words as they are
                raise UnreadableRequest(message("lists.unreadable_words")) from error
            raise

    def time_each_query(self) -> None:
        """Take the time limit as that of each query: a client may read slowly between two."""
        self._has_own_time = True

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement on tables that are this request's own, in memory."""
        self.rows(statement, values)

    def number(self, query: str, values: Sequence[object] = ()) -> int:
        """Return the number that a query gives."""
        (row,) = self.rows(query, values)
        return int(row[0])


@contextmanager
def open_tables(release: Release, seconds: float | None = None) -> Iterator[Tables]:
    """Open the tables of a release for reading, until the request ends.

    The time limit is that of a query, unless it is given. Raises UnknownPage for a release that
    was built without them.
    """
    path = release.find_file(_PATH)
    if path is None:
        raise UnknownPage(message("lists.no_tables"))
    settings: Settings = current_app.config["SETTINGS"]
    watch = QueryWatch(seconds or settings.limits.seconds, request.environ.get(GONE))
    # The file never changes, so that SQLite need neither lock it nor look for a journal.
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    # One thread at a time has it, but an answer may be sent by another than the one that began it.
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    with closing(connection):
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA temp_store = MEMORY")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise UnknownPage(message("lists.no_tables"))
        yield Tables(connection, watch)


class QueryWatch:
    """Ends a query of SQLite by a deadline, or when the client has gone."""

    def __init__(self, seconds: float, gone: Any) -> None:
        self._seconds, self._gone = seconds, gone
        self.begin()

    def begin(self) -> None:
        """Set the deadline, counted from now."""
        self._deadline = time.monotonic() + self._seconds
        self.fault: Exception | None = None

    def ends(self) -> bool:
        """Return whether the query is to end; `fault` says why."""
        if self._gone is not None and self._gone():
            self.fault = Abandoned("The client has hung up.")
        elif time.monotonic() > self._deadline:
            self.fault = QueryTooSlow(self._seconds)
        return self.fault is not None
