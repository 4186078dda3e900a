"""A graph says what it holds in the words of the register's layout."""

import pytest

from transform.graphs.named_graphs import graph_lines
from transform.layouts.model import load_layout


@pytest.mark.parametrize(
    ("layout", "title", "lists"),
    [
        ("quebec", '"Portrait de 2025"@fr', "portefeuilles ministériels"),
        ("us-2024", '"Recensement de 2025"@fr', "départements"),
    ],
)
def test_a_graph_is_called_as_its_layout_calls_its_files(
    layout: str, title: str, lists: str
) -> None:
    year, vocabulary = (
        [line[2] for line in graph_lines("http://x/", name, load_layout(layout))]
        for name in ("2025", "vocabulaire")
    )
    assert title in year
    assert any(f"statuts, {lists}, genres" in text for text in vocabulary)
