"""Saved questions: heads are read strictly, values cannot leave their place in a query."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.questions.library import write_query
from server.questions.question import (
    THINGS,
    SavedQuestion,
    Term,
    UnreadableQuestion,
    insert_values,
    parse,
    read_questions,
)
from server.release.register import Register
from tests.support.docs_queries import SITE, load_release
from transform.rdf.namespaces import XSD

HEAD = """#+ theme = "comptes"
#+ title.fr = "Titre"
#+ title.en = "Title"
#+ description.fr = "Texte"
#+ description.en = "Text"
#+ columns = ["mot", "n"]
#+ [[parameters]]
#+ name = "mot"
#+ type = "text"
#+ default = "service"
"""
QUERY = "\nSELECT ?mot (COUNT(*) AS ?n)\nWHERE {\n  ?s ?p ?mot .\n}\nGROUP BY ?mot\n"
WRONG = {
    "unknown key": ('title.fr = "Titre"', 'titre.fr = "Titre"'),
    "one language": ('#+ title.en = "Title"\n', ""),
    "blank title": ('"Titre"', '" "'),
    "unknown theme": ('"comptes"', '"ailleurs"'),
    "other columns": ('["mot", "n"]', '["n", "mot"]'),
    "unknown type": ('type = "text"', 'type = "texte"'),
    "neither default nor example": ('#+ default = "service"\n', ""),
    "both": ('default = "service"', 'default = "a"\n#+ example = "b"'),
    "reserved name": ('name = "mot"', 'name = "lang"'),
    "parameter that is not selected": ('name = "mot"', 'name = "s"'),
    "field that is not needed": ('type = "text"', 'type = "organisme"'),
    "no year": ('type = "text"', 'type = "year"'),
    "head within the query": ("\nSELECT", "\n#+ featured = true\nSELECT"),
    "no pattern of its own line": ("WHERE {\n", "WHERE { \n"),
    "no query": ("SELECT", "SELECTED"),
    "no TOML": ("#+ theme =", "#+ theme"),
    "naming no column": ('"n"]', '"n"]\n#+ naming = ["nom"]'),
}


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    return load_release(example / "current")


def test_the_head_of_the_table_is_right() -> None:
    assert parse("mot", HEAD + QUERY).parameters[0].default == "service"


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_head_is_refused_with_the_name_of_its_file(case: str) -> None:
    right, wrong = WRONG[case]
    text = (HEAD + QUERY).replace(right, wrong, 1)
    assert text != HEAD + QUERY
    with pytest.raises(UnreadableQuestion, match=r"^mot\.rq: "):
        parse("mot", text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_out_of_a_query_as_it_went_in(text: str) -> None:
    query = "SELECT ?mot\nWHERE {\n}"
    rows = ox.Store().query(insert_values(query, {"mot": ox.Literal(text)}))
    assert isinstance(rows, ox.QuerySolutions)
    (row,) = rows
    assert row["mot"] == ox.Literal(text)


def example_terms(question: SavedQuestion) -> dict[str, Term]:
    years = {"latest": 2025, "previous": 2024}
    terms: dict[str, Term] = {}
    for parameter in question.parameters:
        value = parameter.default or parameter.example
        if parameter.type == "year":
            terms[parameter.name] = ox.Literal(years[value])
        elif parameter.type in THINGS:
            terms[parameter.name] = ox.NamedNode(f"{SITE}id/{parameter.type}/{value}")
        elif parameter.type in ("date", "number"):
            datatype = ox.NamedNode(XSD + {"date": "date", "number": "decimal"}[parameter.type])
            terms[parameter.name] = ox.Literal(value, datatype=datatype)
        else:
            terms[parameter.name] = ox.Literal(value)
    return terms


@pytest.mark.parametrize(
    "name", [name for name, each in read_questions().items() if each.parameters]
)
def test_a_query_with_its_values_answers_as_one_with_its_variables_bound(
    store: ox.Store, name: str
) -> None:
    """The engine binds; what a page shows and the editor runs has the values in its text."""
    question = read_questions()[name]
    query, terms = write_query(question, SITE, "fr", Register()), example_terms(question)
    bound = store.query(
        query,
        use_default_graph_as_union=True,
        substitutions={ox.Variable(name): term for name, term in terms.items()},
    )
    filled = store.query(insert_values(query, terms), use_default_graph_as_union=True)
    assert listed(bound) == listed(filled)


def listed(answer: object) -> list[str]:
    return [str(bool(answer))] if isinstance(answer, ox.QueryBoolean) else sorted(map(str, answer))  # type: ignore[call-overload]
