"""Each example query answers as it says, and counts the same with and without its labels."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from server.release import queries
from server.release.examples import EXAMPLES, read_example
from server.release.register import Register

BASE = "http://localhost:8000/"
LANGUAGES = ("fr", "en")
# The lines of a query that only name things.
_LABEL = r"\?\w+ (?:skos:prefLabel|rdfs:label) \?\w+"
NAMING = re.compile(rf"(?m)^ *(?:OPTIONAL \{{ {_LABEL} FILTER\(.*\) \}}|{_LABEL} *\.?)\n")
# How many rows the example portraits give, at least where reviewed facts grow; cells of one row in
# French, and in English where they differ.
MINISTRY = "<id/organisme/ministere-des-ressources-naturelles-et-des-forets>"
EXPECTED: dict[str, tuple[int, bool, list[str], list[str]]] = {
    "lignes": (2, True, ["<id/portrait/2025>", "258"], []),
    "categories": (
        20,
        True,
        ["2025", "Traitement d'image", "27"],
        ["2025", "Image Processing", "27"],
    ),
    "statuts": (6, True, ["Solution en production"], ["Solution in Production"]),
    "organismes": (20, True, [MINISTRY, "51"], []),
    "benefices": (141, True, ["2025", "Améliorer la qualité des services"], []),
    "deux-annees": (76, True, ["<id/initiative/23d26ekroedurzrr>", "2024", "2025"], []),
    "mouvements": (
        3,
        True,
        ["2024", "2025", "<id/sort/nouveau>", "Nouveau", "182", "136"],
        ["2024", "2025", "<id/sort/nouveau>", "New", "182", "136"],
    ),
    "transition": (19, True, ["<id/initiative/sgpji4hqpqtgueac>", "2024", "2025"], []),
    "nouvelles": (182, True, ["<id/initiative/33mwljcwaj3yjwwr>"], []),
    "decision": (152, True, ["Même initiative"], ["Same initiative"]),
    "cadre": (
        6,
        True,
        ["<id/suspension/assistants-virtuels-2025>", "2025-12-19"],
        [],
    ),
    "cadre-changements": (10, True, ["2025-12-03", "<id/cadre/enonce-2024>"], []),
    "cadre-collecte": (6, True, ["<id/cadre/lggri>", "true"], []),
    "portefeuilles": (33, True, ["<id/portefeuille/sante-et-services-sociaux>", "2025", "95"], []),
    "wikidata": (30, False, [MINISTRY, "<http://www.wikidata.org/entity/Q3315394>", "51"], []),
    "fichiers": (30, False, ["<id/portrait/2024>", "<dumps/portrait-2024.ttl>"], []),
    "graphes": (
        7,
        False,
        ["<graph/2025>", "Portrait de 2025"],
        ["<graph/2025>", "Portrait of 2025"],
    ),
}


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    whole = ox.Store()
    for name in ("dumps/portraits.nq", "catalogue.nq"):
        whole.bulk_load(path=example / "current" / name, format=ox.RdfFormat.N_QUADS)
    return whole


def ask(store: ox.Store, text: str) -> tuple[list[str], list[list[str]]]:
    """Return the variables and the rows of an answer, our IRIs relative, blanks for no value."""
    answer = store.query(text, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return names, [[_show(row[name]) for name in names] for row in answer]


def _show(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<{term.value.removeprefix(BASE)}>"
    return term.value if isinstance(term, ox.Literal) else ""


def test_every_example_is_expected_and_has_its_texts() -> None:
    files = Path(queries.__file__).parent.glob("exemple-*.rq")
    assert {file.stem.removeprefix("exemple-") for file in files} == EXAMPLES.keys()
    assert EXPECTED.keys() == EXAMPLES.keys()
    assert len(EXAMPLES) >= 12
    for name in EXAMPLES:
        for language in LANGUAGES:
            assert Register().text(f"example_{name}", language)
            assert Register().text(f"example_{name}_result", language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_answers_as_expected(store: ox.Store, name: str, language: str) -> None:
    number, exact, french, english = EXPECTED[name]
    _, rows = ask(store, read_example(name, BASE, language, Register()))
    assert len(rows) == number if exact else len(rows) >= number
    expected = english or french if language == "en" else french
    assert any(set(expected) <= set(row) for row in rows)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_count_is_the_same_without_its_labels(store: ox.Store, name: str) -> None:
    answers = []
    for language in LANGUAGES:
        text = read_example(name, BASE, language, Register())
        for asked in (text, NAMING.sub("", text)):
            names, rows = ask(store, asked)
            kept = [place for place, variable in enumerate(names) if not variable.startswith("nom")]
            answers.append(sorted([row[place] for place in kept] for row in rows))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]


def test_no_example_counts_an_entry_twice(store: ox.Store) -> None:
    """A body with an English name beside its French one was counted once for each."""
    _, rows = ask(store, read_example("organismes", BASE, "en", Register()))
    totals = {row[0]: int(row[2]) for row in rows}
    for body, total in totals.items():
        count = f"SELECT ?i {{ ?i <{BASE}def#organisme> <{BASE}{body[1:-1]}> }}"
        assert len(ask(store, count)[1]) == total
    assert list(totals.values()) == sorted(totals.values(), reverse=True)
