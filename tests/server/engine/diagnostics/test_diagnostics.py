"""Mistakes in a query are reported with their place, what was expected there, and a hint."""

import math
import time
import tracemalloc
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from server.engine.diagnostics import diagnose, grammar
from server.engine.diagnostics.diagnose import find_mistake
from server.engine.diagnostics.tokens import Token, tokenize
from server.engine.faults import MalformedQuery, UnsupportedQuery
from tests.conftest import PROJECT
from tests.support.waiting import ends

QUERIES = sorted((PROJECT / "server" / "release" / "queries").glob("*.rq"))
PREFIX = "PREFIX a: <http://a/#b> # {\nBASE<http://a/>VERSION '1.2'\n"
P = "PREFIX : <http://x/> "

# A query with ⟂ before its mistake, and a part of the message.
FIRST_WORDS = [
    ("⟂", "expected SELECT or CONSTRUCT or DESCRIBE or ASK, not the end"),
    (" \n # rien⟂", "not the end"),
    (f"{PREFIX}⟂", "not the end"),
    (f"{PREFIX}  ⟂étre {{}}", "not 'étre'"),
    (
        "⟂SELCT * {}",
        "expected SELECT or CONSTRUCT or DESCRIBE or ASK, not 'SELCT': did you mean SEL",
    ),
    ("⟂INSERT DATA { <a:b> <a:c>", "takes no update"),
    ("⟂{ ?s ?p ?o }", "expected SELECT or CONSTRUCT or DESCRIBE or ASK, not '{'"),
    ("PREFIX ⟂a <http://x/> ASK {}", "a prefix ends with a colon"),
    ("PREFIX a: ⟂http://x/ ASK {}", "expected an IRI between < and >, not 'http:'"),
    ("PREFIX a: ⟂ASK {}", "expected an IRI between < and >, not 'ASK'"),
    ("ASK {} ⟂PREFIX : <http://x/>", "each PREFIX stands before the query"),
    ("ASK {\n ?s ⟂foaf:name ?o }", "begin with PREFIX foaf: <http://xmlns.com/foaf/0.1/>"),
    ("ASK { ?s ⟂mine:x ?o . ?s }", "the prefix of 'mine:x' is not declared"),
    ("ASK { ?s ?p ⟂:x }", "begin with PREFIX : <…>"),
]
BRACKETS = [
    ("SELECT * {\n ?s ?p ?o⟂", "expected '}' for the '{' of line 1, column 10, not the end"),
    ("ASK { ?s ?p⟂", "'}' for the '{' of line 1, column 5, not the end, and before it an object"),
    ("ASK { ?s ?p (1 2 ⟂}", "expected ')' for the '(' of line 1, column 13, not '}'"),
    ("ASK { ?s ?p [ ⟂} ]", "expected ']'"),
    ("ASK {} ⟂}", "this '}' closes nothing"),
    ('ASK { ?s ?p \'{\', "(", \'\'\'[\'\'\', <a:(>, """"{""" } # {\n⟂)', "')' closes nothing"),
    ("ASK { FILTER(LANG(?o) = 'fr' ⟂}", "expected ')' for the '(' of line 1, column 13"),
    ("ASK { ?s ?p ?o } ⟂{ ?a ?b ?c }", "is there a } too many?"),
]
TRIPLES = [
    ("SELECT * { ?s ?p ⟂}", "expected an object: an IRI, a prefixed name, a literal, a variable"),
    (
        "ASK { ?s ⟂}",
        "expected a property: an IRI, a prefixed name, the word a, a variable or a path",
    ),
    ("ASK { ?s ?p ?o ⟂?s2 ?p2 ?o2 }", "a . stands between two"),
    ("ASK { ?s ?p ?o\n ⟂<http://a> ?p2 ?o2 }", "a . stands between two"),
    ("ASK { ?s ?p ⟂; ?o }", "expected an object"),
    ("ASK { ?s ?p ?o ; ⟂'x' ?o }", "behind ; stands a property"),
    ("ASK { ?s ?p ?o . ⟂; ?q ?r }", "a . ends the triple, a ; goes on with its subject"),
    (f"{P}ASK {{ ?s a :T , ⟂}}", "expected an object"),
    (f"{P}ASK {{ ?s :a/ ⟂?o }}", "expected a property: an IRI, a prefixed name or a path"),
    ("ASK { ?s ?p ⟂hello }", "a text stands in quotes, a name has a prefix"),
    ("ASK { ?s ⟂'p' ?o }", "expected a property"),
    ("ASK { ?s ⟂3 ?o }", "a property cannot be a text or a number"),
    ("ASK { ?s ?p ?o . ?o ⟂= 3 }", "a comparison stands in FILTER(…)"),
    ("ASK { ⟂? ?p ?o }", "a variable needs a name"),
    ("ASK { ?s ?p ⟂“x” }", "straight quotes"),
    ("ASK { ?s ?p ⟂’x’ }", "straight quotes"),
    ('ASK { ?s ?p ⟂"abc }', "this quote is not closed"),
    ('ASK { ?s ?p ⟂"a\\d" }', "begins no escape"),
    ("ASK { ?s ?p 'l'⟂homme' }", "a quote within a text has a backslash"),
    ("ASK { ?s ?p ⟂<http://a b> }", "an IRI between < and > holds no blank"),
    ("ASK { ?s ?p ⟂<http://[> }", "'<http://[>' is not an IRI"),
    ("ASK { ?s ?p 'a'⟂@ }", "a language stands behind @"),
    ("ASK { ?s ?p 'a'^^ ⟂}", "expected an IRI or a prefixed name"),
    ("ASK { ?s⟂\u00a0?p ?o }", "U+00A0, NO-BREAK SPACE, which cannot be seen"),
    ("ASK { ?s ?p ?o ⟂\u200b}", "U+200B, ZERO WIDTH SPACE"),
    ("ASK { _:a ?p ?o . OPTIONAL { ⟂_:a ?q ?r } }", "_:a stands in two groups of triples"),
]
PATTERNS = [
    (
        "SELECT * ⟂WERE { ?s ?p ?o }",
        "expected FROM or WHERE or '{', not 'WERE': did you mean WHERE?",
    ),
    ("SELECT * ⟂?s ?p ?o }", "the pattern stands between { and }"),
    ("SELECT * FROM ⟂{ ?s ?p ?o }", "expected an IRI or a prefixed name or NAMED"),
    ("ASK { ?s ?p ?o ⟂OPTINAL { ?s ?q ?r } }", "did you mean OPTIONAL?"),
    ("ASK { ?s ?p ?o ⟂FITLER(?o > 3) }", "did you mean FILTER?"),
    ("ASK { ?s ?p ?o OPTIONAL ⟂?s ?q ?r }", "expected '{', not '?s'"),
    ("ASK { ?s ?p ?o ⟂UNION ?a ?b ?c }", "{ … } UNION { … }"),
    ("ASK { { ?s ?p ?o } UNION ⟂}", "expected '{', not '}'"),
    ("ASK { GRAPH ⟂{ ?s ?p ?o } }", "expected a variable, an IRI or a prefixed name"),
    ("ASK { BIND(1 ⟂?x) }", "AS stands before the new name"),
    ("ASK { BIND(1 AS ⟂2) }", "expected a variable, not '2'"),
    ("ASK { BIND ⟂?o AS ?x }", "write BIND(expression AS ?name)"),
    ("ASK { ?s ?p ?o BIND(1 AS ⟂?o) }", "?o has a value before this BIND"),
    ("ASK { OPTIONAL { ?s ?p ?o } BIND(1 AS ⟂?o) }", "?o has a value before this BIND"),
    ("ASK { VALUES ?x ⟂(1 2) }", "expected '{', not '('"),
    ("ASK { VALUES (?x ?y) { (1 2) ⟂(1) } }", "this row has 1 values for 2 variables"),
    ("ASK { VALUES (?x) { ⟂('a'@fr 'b'^^<c:d>) } }", "this row has 2 values for 1 variables"),
    ("CONSTRUCT { ?s ?p ?o ⟂FILTER(1) } WHERE {}", "this cannot stand in a template, which"),
    ("CONSTRUCT { ?s ?p ?o }⟂", "expected FROM or WHERE or '{', not the end"),
]
CONDITIONS = [
    ("ASK { FILTER ⟂?o > 3 }", "the condition stands in brackets: FILTER(…)"),
    ("ASK { FILTER(?o =⟂= 3) }", "«is» is written with one ="),
    ("ASK { FILTER(?o ⟂<> 3) }", "«is not» is written !="),
    ("ASK { FILTER(?o = 1 ⟂AND ?s = 2) }", "in SPARQL that is written &&"),
    ("ASK { FILTER(?o = 1 ⟂or ?s = 2) }", "in SPARQL that is written ||"),
    ("ASK { FILTER(?o = 1 ⟂& ?s = 2) }", "«and» is written &&"),
    ("ASK { FILTER(NOT ⟂?o) }", "«not» is written !"),
    ("ASK { FILTER NOT ⟂EXIST { ?s a ?x } }", "did you mean EXISTS?"),
    ("ASK { FILTER EXISTS ⟂?x }", "expected '{'"),
    ("ASK { FILTER(⟂regx(?o, 'a')) }", "did you mean REGEX?"),
    ("ASK { FILTER(regex(?o⟂)) }", "','"),
    ("ASK { FILTER(?o > ⟂) }", "expected an expression, not ')'"),
    ("ASK { FILTER(?o IN ⟂1, 2) }", "expected '(', not '1'"),
    ("ASK { FILTER(BOUND(⟂1)) }", "expected a variable, not '1'"),
    ("ASK { ?s ?p ?o FILTER(⟂COUNT(?s) > 1) }", "COUNT cannot stand in FILTER: use HAVING(…)"),
]
COLUMNS = [
    ("SELECT ⟂{ ?s ?p ?o }", "expected DISTINCT or REDUCED or a variable or (expression AS ?name)"),
    ("SELECT ?s⟂, ?p { ?s ?p ?o }", "variables stand side by side, without commas"),
    ("SELECT ⟂COUNT(*) {}", "(COUNT(…) AS ?name)"),
    ("SELECT (COUNT(?s)⟂) {}", "what is computed needs a name: (… AS ?name)"),
    ("SELECT ?s ⟂AS ?x {}", "what is renamed stands in brackets: (?old AS ?new)"),
    ("SELECT (?s AS ⟂x) {}", "a name begins with ?"),
    ("SELECT ?s ⟂* {}", "* stands alone"),
    ("SELECT (1 AS ⟂?s) { ?s ?p ?o }", "?s has a value already"),
    ("SELECT (1 AS ?s) (2 AS ⟂?s) {}", "?s is selected twice"),
    ("SELECT ⟂?p (COUNT(?s) AS ?n) { ?s ?p ?o }", "?p is neither grouped nor in an aggregate"),
    (
        "SELECT ?s\n ⟂?p { ?s ?p ?o } GROUP BY ?s",
        "add it to GROUP BY, or write (SAMPLE(?p) AS ?name)",
    ),
    ("SELECT (⟂?o + COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?p", "?o is neither grouped"),
    ("SELECT ⟂* { ?s ?p ?o } GROUP BY ?s", "SELECT * cannot stand with GROUP BY"),
    ("SELECT * { SELECT ⟂?p { ?s ?p ?o } GROUP BY (?o AS ?s) }", "?p is neither grouped"),
]
ENDS = [
    ("SELECT * {} LIMIT ⟂-1", "a whole number without sign"),
    ("SELECT * {} LIMIT⟂", "expected a whole number, not the end"),
    ("SELECT * {} ORDER ⟂?s", "expected BY, not '?s'"),
    ("SELECT * {} ORDER BY⟂", "expected a variable, ASC(…), DESC(…)"),
    ("SELECT * {} HAVING ⟂?s > 2", "HAVING(…)"),
    ("SELECT * {} LIMIT 10 ⟂GROUP BY ?s", "the order is WHERE { … }, GROUP BY"),
    ("SELECT * {} LIMIT 10 ⟂WHERE {}", "the order is WHERE { … }, GROUP BY"),
    ("SELECT * {} ⟂;", "a query ends without ;"),
    ("DESCRIBE⟂", "expected a variable, an IRI or a prefixed name or '*'"),
]  # fmt: skip
# What other dialects allow, and slips in queries that are passed around.
DIALECTS = [
    ("SELECT ⟂TOP 10 ?s {}", "in SPARQL that is written LIMIT 10 at the end"),
    ("SELECT * { FILTER(⟂LOWER(?o) = 'a') }", "in SPARQL that is written LCASE(…)"),
    ("SELECT * { FILTER(?o ⟂IS NULL) }", "written BOUND(?name) or !BOUND(?name)"),
    ("SELECT * { FILTER(?o ⟂BETWEEN 1 AND 2) }", "written ?name >= … && ?name <= …"),
    ("SELECT * { ⟂LET (?x := 1) }", "written BIND(expression AS ?name)"),
    ("SELECT * {} ⟂BINDINGS ?x { (1) }", "in SPARQL that is written VALUES"),
    ("SELECT * ⟂WITH { ASK {} } AS %r {}", "written { SELECT … }, within the pattern"),
    ("⟂DEFINE a:b 'c' ASK {}", "DEFINE is for another engine: begin behind it"),
    ("⟂@prefix a: <a:b> . ASK {}", "write PREFIX, without @"),
    ("PREFIX a: <a:b>⟂; ASK {}", "nothing stands behind the IRI of a prefix"),
    ("SELECT * FROM <a:b>⟂, <a:c> {}", "each graph has a FROM of its own"),
    ("SELECT (?s⟂) {}", "a variable alone stands without brackets"),
    ("SELECT ?s (1 AS ?x)⟂, ?p {}", "variables stand side by side, without commas"),
    ("SELECT ?s ?p ⟂COUNT(*) {}", "(COUNT(…) AS ?name)"),
    ("SELECT (GROUP_CONCAT(?o⟂, ' ') AS ?x) {}", "GROUP_CONCAT(?name; SEPARATOR=', ')"),
    ("SELECT ?x { ?s ?p ?o BIND(⟂COUNT(?o) AS ?x) }", "cannot stand in BIND: use a SELECT within"),
    ("ASK { ?s ⟂A ?o }", "the word a is written small"),
    ("ASK { ?s <a:b>⟂{2} ?o }", "p{2} is written p/p, p{1,2} is written p/p?"),
    ("ASK { ?s ?p⟂* ?o }", "a path has no variables: name the property"),
    ("ASK { ?s (<a:b>|⟂?p) ?o }", "a path has no variables: name the property"),
    ("ASK { ?s ⟂<a b> ?o }", "an IRI between < and > holds no blank"),
    ("ASK { ?s ?p ?o ⟂SELECT ?x {} }", "stands in braces of its own: { SELECT … }"),
    ("ASK { SELECT ?x {} ⟂?s ?p ?o }", "stands in braces of its own: { SELECT … }"),
    ("ASK { VALUES ?x { 'a'⟂, 'b' } }", "values stand side by side, without commas"),
    ("CONSTRUCT WHERE { ?s ?p ?o . ⟂FILTER(1) }", "only triples: CONSTRUCT { … } WHERE { … }"),
    ("SELECT * {} HAVING COUNT(*) ⟂> 1", "as in HAVING(COUNT(*) > 1)"),
    ("SELECT * {} ORDER BY ?s DESC⟂", "in brackets behind it: DESC(?name)"),
    ("SELECT * {} LIMIT 10⟂, 20", "LIMIT 20 OFFSET 10"),
    ("ASK {} ⟂// rien", "a comment begins with #"),
    ("ASK { ?s ⟂wdt:P31 ?o }", "begin with PREFIX wdt: <http://www.wikidata.org/prop/direct/>"),
    ("ASK { ?s a ⟂pia:Initiative }", "begin with PREFIX pia: <def#>"),
    ("ASK { BIND(1 + 2 ⟂?x) }", "expected '+' or '-' or a comparison such as = or && or || or AS"),
]
TABLE = [*DIALECTS, *FIRST_WORDS, *BRACKETS, *TRIPLES, *PATTERNS, *CONDITIONS, *COLUMNS, *ENDS]


