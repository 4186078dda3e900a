"""The mistakes of a query in French: the same places, in the words of the field."""

from collections.abc import Iterator

import pytest

from server.engine.diagnostics.diagnose import find_mistake
from server.engine.diagnostics.functions import refuse_call
from server.engine.faults import EngineFault, MalformedQuery, dump_fault, load_fault
from tests.server.engine.diagnostics.test_diagnostics import TABLE, UNSUPPORTED
from transform.text.message import Message, message, read_room, text_in

# One query or more for each kind of mistake, and a part of what is said of it; «_» is a blank at
# which no line may end.
SAID = [
    ("SELCT * {}", "il faut ici SELECT ou CONSTRUCT ou DESCRIBE ou ASK, et non «_SELCT_»."),
    ("SELCT * {}", "Vouliez-vous écrire SELECT_?"),
    ("SELECT * { FILTER(?o = 1 AND ?s = 2) }", "En SPARQL, cela s'écrit &&."),
    ("SELECT TOP 10 ?s {}", "En SPARQL, cela s'écrit LIMIT 10, à la fin."),
    ("INSERT DATA { <a:b> <a:c>", "n'accepte aucune mise à jour."),
    ("ASK { ?s\u00a0?p ?o }", "et non «_\\xa0_». C'est U+00A0, NO-BREAK SPACE, qui ne se voit pas"),
    ('ASK { ?s ?p "abc }', "Ce guillemet n'est pas fermé_; un texte de plusieurs lignes"),
    ("ASK { ?s foaf:name ?o }", "le préfixe de «_foaf:name_» n'est pas déclaré_; commencer par"),
    ("PREFIX a <http://x/> ASK {}", "un préfixe avec son deux-points, et non «_a_»."),
    ("ASK { ?s ?p <http://[> }", "«_<http://[>_» n'est pas un IRI_; le moteur en dit, en anglais"),
    ("SELECT * { ?s ?p ?o", "il faut ici «_}_» pour le signe «_{_» de la ligne 1, colonne 10"),
    ("ASK {} }", "ce «_}_» ne ferme rien. Le motif a été fermé avant_: y a-t-il une accolade } de"),
    ("ASK { ?s ?p }", "il faut ici un objet (un IRI, un nom préfixé, un littéral, une variable ou"),
    ("ASK { ?s ?p ?o ?t }", "Un motif de triplet est_: sujet, propriété, objet_; un point sépare"),
    ("ASK { ?s (<a:b>|?p) ?o }", "Un chemin de propriétés n'a pas de variables_: nommer la"),
    ("ASK { ?s ?p ?o SELECT ?x {} }", "Une sous-requête se met entre des accolades à elle_: {"),
    ("ASK { FILTER ?o > 3 }", "La condition se met entre parenthèses_: FILTER(…)."),
    ("ASK { _:a ?p ?o . OPTIONAL { _:a ?q ?r } }", "le nœud anonyme _:a se trouve dans deux"),
    ("ASK { ?s ?p ?o BIND(1 AS ?o) }", "?o a une valeur avant ce BIND_: donner un autre nom"),
    ("ASK { VALUES (?x ?y) { (1) } }", "cette ligne a 1_valeur pour 2_variables_; UNDEF"),
    ("ASK { ?s ?p ?o FILTER(COUNT(?s) > 1) }", "COUNT ne va pas dans FILTER_: employer HAVING(…)"),
    ("SELECT COUNT(*) {}", "Ce qui est calculé se met entre parenthèses et porte un nom_: (COUNT"),
    ("SELECT ?p (COUNT(?s) AS ?n) { ?s ?p ?o }", "?p n'est ni groupée ni dans un agrégat_:"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", "SELECT * ne va pas avec GROUP BY_: nommer les"),
    ("SELECT * {} LIMIT -1", "il faut ici un nombre entier, et non «_-1_»."),
    ("SELECT * {} LIMIT 10 GROUP BY ?s", "L'ordre est WHERE { … }, GROUP BY, HAVING"),
    ("SELECT (COUNT(?v) AS ?c) (?c+1 AS ?d) {}", "écrire COUNT(?v) à la place de ?c, ou mettre"),
    ("SELECT (<a:f>(DISTINCT ?v) AS ?x) {}", "il n'y a pas d'agrégat <a:f>_: employer COUNT"),
]
# What only a remote store's reader says, and what no query of the tables leads to.
ELSEWHERE = {"undeclared_here", "no_iri_here", "no_iri_at_all", "no_function", "no_function_at"}
ODD = [
    "ASK { ?s ?p \x00 }", "ASK { ?s ?p × }", "ASK { FILTER(?o MOD 2 = 1) }", "ASK { ?s ?p $ }",
    "ASK { FILTER(CASE(1)) }", "ASK { FILTER(ISNULL(?o)) }", "ASK { INCLUDE %x }",
    "ASK { FILTER(?x ! ?y) }", "ASK { ?s ?p ?o > 1 }", "SELECT * {} ORDER BY SELEC ?x",
    "ASK {} GROUP BY", "ASK { FILTER <a:b> ?x }", "VERSION ASK {}", "ASK { ?s ?p <<( }",
]  # fmt: skip


def fault_of(text: str) -> EngineFault:
    fault = find_mistake(text.replace("⟂", ""))
    assert fault is not None
    return fault


def keys(said: object) -> Iterator[str]:
    """Yield the names of a message and of those within it."""
    if isinstance(said, Message):
        yield said.key.partition(".")[2]
        for value in said.values.values():
            yield from keys(value)
    elif isinstance(said, list | tuple):
        for part in said:
            yield from keys(part)


@pytest.mark.parametrize(("text", "part"), SAID)
def test_a_mistake_is_named_in_french(text: str, part: str) -> None:
    said = text_in("fr", fault_of(text).detail)
    # «_:a» is a blank node, not a blank.
    assert part.replace("_:a ", "·") in said.replace("\u00a0", "_").replace("\u202f", "_").replace(
        "_:a ", "·"
    )


def test_a_place_is_the_same_in_french_and_the_texts_are_french() -> None:
    for marked, _ in (*TABLE, *UNSUPPORTED):
        fault = fault_of(marked)
        french = text_in("fr", fault.detail)
        assert (
            f"à la ligne {vars(fault)['line']}, colonne {vars(fault)['column']}\u00a0: " in french
        )
        assert french.endswith((".", "\u202f?")), marked


def test_every_text_of_a_mistake_is_told_of_a_query() -> None:
    queries = [*(marked for marked, _ in (*TABLE, *UNSUPPORTED)), *ODD]
    told = {key for query in queries for key in keys(fault_of(query).detail)}
    assert set(read_room("diagnostics")) - told == ELSEWHERE


@pytest.mark.parametrize("called", [True, False])
def test_an_unknown_function_is_named_in_french(called: bool) -> None:
    fault = refuse_call("ASK { FILTER(<a:f>(1)) }" if called else "ASK {}", "a:f")
    said = text_in("fr", fault.detail)
    begun = "Ligne 1, colonne 14\u00a0: la fonction" if called else "La fonction"
    assert said.startswith(f"{begun} <a:f> n'existe pas ici\u00a0: employer celles de SPARQL 1.1")


def test_a_fault_of_a_query_process_keeps_its_languages() -> None:
    fault = fault_of("SELECT * {\n ?s ?p")
    loaded = load_fault(dump_fault(fault))
    assert isinstance(loaded, MalformedQuery)
    assert (loaded.line, loaded.column) == (2, 7)
    for language in ("fr", "en"):
        assert text_in(language, loaded.detail) == text_in(language, fault.detail)


def test_foreign_text_is_quoted_as_a_language_quotes_it() -> None:
    said = message("diagnostics.sign", sign="a'\u202e")
    assert said.text("fr") == "«\u00a0a'\\u202e\u00a0»"
    assert said.text("en") == repr("a'\u202e")
