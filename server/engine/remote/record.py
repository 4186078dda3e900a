"""Check that a store holds a release whole: its record, and every statement of its graphs."""

from collections.abc import Callable, Mapping

from server.engine.remote import terms
from server.engine.remote.graphs import Graphs
from transform.release.remote_graphs import record_graph
from transform.text.message import Message, message

# Asks a store a SELECT; returns rows of texts.
Select = Callable[[str], list[dict[str, str]]]


def find_problem(select: Select, graphs: Graphs, counts: Mapping[str, int]) -> Message | None:
    """Return why a store does not hold a release whole, None where it does.

    `counts` are the statements of each graph, by its short name, as the manifest lists them. The
    record is written last. Raises EngineFault where the store does not answer.
    """
    record = terms.write_iri(record_graph(graphs.base_uri, graphs.release))
    if not select(f"SELECT ?s {_all_of(record)} LIMIT 1"):
        return message("server.store_no_record")
    for name, count in sorted(counts.items()):
        graph = terms.write_iri(graphs.stored(f"{graphs.base_uri}graph/{name}"))
        rows = select(f"SELECT (COUNT(*) AS ?n) {_all_of(graph)}")
        held = rows[0].get("n") if rows else None
        if held != str(count):
            return message("server.store_differs", graph=name, held=held, count=count)
    return None


def _all_of(graph: str) -> str:
    return f"FROM NAMED {graph} {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