@pytest.mark.parametrize(("marked", "reason"), TABLE)
def test_a_mistake_is_named(marked: str, reason: str) -> None:
    before, _, behind = marked.partition("⟂")
    text = before + behind
    fault = find_mistake(text)
    assert isinstance(fault, MalformedQuery)
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert (fault.line, fault.column) == (line, column)
    assert reason in str(fault.detail)
    assert f"line {line}, column {column}" in str(fault.detail)
    with pytest.raises(SyntaxError):  # the engine rejects it too
        ox.Store().query(text, base_iri="http://a/")


# What SPARQL allows and the engine does not read, with ⟂ before it, and what to write instead.
UNSUPPORTED = [
    ("SELECT (COUNT(?v) AS ?c) (⟂?c+1 AS ?d) {}", "write COUNT(?v) in place of ?c, or"),
    ("SELECT (SUM(?v) * 2 AS ?c) (STR(⟂?c) AS ?d) {}", "write (SUM(?v) * 2) in place of ?c"),
    ("SELECT ?p (STR(?p) AS ?q) (IRI(⟂?q) AS ?r) {} GROUP BY ?p", "write STR(?p) in place of ?q"),
    (
        "ASK { { SELECT (COUNT(*) AS ?n) (BOUND(?n) && ⟂?n > 1 AS ?x) {} } }",
        "as in SELECT * { { SELECT … } BIND(?n + 1 AS ?name) }",
    ),
    (f"SELECT (COUNT(*) {80 * '+ 1'} AS ?c) (⟂?c AS ?d) {{}}", "write its expression in place of"),
    ("SELECT (⟂<a:f>(DISTINCT ?v) AS ?x) {}", "there is no aggregate <a:f>: use COUNT, SUM"),
]


