"""Lookups: questions about one subject, answered in the process that asks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.interface import CSV, JSON, Engine, Question
from server.engine.opening import open_engine
from server.engine.pool import lookup
from server.engine.pool.lookup import MOST_ABOUT, Lookups, open_lookups
from tests.conftest import PROJECT
from transform.errors import UnreadableRelease

BASE = "http://localhost:8000/"
P = "PREFIX ex: <http://x.example/> "
LITTLE, MUCH = "<http://x.example/little>", "<http://x.example/much>"
_LINE = f'{MUCH} <http://x.example/p> "%04d" <http://x.example/g> .\n'
_ENOUGH = MOST_ABOUT // len(_LINE % 0) + 1

LOOKUPS = [
    f"SELECT ?p ?o {{ {LITTLE} ?p ?o }}",
    f"select * where {{ {LITTLE} ?p ?o . }}",
    f"SELECT ?o WHERE {{\n  {LITTLE} a ?o\n}}\nLIMIT 5",
    f"{P}SELECT ?o {{ {LITTLE} ex:label ?o }}",
    f"{P}{P}SELECT ?o{{{LITTLE} <http://x.example/label> ?o}}LIMIT 0",
    f"SELECT ?o ?none {{ {LITTLE} ?o ?o }}",
    f"SELECT ?p ?o {{ {LITTLE} ?p ?o FILTER(?o != 7) }}",
    f'SELECT ?o {{ {LITTLE} ?p ?o . FILTER ( lang(?o) = "fr" ) . }}',
    f'SELECT ?o {{ {LITTLE} ?p ?o FILTER(?o = "un"@fr) }}',
    f"SELECT ?p {{ {LITTLE} ?p ?o FILTER(?o = <http://x.example/b>) }}",
    f"{P}SELECT ?p {{ {LITTLE} ?p ?o FILTER(?o = ex:b) }} limit 1",
    "SELECT ?p ?o { <http://x.example/nothing> ?p ?o }",
    f"SELECT ?o {{ {LITTLE} <http://x.example/a/../label> ?o }}",
    f"PREFIX ex: <http://x.example/./> SELECT ?o {{ {LITTLE} ex:label ?o }}",
]
NESTS = "(" * 3000 + "?o" + ")" * 3000
OTHERS = [
    f"SELECT ?p ?o {{ {MUCH} ?p ?o }}",
    # Resolving an IRI takes these away.
    "SELECT ?p ?o { <http://x.example/a/../much> ?p ?o }",
    "SELECT ?p ?o { <http://x.example/./much> ?p ?o }",
    "SELECT ?p ?o { <http:..///x.example/much> ?p ?o }",
    "SELECT ?p ?o { <much> ?p ?o }",
    "SELECT ?p ?o { </much> ?p ?o }",
    r"SELECT ?p ?o { <http://x.example/\u006Duch> ?p ?o }",
    f"BASE <http://x.example/> SELECT ?p ?o {{ {LITTLE} ?p ?o }}",
    "SELECT ?s ?o { ?s ?p ?o }",
    f"SELECT ?s {{ ?s ?p {LITTLE} }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o . ?o ?q ?r }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o , ?q }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o ; ?q ?r }}",
    f"SELECT ?o {{ {{ {LITTLE} ?p ?o }} }}",
    f"SELECT ?o {{ {LITTLE} <http://x.example/p>* ?o }}",
    f"{P}SELECT ?o {{ {LITTLE} ex:p/ex:q ?o }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o FILTER(?o != 7) FILTER(?o != 8) }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o FILTER({NESTS} != 7) }}",
    f'SELECT ?o {{ {LITTLE} ?p ?o FILTER(REGEX(?o, "(a+)+")) }}',
    f"SELECT ?o {{ {LITTLE} ?p ?o FILTER EXISTS {{ ?a ?b ?c }} }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o OPTIONAL {{ ?o ?q ?r }} }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o }} ORDER BY ?o",
    f"SELECT (COUNT(?o) AS ?n) {{ {LITTLE} ?p ?o }}",
    f"SELECT DISTINCT ?o {{ {LITTLE} ?p ?o }}",
    f"SELECT ?o FROM <http://x.example/g> {{ {LITTLE} ?p ?o }}",
    f"SELECT ?o {{ GRAPH ?g {{ {LITTLE} ?p ?o }} }}",
    f"SELECT ?o {{ SERVICE <http://x.example/> {{ {LITTLE} ?p ?o }} }}",
    f"ASK {{ {LITTLE} ?p ?o }}",
    f"DESCRIBE {LITTLE}",
    f"CONSTRUCT {{ {LITTLE} ?p ?o }} WHERE {{ {LITTLE} ?p ?o }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o }} # {'x' * 2000}",
    f"SELECT ?o {{ {LITTLE} ?p ?o }}{' ' * 2000}",
    f"{P * 21}SELECT ?o {{ {LITTLE} ?p ?o }}",
    f"SELECT {' '.join(f'?v{n}' for n in range(10))} {{ {LITTLE} ?p ?o }}",
    # What the engine refuses is said by a query process.
    f"SELECT ?o {{ {LITTLE} A ?o }}",
    f"SELECT ?o {{ {LITTLE} ex:p ?o }}",
    f"SELECT ?o {{ {LITTLE} ?p ?o }} LIMIT 99999999999999999999999",
]


def ask(text: str, **more: Any) -> Question:
    return Question(text, BASE, **{"solutions": JSON, **more})


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lookup") / "some.nq"
    little = (
        f"{LITTLE} <http://x.example/p> <http://x.example/b> <http://x.example/g> .\n"
        f'{LITTLE} <http://x.example/label> "un"@fr <http://x.example/g> .\n'
        f'{LITTLE} <http://x.example/label> "one"@en <http://x.example/h> .\n'
        f'{LITTLE} <http://x.example/n> "7"^^<http://www.w3.org/2001/XMLSchema#integer>'
        " <http://x.example/h> .\n"
        f"{LITTLE} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://x.example/C> <x:g> .\n"
    )
    file.write_text(little + "".join(_LINE % number for number in range(_ENOUGH)))
    return file


@pytest.fixture(scope="module")
def engine(release: Path) -> Iterator[Engine]:
    with open_engine(release, BASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def lookups(release: Path) -> Lookups:
    opened = open_lookups(release)
    assert opened is not None
    return opened


def rows(body: bytes) -> tuple[list[str], list[str]]:
    results = json.loads(body)
    return results["head"]["vars"], sorted(map(json.dumps, results["results"]["bindings"]))


@pytest.mark.parametrize("text", LOOKUPS)
def test_a_lookup_is_answered_as_a_query_process_answers_it(
    engine: Engine, lookups: Lookups, text: str
) -> None:
    whole = lookups.answer(ask(text))
    assert whole is not None
    with engine.ask(ask(text)) as answer:
        assert whole.media_type == answer.media_type
        expected = b"".join(answer.body)
    variables, bindings = rows(whole.content)
    if "limit 1" in text:
        assert len(bindings) == 1
    assert (sorted(variables), bindings) == (sorted(rows(expected)[0]), rows(expected)[1])


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_left_to_a_query_process(lookups: Lookups, text: str) -> None:
    assert lookups.answer(ask(text)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"solutions": CSV},
        {"solutions": None},
        {"default_graphs": ("http://x.example/g",)},
        {"named_graphs": ("http://x.example/g",)},
        {"bindings": {"o": "http://x.example/b"}},
    ],
)
def test_another_dataset_or_form_is_left_to_a_query_process(lookups: Lookups, more: Any) -> None:
    assert lookups.answer(ask(LOOKUPS[0], **more)) is None


PIECES = [
    "SELECT", "*", "?p", "?o", "{", "}", LITTLE, "FILTER", "(", ")", "!=", "<", "7", '"un"', "@fr",
    "LIMIT", "LANG", ".", "WHERE", "a", "ex:p", "PREFIX ex: <http://x.example/>", "\n", "\x0b", "#",
]  # fmt: skip


@given(st.sampled_from(LOOKUPS), st.lists(st.tuples(st.integers(0, 90), st.sampled_from(PIECES))))
def test_what_is_changed_is_answered_alike_or_not_at_all(
    engine: Engine, lookups: Lookups, text: str, changes: list[tuple[int, str]]
) -> None:
    for place, piece in changes[:3]:
        text = f"{text[:place]} {piece} {text[place:]}"
    whole = lookups.answer(ask(text))
    if whole is not None:
        with engine.ask(ask(text)) as answer:
            assert (
                rows(whole.content)[1] == rows(b"".join(answer.body))[1] or "LIMIT" in text.upper()
            )


class Breaking:
    def __init__(self, fault: BaseException) -> None:
        self._fault = fault

    def query(self, *_: object, **__: object) -> object:
        raise self._fault


def test_an_error_of_the_engine_is_left_to_a_query_process(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store: Any = Breaking(RuntimeError("no answer"))
    assert Lookups(store, frozenset()).answer(ask(LOOKUPS[0])) is None
    assert "no answer" in caplog.text


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit])
def test_who_ends_the_process_is_not_held_up(fault: type[BaseException]) -> None:
    store: Any = Breaking(fault())
    with pytest.raises(fault):
        Lookups(store, frozenset()).answer(ask(LOOKUPS[0]))


def test_what_is_no_query_is_not_logged(lookups: Lookups, caplog: pytest.LogCaptureFixture) -> None:
    assert lookups.answer(ask(f"SELECT ?o {{ {LITTLE} ex:p ?o }}")) is None
    assert not caplog.text


def test_the_bounds_are_those_that_the_docs_tell() -> None:
    text = " ".join((PROJECT / "docs" / "endpoint.md").read_text("utf-8").split())
    assert "no more than 16 KB to say about that subject and 16 MB in all" in text
    assert (lookup.MOST_ABOUT, lookup.MOST_BYTES) == (16 << 10, 16 << 20)


def test_a_large_release_is_not_held_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "some.nq"
    file.write_text(_LINE % 0)
    assert open_lookups(file)
    monkeypatch.setattr(lookup, "MOST_BYTES", 50)
    assert open_lookups(file) is None


def test_what_is_no_release_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.nq"
    file.write_text("no statement\n")
    with pytest.raises(UnreadableRelease, match=r"some\.nq cannot be loaded"):
        open_lookups(file)


def test_statements_about_many_subjects_are_no_statements_about_one(tmp_path: Path) -> None:
    file = tmp_path / "some.nq"
    file.write_text("".join(f"<x:{n}> <x:p> <x:{n}> <x:g> .\n" for n in range(_ENOUGH)))
    lookups = open_lookups(file)
    assert lookups
    assert lookups.answer(ask("SELECT ?o { <x:7> ?p ?o }"))
