"""Guess what the author of a query meant by a token that is not allowed there."""

import difflib
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from server.engine.diagnostics.grammar import FIRST, KEYWORDS
from server.engine.diagnostics.tokens import Token

_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_TERMS = FIRST["term"] - {"nil"}
_AGGREGATES = FIRST["aggregate"]
_MODIFIERS = FIRST["modifiers"] | {"WHERE"}
_QUOTES = "“”„‟«»‘’‚‹›`´"
_PROPERTY = {"verb", "properties"}
_IRI = "an IRI between < and > holds no blank, quote or bracket, and is closed"
_COMPARING = {"=", "!=", "<", ">", "<=", ">="}
_SIGNS = {"AND": "&&", "OR": "||", "&": "&&", "|": "||", "MOD": "no sign", "LIKE": "REGEX(…)"}
_BEFORE_THE_QUERY = {"PREFIX", "BASE"}
# Words of other dialects, each with a kind that is expected where it is meant so.
_DIALECTS = {
    "TOP": ("DISTINCT", "LIMIT 10 at the end"),
    "LOWER": ("LCASE", "LCASE(…)"),
    "UPPER": ("UCASE", "UCASE(…)"),
    "LENGTH": ("STRLEN", "STRLEN(…)"),
    "LEN": ("STRLEN", "STRLEN(…)"),
    "IFNULL": ("COALESCE", "COALESCE(…)"),
    "NVL": ("COALESCE", "COALESCE(…)"),
    "CASE": ("IF", "IF(condition, value, other value)"),
    "ISNULL": ("BOUND", "!BOUND(?name)"),
    "IS": ("&&", "BOUND(?name) or !BOUND(?name)"),
    "BETWEEN": ("&&", "?name >= … && ?name <= …"),
    "LET": ("BIND", "BIND(expression AS ?name)"),
    "BINDINGS": ("VALUES", "VALUES"),
    "WITH": ("WHERE", "{ SELECT … }, within the pattern"),
    "INCLUDE": ("BIND", "{ SELECT … }, in its place"),
}
_OF_OTHER_ENGINES = ("DEFINE", "EXPLAIN", "PRAGMA")


class Place(NamedTuple):
    """A mistake: the tokens before it, its token, and the expected kinds and rules."""

    before: list[Token]
    token: Token
    expected: frozenset[str]
    rules: frozenset[str]

    @property
    def last(self) -> str:
        """Return the kind of the token before the mistake."""
        return self.before[-1].kind if self.before else ""

    @property
    def touches(self) -> bool:
        """Check whether the mistake follows the token before it without a space."""
        before = self.before[-1]
        return before.start + len(before.text) == self.token.start


def find_hint(place: Place) -> str | None:
    """Return the first hint that fits, or None."""
    return next((hint for find in _HINTS if (hint := find(place))), None)


def _of_characters(place: Place) -> str | None:
    token = place.token
    if token.kind == "open":
        return "this quote is not closed; a text of several lines stands between three quotes"
    if token.kind == "wrong":
        return "this text holds a \\ that begins no escape; \\\\ stands for one"
    if token.text in _QUOTES and token.text:
        return "texts stand between straight quotes, \" or '"
    if (token.kind == "?" and "var" in place.expected) or token.text == "$":
        return "a variable needs a name"
    if token.text == "@":
        return "a language stands behind @, as in @fr"
    if place.last == "string" and token.text[:1].isalpha() and place.touches:
        return "a quote within a text has a backslash before it"
    if token.kind != "other":
        return None
    if token.text == "&":
        return "«and» is written &&"
    name = unicodedata.name(token.text, "a character without a name")
    if unicodedata.category(token.text) in ("Zs", "Cf", "Cc"):
        name += ", which cannot be seen: delete it or type an ordinary blank"
    return f"this is U+{ord(token.text):04X}, {name}"


