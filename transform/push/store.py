"""Put, extend, delete and count the graphs of a store."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from transform.errors import PushFailed, Said
from transform.push.endpoints import Endpoints
from transform.push.exchange import AGAIN, StoreAnswer, StoreExchange, StoreRequest
from transform.push.queries import count_statements, replace_all, select_parts
from transform.text.message import Message, message
from transform.text.printable import visible

RESULTS = "application/sparql-results+json"
_JSON = {RESULTS, "application/json"}
_TURTLE = {"Content-Type": "text/turtle"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Row = Mapping[str, str]


class Store:
    """The graphs of a store, behind its endpoints."""

    def __init__(self, endpoints: Endpoints, exchange: StoreExchange) -> None:
        self._at, self._exchange = endpoints, exchange
        self._product = ""

    @property
    def is_virtuoso(self) -> bool:
        """Whether the last answer to a query came from a Virtuoso, which cuts long IRIs."""
        return self._product.startswith("Virtuoso")

    def put(self, graph: str, turtle: bytes) -> None:
        """Replace a graph (SPARQL 1.1 Graph Store HTTP Protocol, 5.3)."""
        self._write("PUT", graph, turtle)

    def add(self, graph: str, turtle: bytes) -> None:
        """Add statements to a graph (5.5)."""
        self._write("POST", graph, turtle)

    def delete(self, graph: str) -> None:
        """Delete a graph (5.4), which need not be there."""
        self._exchange.send(StoreRequest(_what("DELETE", graph), "DELETE", self._url(graph)))

    def count(self, graph: str) -> int:
        """Return how many statements a graph has; raises PushFailed."""
        what = message("push.counting", graph=graph)
        rows = self.select(what, count_statements(graph))
        number = rows[0].get("n", "") if len(rows) == 1 else ""
        if not re.fullmatch("[0-9]{1,18}", number):
            raise self._fault(what, message("push.no_number"))
        return int(number)

    def is_there(self, record: str) -> bool:
        """Check whether a record or a list of loading is there; raises PushFailed."""
        return bool(self.select(message("push.reading_list"), select_parts(record)))

    def hurry(self) -> None:
        """Send each further request once, and not wait long for it."""
        self._exchange.hurry()

    def select(self, what: Said, query: str) -> list[Row]:
        """Return the rows of an answer, each with the texts of what is bound.

        Raises PushFailed, also for an answer that is not whole.
        """
        body = urlencode({"query": query}).encode()
        headers = {"Accept": RESULTS, **_FORM}
        answer = self._exchange.send(StoreRequest(what, "POST", self._at.query, headers, body))
        self._product = answer.headers.get("Server", "")
        if answer.status == 404:
            raise self._fault(what, message("push.not_found"))
        # Virtuoso answers 200 with a part of the rows, and says so in these (its documentation,
        # «Anytime» queries and ResultSetMaxRows).
        if {"X-SPARQL-MaxRows", "X-SQL-State"} & {*answer.headers}:
            raise self._fault(what, message("push.not_whole"))
        try:
            return _read_rows(answer)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            media_type = visible(answer.media_type or "–", 100)
            raise self._fault(what, message("push.no_results", media_type=media_type)) from None

    def replace_statement(self, graph: str, statement: str) -> None:
        """Replace all of a graph by one statement, in one step.

        By an update where it is known where the store takes any: on PUT, Virtuoso empties a graph
        before it fills it, and readers see it empty meanwhile. A graph without statements is put,
        as nobody reads anything there (and Virtuoso inserts nothing beside an empty OPTIONAL).
        """
        if self._at.update is None or self.count(graph) == 0:
            self.put(graph, f"{statement} .\n".encode())
            return
        what = message("push.updating", graph=graph)
        body = urlencode({"update": replace_all(graph, statement)}).encode()
        answer = self._exchange.send(StoreRequest(what, "POST", self._at.update, _FORM, body))
        if answer.status == 404:
            raise self._fault(what, message("push.not_found"), self._at.update)

    def _write(self, method: str, graph: str, turtle: bytes) -> None:
        what = _what(method, graph)
        answer = self._exchange.send(StoreRequest(what, method, self._url(graph), _TURTLE, turtle))
        if answer.status == 404:
            raise self._fault(what, message("push.not_found"), self._at.graph_store)

    def _url(self, graph: str) -> str:
        return f"{self._at.graph_store}?graph={quote(graph, safe='')}"

    def _fault(self, what: Said, problem: Message, where: str | None = None) -> PushFailed:
        values = {"what": what, "where": where or self._at.query, "problem": problem}
        return PushFailed(message("push.failed", **values), AGAIN)


def _what(method: str, graph: str) -> Message:
    return message("push.writing", method=method, graph=graph)


def _read_rows(answer: StoreAnswer) -> list[Row]:
    """Read SPARQL 1.1 Query Results JSON; raises ValueError, TypeError, KeyError and others."""
    if answer.media_type not in _JSON:
        raise ValueError(answer.media_type)
    found: Any = json.loads(answer.body)
    return [
        {variable: str(term["value"]) for variable, term in row.items()}
        for row in found["results"]["bindings"]
    ]
