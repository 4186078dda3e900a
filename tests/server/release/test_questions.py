"""Ten questions of the docs: each has a short query, and the answer that stands below it."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.paths import InvPath, SequencePath
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import traverse
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from tests.support.docs_queries import SITE, answers, load_release, read_page

MOST_PATTERNS = 6


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    return load_release(example / "current")


def steps(predicate: Node | PropertyPath) -> int:
    """Return how many patterns a predicate stands for: a sequence is one for each of its steps."""
    if isinstance(predicate, SequencePath):
        return sum(map(steps, predicate.args))
    return steps(predicate.arg) if isinstance(predicate, InvPath) else 1


def patterns(query: str) -> int:
    """Return the number of triple patterns of a query."""
    counts: list[int] = []

    def count(part: object) -> None:
        # rdflib leaves what stands in EXISTS as it was parsed: several patterns in one list.
        if isinstance(part, CompValue) and part.name in ("BGP", "TriplesBlock"):
            counts.extend(steps(p) for terms in part.triples for p in terms[1::3])

    traverse(prepareQuery(query, base=SITE).algebra, visitPre=count)
    return sum(counts)


def test_patterns_are_counted_wherever_they_stand() -> None:
    query = """SELECT * {
        ?a <p>/<q>/<r>? ?b ; <s> ?c , ?d .
        OPTIONAL { ?b ^(<p>/<q>) ?e }
        { SELECT ?a { { ?a <p> ?b } UNION { GRAPH ?g { ?a <q> ?b } } } }
        FILTER NOT EXISTS { ?a <t>/<u> ?b ; <v> ?c , ?d }
    }"""
    assert patterns(query) == (3 + 2) + 2 + (1 + 1) + (2 + 2)


@pytest.mark.parametrize("page", ["questions.md", "questions.en.md"])
def test_questions_are_short_and_answer_what_stands_below_them(store: ox.Store, page: str) -> None:
    shown = read_page(page)
    assert len(shown) == 10
    for query, sentence, columns, rows in shown:
        assert 1 <= patterns(query) <= MOST_PATTERNS, query
        every = answers(store, query, columns)
        assert every[: len(rows)] == rows
        assert rows
        number = re.search(r"\d+(?= (?:ligne|row)s?\b)", sentence)
        assert number, query
        assert int(number[0]) == len(every), query


def test_both_languages_show_the_same_queries() -> None:
    french, english = read_page("questions.md"), read_page("questions.en.md")
    assert [shown.query for shown in french] == [shown.query for shown in english]
