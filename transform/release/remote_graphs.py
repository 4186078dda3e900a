"""Name the graphs that a release has in a remote store, which may hold several releases.

- a graph of the release, `{base}graph/2025`, is `{base}releases/{release}/graph/2025` there;
- the record of the release, written last, once all its graphs are whole, is the graph
  `{base}releases/{release}`;
- the pointer to the release that is current, one statement, replaced in one request, is the
  graph `{base}releases/`.
"""

from transform.rdf.namespaces import DCAT

CURRENT = f"{DCAT}hasCurrentVersion"  # the property of the pointer (DCAT 3, 11.4)


def in_store(base_uri: str, release: str, graph: str) -> str:
    """Return the name that a graph of a release has in the store; ValueError for a foreign one."""
    if not graph.startswith(f"{base_uri}graph/"):
        raise ValueError(graph)
    return f"{record_graph(base_uri, release)}/{graph.removeprefix(base_uri)}"


def of_release(base_uri: str, release: str, stored: str) -> str | None:
    """Return the name that a graph in the store has in its release; None for any other graph."""
    record = f"{record_graph(base_uri, release)}/"
    return base_uri + stored.removeprefix(record) if stored.startswith(f"{record}graph/") else None


def record_graph(base_uri: str, release: str) -> str:
    """Return the IRI of the record of a release in the store, which is a graph of that name."""
    return f"{base_uri}releases/{release}"


def pointer_graph(base_uri: str) -> str:
    """Return the IRI of the graph that says which release of a site is current in the store."""
    return f"{base_uri}releases/"