@pytest.mark.parametrize(("marked", "reason"), UNSUPPORTED)
def test_what_the_engine_does_not_read_is_named(marked: str, reason: str) -> None:
    before, _, behind = marked.partition("⟂")
    fault = find_mistake(before + behind)
    assert isinstance(fault, UnsupportedQuery)
    assert (fault.line, fault.column) == (1, len(before) + 1)
    assert reason in str(fault.detail)
    with pytest.raises(SyntaxError):
        ox.Store().query(before + behind, base_iri="http://a/")


def test_what_is_told_to_write_in_place_of_a_column_is_read() -> None:
    for text in (
        "SELECT (COUNT(?v) AS ?c) (COUNT(?v)+1 AS ?d) { VALUES ?v { 1 } }",
        "SELECT * { { SELECT (COUNT(?v) AS ?c) { VALUES ?v { 1 } } } BIND(?c + 1 AS ?d) }",
    ):
        solutions = ox.Store().query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        (solution,) = solutions
        assert [solution[name].value for name in ("c", "d")] == ["1", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "ASK{}",
        f"{PREFIX}select?x{{}}",
        "select (count(*) as ?n) { ?s a [] ; ?p 1, -1.5e3 , 'a'@fr--ltr , ''^^<a:b> . } limit 1",
        "ASK { ?s <a:p>*/^<a:q>|!(a|^<a:r>)+ ?o OPTIONAL { ?s ?p () } MINUS { ?a ?b ?c } }",
        "ASK { << ?s ?p ?o ~ ?r >> ?q ?x {| <a:p> 1 |} BIND(<<(?s ?p ?o)>> AS ?t) LATERAL {} }",
        "ASK { { BIND(1 AS ?x) } UNION { BIND(2 AS ?x) } FILTER(?y NOT IN (1, 2) && !EXISTS {}) }",
        "SELECT ?p (SUM(?o) / COUNT(*) AS ?n) (?q AS ?m) { ?s ?p ?o } GROUP BY ?p (STR(?s) AS ?q)",
        "SELECT (GROUP_CONCAT(?s; separator=' ') AS ?all) { VALUES (?s ?t) { (1 UNDEF) } }",
        "CONSTRUCT { _:a ?p ?o } WHERE { _:a ?p ?o FILTER(?o < 2 || BNODE() = ?p) _:a ?q ?o }",
        *(path.read_text("utf-8").replace("#THINGS", "<a:b>") for path in QUERIES),
    ],
)
def test_what_can_be_read_is_no_mistake(text: str) -> None:
    ox.Store().query(text, base_iri="http://a/")
    assert find_mistake(text) is None


