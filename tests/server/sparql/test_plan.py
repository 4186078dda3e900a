"""The plan of a query: whether its answer may be kept is decided on its text."""

import pytest

from server.sparql.plan import is_fickle


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?n) {}",
        "select (rand ( ) as ?n) {}",
        "SELECT (UUID() AS ?n) {}",
        "SELECT (STRUUID() AS ?n) {}",
        "SELECT * { ?s ?p ?o } ORDER BYRAND()",
        "SELECT * { FILTER(trueNOW()) }",
        "SELECT (N\\u004FW() AS ?n) {}",
    ],
)
def test_a_query_that_may_answer_otherwise_is_fickle(query: str) -> None:
    assert is_fickle(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?now { ?now ?uuid ?rand }",
        "SELECT $rand { $rand <http://x.example/known> ?o }",
        "PREFIX ex: <http://x.example/> SELECT * { ?s ex:random ?o ; ex:now ?snow }",
    ],
)
def test_a_query_that_names_something_so_is_not(query: str) -> None:
    assert not is_fickle(query)
