"""Put a release into a running store, by plain requests of the Graph Store HTTP Protocol."""

import http.client
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from server.engine.remote.authorization import Authorization
from tests.support.remote_store import RemoteStore
from transform.rdf.namespaces import RDF_TYPE
from transform.release.manifest import base_uri_of, read_manifest
from transform.release.remote_graphs import in_store, record_graph

_N_TRIPLES = "application/n-triples"


def store_release(store: RemoteStore, folder: Path, record: bool = True) -> None:
    """Put the graphs of a release folder into a store, and its record where that is wanted."""
    base_uri = base_uri_of(read_manifest(folder))
    graphs: dict[str, list[str]] = defaultdict(list)
    for quad in read_quads(folder):
        assert isinstance(quad.graph_name, ox.NamedNode)
        graphs[quad.graph_name.value].append(f"{quad.triple} .\n")
    for graph, lines in graphs.items():
        put_graph(store, in_store(base_uri, folder.name, graph), "".join(lines))
    if record:
        name = record_graph(base_uri, folder.name)
        put_graph(store, name, f"<{name}> <{RDF_TYPE}> <http://rdfs.org/ns/void#Dataset> .\n")


def read_quads(folder: Path) -> Iterator[ox.Quad]:
    """Yield the statements that an engine answers from."""
    for file in (folder / "dumps/portraits.nq", folder / "catalogue.nq"):
        if file.exists():
            yield from ox.parse(path=file, format=ox.RdfFormat.N_QUADS)


def put_graph(store: RemoteStore, name: str, content: str) -> None:
    """Replace a graph of a store."""
    status = _send(store, "PUT", name, content.encode())
    assert status in (200, 201, 204), status


def drop_graph(store: RemoteStore, name: str) -> None:
    """Remove a graph of a store."""
    status = _send(store, "DELETE", name, b"")
    assert status in (200, 204, 404), status


def _send(store: RemoteStore, method: str, graph: str, body: bytes) -> int:
    address = urlsplit(store.graph_store)
    target = f"{address.path}?graph={quote(graph, safe='')}"
    # N-Triples are Turtle, the only one of both that Virtuoso takes here.
    headers = {"Content-Type": "text/turtle" if store.user else _N_TRIPLES}
    who = Authorization(store.user, store.password)
    if store.user:  # asked before a body is sent, of which a refusal would read nothing
        _, challenges = _request(address.netloc, "GET", target, b"", {})
        assert who.take(challenges), challenges
    headers |= who.header(method, target)
    return _request(address.netloc, method, target, body, headers)[0]


def _request(
    place: str, method: str, target: str, body: bytes, headers: dict[str, str]
) -> tuple[int, list[str]]:
    with closing(http.client.HTTPConnection(place, timeout=60)) as connection:
        connection.request(method, target, body, headers)
        reply = connection.getresponse()
        reply.read()
        return reply.status, reply.headers.get_all("WWW-Authenticate") or []