def test_one_token_decides_what_comes_next() -> None:
    for name, alternatives in grammar.RULES.items():
        starts = [grammar.begin(each, grammar.FIRST, grammar.EMPTY) for each in alternatives]
        assert len(grammar.TABLE[name]) == sum(map(len, starts)), name
    terminals = {"end", "iriref", "pname", "ns", "var", "blank", "langtag", "string", "a"}
    terminals |= {"integer", "number", "signed", "nil", "anon"}
    sequences = [sequence for rule in grammar.RULES.values() for sequence in rule]
    named = {symbol for sequence in sequences for symbol in sequence if symbol.isidentifier()}
    assert named - set(grammar.RULES) - grammar.KEYWORDS == terminals


def test_a_machine_that_is_busy_elsewhere_takes_no_words_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stall(text: str) -> Iterator[Token]:
        for token in tokenize(text):
            time.sleep(0.3)
            yield token

    monkeypatch.setattr(diagnose, "tokenize", stall)
    assert find_mistake("SELCT * {}")


@pytest.mark.parametrize(
    "noise",
    ['"""\\', "<<", "'", '"', "\\", "#", "<a", "PREFIX a:<b>", "PREFIX ", "{", "'''\\'", "a.a",
     "ASK{", "?a ?b ?c.", "(", "!", "BIND(1 AS ?x)", "_:a ?p ?o.", "SELECT ?x{", "a", "\u200b",
     "1"],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "ASK { ", "SELECT * { FILTER("])