def _of_words(place: Place) -> str | None:
    word = place.token.text.upper()
    if place.token.kind != "word":
        return None
    if word in _UPDATES and "SELECT" in place.expected and not place.before:
        return "this endpoint answers queries and takes no update"
    if word in _SIGNS and "&&" in place.expected:
        return f"in SPARQL that is written {_SIGNS[word]}"
    if word in _DIALECTS and _DIALECTS[word][0] in place.expected:
        return f"in SPARQL that is written {_DIALECTS[word][1]}"
    if word in _OF_OTHER_ENGINES and not place.before:
        return f"{word} is for another engine: begin behind it"
    if word == "A" and "a" in place.expected:
        return "the word a is written small"
    known = sorted(place.expected & KEYWORDS)
    if close := difflib.get_close_matches(word[:40], known, 1, 0.7):
        return f"did you mean {close[0]}?"
    if "string" in place.expected:
        return "a variable begins with ?, a text stands in quotes, a name has a prefix and a colon"
    if close := difflib.get_close_matches(word[:40], sorted(KEYWORDS), 1, 0.8):
        return f"did you mean {close[0]}? It cannot stand here either"
    return None


def _of_prefixes(place: Place) -> str | None:
    if place.expected == {"ns"}:
        return "a prefix ends with a colon: PREFIX ex: <http://example.org/>"
    if place.expected == {"iriref"} and {t.kind for t in place.before[-2:]} & _BEFORE_THE_QUERY:
        return "write it between < and >, as in PREFIX ex: <http://example.org/>"
    if place.token.text.lower() in ("@prefix", "@base") and "PREFIX" in place.expected:
        return f"write {place.token.text[1:].upper()}, without @ and without the . at its end"
    if place.token.kind in _BEFORE_THE_QUERY:
        return f"each {place.token.kind} stands before the query"
    if place.token.kind in (";", ".") and "PREFIX" in place.expected:
        return "nothing stands behind the IRI of a prefix"
    return None


def _of_columns(place: Place) -> str | None:
    kind = place.token.kind
    among_columns = {"FROM", "var", "("} <= place.expected
    if among_columns or place.last in ("SELECT", "DISTINCT", "REDUCED"):
        if kind in _AGGREGATES or kind in FIRST["builtin"]:
            return f"what is computed stands in brackets and has a name: ({kind}(…) AS ?name)"
        if kind == ",":
            return "variables stand side by side, without commas"
        if kind == "AS":
            return "what is renamed stands in brackets: (?old AS ?new)"
        if kind == "*":
            return "* stands alone, without variables"
    if "AS" in place.expected and kind == ")":
        if (place.before[-2].kind, place.last) == ("(", "var"):
            return "a variable alone stands without brackets"
        return "what is computed needs a name: (… AS ?name)"
    if place.last == "AS":
        return "a name begins with ?, as in AS ?name"
    if "AS" in place.expected and kind == "var":
        return "AS stands before the new name"
    return None


def _of_commas(place: Place) -> str | None:
    if place.token.kind != ",":
        return None
    if "UNDEF" in place.expected:
        return "values stand side by side, without commas"
    if {";", ")"} <= place.expected:
        return "what stands between the texts is named: GROUP_CONCAT(?name; SEPARATOR=', ')"
    if {"FROM", "WHERE"} <= place.expected and "var" not in place.expected:
        return "each graph has a FROM of its own"
    return None


def _of_brackets(place: Place) -> str | None:
    if place.last in ("ASC", "DESC"):
        return f"what is ordered by stands in brackets behind it: {place.last}(?name)"
    if place.token.kind in _COMPARING and {"REGEX", "LIMIT"} <= place.expected:
        return "the whole condition stands in brackets, as in HAVING(COUNT(*) > 1)"
    return None


def _of_subselects(place: Place) -> str | None:
    begins = place.token.kind == "SELECT" and {"}", "FILTER"} <= place.expected
    behind = place.token.kind in (*_TERMS, *FIRST["pattern"]) and {"GROUP", "}"} <= place.expected
    if begins or behind:
        return "a SELECT within a pattern stands in braces of its own: { SELECT … }"
    return None


