"""The plainest mistakes in a query are named where they are."""

import time

import pytest

from server.engine.mistakes import find_mistake

PREFIX = "PREFIX a: <http://a/#b> # {\nBASE<http://a/>VERSION '1.2'\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        ("", 1, 1, "expected SELECT or CONSTRUCT or DESCRIBE or ASK, not the end"),
        (" \n # rien", 2, 8, "not the end"),
        ("SELEC * {}", 1, 1, "not 'SELEC'"),
        (f"{PREFIX}  étre {{}}", 3, 3, "not 'étre'"),
        (PREFIX, 3, 1, "not the end"),
        ("SELECT * {\n ?s ?p ?o", 2, 10, "expected '}' for the '{' of line 1, column 10"),
        ("ASK { ?s ?p (1 2 }", 1, 18, "expected ')' for the '(' of line 1, column 13, not '}'"),
        ("ASK { ?s ?p [ } ]", 1, 15, "expected ']'"),
        ("ASK {} }", 1, 8, "this '}' closes nothing"),
        ('ASK { ?s ?p \'{\', "(", \'\'\'[\'\'\', <a:(>, """"{""" } # {\n)', 2, 1, "')' closes"),
    ],
)
def test_a_mistake_is_named(text: str, line: int, column: int, told: str) -> None:
    fault = find_mistake(text)
    assert fault is not None
    assert (fault.line, fault.column) == (line, column)
    assert told in fault.detail
    assert f"line {line}, column {column}" in fault.detail


@pytest.mark.parametrize("text", ["ASK{}", f"{PREFIX}select?x{{}}", "ASK { ?s ?p }", "PREFIX x"])
def test_what_is_none_of_them_is_left_to_the_parser(text: str) -> None:
    assert find_mistake(text) is None


@pytest.mark.parametrize(
    "noise", ['"""\\', "<<", "'", '"', "\\", "#", "<a", "PREFIX a:<b>", "PREFIX ", "{", "'''\\'"]
)
def test_noise_is_read_in_linear_time(noise: str) -> None:
    begun = time.perf_counter()
    find_mistake(noise * (1_000_000 // len(noise)))
    assert time.perf_counter() - begun < 5