def test_noise_is_read_once(monkeypatch: pytest.MonkeyPatch, noise: str, start: str) -> None:
    """Less than a second without its limit of time; minutes for what reads it again and again."""
    monkeypatch.setattr(diagnose, "SECONDS", math.inf)
    with ends():
        find_mistake(start + noise * (50_000 if len(noise) < 5 else 250_000 // len(noise)))


@pytest.mark.parametrize(
    "start", ["ASK { FILTER(", "ASK { FILTER(+", "ASK { FILTER(1.", "ASK {} LIMIT -"]
)
def test_a_number_is_read_once(start: str) -> None:
    with ends():
        find_mistake(f"{start}{1_000_000 * '1'} e")


@pytest.mark.parametrize(
    "text", [f"ASK {{ {'?a ?b ?c.' * 1000} e", "SELECT * { FILTER(" + "true-" * 50_000]
)
def test_no_more_is_read_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """By a clock that each token moves on by a millisecond."""
    tokens = list[Token]()

    def count(text: str) -> Iterator[Token]:
        for token in tokenize(text):
            tokens.append(token)
            yield token

    monkeypatch.setattr(diagnose, "tokenize", count)
    monkeypatch.setattr(time, "thread_time", lambda: len(tokens) / 1000)
    with ends():
        assert find_mistake(text) is None
    assert len(tokens) == 1 + 1000 * diagnose.SECONDS


def test_a_column_takes_no_more_memory_for_those_before_it() -> None:
    columns = "".join(f"(?y AS ?x{number})" for number in range(1500))
    tracemalloc.start()
    find_mistake(f"SELECT {columns} {{}} GROUP BY ?y")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 << 20