def _of_paths(place: Place) -> str | None:
    kind = place.token.kind
    behind_variable = place.last == "var" and kind in "*+/|" and "objects" in place.rules
    if behind_variable or (kind == "var" and place.rules & {"path", "sequence", "step"}):
        return "a path has no variables: name the property"
    if kind == "{" and {"*", "var"} <= place.expected and place.touches:
        return "a path has no numbers: p{2} is written p/p, p{1,2} is written p/p?"
    return None


def _of_conditions(place: Place) -> str | None:
    kind = place.token.kind
    if place.last in ("FILTER", "HAVING") and "(" in place.expected:
        return f"the condition stands in brackets: {place.last}(…)"
    if place.last == "BIND":
        return "write BIND(expression AS ?name)"
    if place.token.text == "<>":
        return "«is not» is written !="
    if kind == "=" and place.last == "=":
        return "«is» is written with one ="
    if kind == "!" or (kind == "NOT" and "!" in place.expected):
        return "«not» is written ! before an expression in brackets"
    if place.last == "NOT" and "EXISTS" in place.expected and "IN" not in place.expected:
        return "«not» is written !; NOT stands before EXISTS { … }"
    if kind == "<" and place.rules & _PROPERTY:
        return f"{_IRI}; a comparison stands in FILTER(…)"
    if kind in _COMPARING and (place.rules & _PROPERTY or "." in place.expected):
        return "a comparison stands in FILTER(…), a new value in BIND(… AS ?name)"
    return None


def _of_triples(place: Place) -> str | None:
    kind = place.token.kind
    if {"WHERE", "{"} <= place.expected and kind in _TERMS:
        return "the pattern stands between { and }"
    if kind == "<":
        return _IRI
    if kind == "UNION":
        return "what stands before and behind UNION is in braces: { … } UNION { … }"
    if place.last == ";" and kind in _TERMS:
        return "behind ; stands a property and its object, for the same subject"
    if "." in place.expected and kind in _TERMS and place.last != ".":
        return "a triple is subject, property, object; a . stands between two of them"
    if kind == ";" and place.last == ".":
        return "a . ends the triple, a ; goes on with its subject: one of them is too much"
    if place.rules & _PROPERTY and kind in ("string", "integer", "number", "signed"):
        return "a property cannot be a text or a number"
    return None


def _of_the_end(place: Place) -> str | None:
    kind = place.token.kind
    if "end" in place.expected and kind in _MODIFIERS:
        return "the order is WHERE { … }, GROUP BY, HAVING, ORDER BY, LIMIT or OFFSET, VALUES"
    if "end" in place.expected and kind in ("{", "}", *_TERMS):
        return "the pattern was closed before: is there a } too many?"
    if "end" in place.expected and kind == ";":
        return "a query ends without ;"
    if "end" in place.expected and kind == "/":
        return "a comment begins with #"
    if kind in (",", "integer") and place.last == "integer" and "OFFSET" in place.expected:
        return "how many rows are left out stands behind OFFSET: LIMIT 20 OFFSET 10"
    if kind == "signed" and "integer" in place.expected and "string" not in place.expected:
        return "LIMIT and OFFSET take a whole number without sign"
    if kind in FIRST["pattern"] and "}" in place.expected and "FILTER" not in place.expected:
        return (
            "this cannot stand in a template, which has only triples: CONSTRUCT { … } WHERE { … }"
        )
    return None


_HINTS: tuple[Callable[[Place], str | None], ...] = (
    _of_characters,
    _of_words,
    _of_prefixes,
    _of_columns,
    _of_commas,
    _of_brackets,
    _of_subselects,
    _of_paths,
    _of_conditions,
    _of_triples,
    _of_the_end,
)
