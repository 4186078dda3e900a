"""Know where a store takes graphs, queries and updates."""

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from transform.errors import MisusedCommand
from transform.push.credentials import PASSWORD, USER
from transform.text.message import message
from transform.text.printable import visible
from transform.text.urls import url_problem

# By the end of the path of the Graph Store endpoint: the paths of queries and of updates.
_KNOWN = {
    "/store": ("/query", "/update"),  # oxigraph
    "/sparql-graph-crud-auth": ("/sparql", "/sparql-auth"),  # Virtuoso 7
    "/sparql-graph-crud": ("/sparql", "/sparql-auth"),
}


class Endpoints(NamedTuple):
    """The URLs of a store: Graph Store HTTP Protocol, SPARQL query, SPARQL update where known."""

    graph_store: str
    query: str
    update: str | None


def find_endpoints(to: str, query: str | None, update: str | None) -> Endpoints:
    """Return the endpoints of a store: those that are given, and those that a known store has.

    Raises MisusedCommand for what is no plain http(s) URL, and where the place of queries is not
    known. A URL with a password is never repeated.
    """
    for option, url in (("--to", to), ("--query", query), ("--update", update)):
        if url is not None:
            _check(option, url)
    parts = urlsplit(to)
    for end, paths in _KNOWN.items():
        if parts.path.endswith(end):
            place = parts.path.removesuffix(end)
            known = [urlunsplit(parts._replace(path=f"{place}{path}")) for path in paths]
            return Endpoints(to, query or known[0], update or known[1])
    if query is None:
        raise MisusedCommand(message("push.no_query", url=visible(to, 300), known=[*_KNOWN]))
    return Endpoints(to, query, update)


def _check(option: str, url: str) -> None:
    if "@" in url:  # wherever it stands: a password that holds «/» is none to a parser
        names = {"option": option, "user": USER, "password": PASSWORD}
        raise MisusedCommand(message("push.url_with_credentials", **names))
    if problem := url_problem(url):
        raise MisusedCommand(message("errors.place_and_problem", where=option, problem=problem))
    if "?" in url or "#" in url:
        raise MisusedCommand(message("push.url_with_query", option=option, url=visible(url, 300)))
