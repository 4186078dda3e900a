"""The names of graphs in a store that holds several releases, and back."""

import pytest

from transform.release.remote_graphs import in_store, of_release, pointer_graph, record_graph

BASE = "https://exemple.org/ia/"
GRAPH = f"{BASE}graph/2025"


def test_a_graph_has_a_name_of_its_own_for_each_release() -> None:
    assert in_store(BASE, "r1", GRAPH) == f"{BASE}releases/r1/graph/2025"
    assert in_store(BASE, "r2", GRAPH) != in_store(BASE, "r1", GRAPH)


def test_the_name_in_the_store_leads_back_for_its_own_release_only() -> None:
    stored = in_store(BASE, "r1", GRAPH)
    assert of_release(BASE, "r1", stored) == GRAPH
    others = (GRAPH, record_graph(BASE, "r1"), pointer_graph(BASE), in_store(BASE, "r12", GRAPH))
    assert [of_release(BASE, "r1", other) for other in others] == [None] * 4


def test_a_graph_of_another_site_has_no_name_in_the_store() -> None:
    with pytest.raises(ValueError, match="autre"):
        in_store(BASE, "r1", "https://autre.org/graph/2025")
