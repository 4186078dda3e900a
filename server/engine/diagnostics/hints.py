"""Guess what somebody meant who wrote what cannot stand there."""

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
_COMPARING = {"=", "!=", "<", ">", "<=", ">="}
_SIGNS = {"AND": "&&", "OR": "||", "&": "&&", "|": "||", "MOD": "no sign", "LIKE": "REGEX(…)"}
_BEFORE_THE_QUERY = {"PREFIX", "BASE"}


class Place(NamedTuple):
    """What stands before a mistake, what stands there, and what kinds and rules could."""

    before: list[Token]
    found: Token
    could: frozenset[str]
    rules: frozenset[str]

    @property
    def last(self) -> str:
        """Give the kind of the token before."""
        return self.before[-1].kind if self.before else ""

    @property
    def touches(self) -> bool:
        """Say whether no blank stands before the mistake."""
        before = self.before[-1]
        return before.start + len(before.text) == self.found.start


def give(place: Place) -> str | None:
    """Give the first hint that fits, or None."""
    return next((told for hint in _HINTS if (told := hint(place))), None)


def _of_characters(place: Place) -> str | None:
    found = place.found
    if found.kind == "open":
        return "this quote is not closed; a text of several lines stands between three quotes"
    if found.kind == "wrong":
        return "this text holds a \\ that begins no escape; \\\\ stands for one"
    if found.text in _QUOTES and found.text:
        return "texts stand between straight quotes, \" or '"
    if (found.kind == "?" and "var" in place.could) or found.text == "$":
        return "a variable needs a name"
    if found.text == "@":
        return "a language stands behind @, as in @fr"
    if place.last == "string" and place.before[-1].text[-1] in "\"'" and place.touches:
        return "a quote within a text has a backslash before it"
    if found.kind != "other":
        return None
    if found.text == "&":
        return "«and» is written &&"
    name = unicodedata.name(found.text, "a character without a name")
    if unicodedata.category(found.text) in ("Zs", "Cf", "Cc"):
        name += ", which cannot be seen: delete it or type an ordinary blank"
    return f"this is U+{ord(found.text):04X}, {name}"


def _of_words(place: Place) -> str | None:
    word = place.found.text.upper()
    if place.found.kind != "word":
        return None
    if word in _UPDATES and "SELECT" in place.could and not place.before:
        return "this endpoint answers queries and takes no update"
    if word in _SIGNS and "&&" in place.could:
        return f"in SPARQL that is written {_SIGNS[word]}"
    known = sorted(place.could & KEYWORDS)
    if close := difflib.get_close_matches(word[:40], known, 1, 0.7):
        return f"did you mean {close[0]}?"
    if "string" in place.could:
        return "a variable begins with ?, a text stands in quotes, a name has a prefix and a colon"
    if close := difflib.get_close_matches(word[:40], sorted(KEYWORDS), 1, 0.8):
        return f"did you mean {close[0]}? It cannot stand here either"
    return None


def _of_prefixes(place: Place) -> str | None:
    if place.could == {"ns"}:
        return "a prefix ends with a colon: PREFIX ex: <http://example.org/>"
    if place.could == {"iriref"} and {t.kind for t in place.before[-2:]} & _BEFORE_THE_QUERY:
        return "write it between < and >, as in PREFIX ex: <http://example.org/>"
    if place.found.kind in _BEFORE_THE_QUERY:
        return f"each {place.found.kind} stands before the query"
    return None


def _of_columns(place: Place) -> str | None:
    kind = place.found.kind
    if "more_columns" in place.rules or place.last in ("SELECT", "DISTINCT", "REDUCED"):
        if kind in _AGGREGATES or kind in FIRST["builtin"]:
            return f"what is computed stands in brackets and has a name: ({kind}(…) AS ?name)"
        if kind == ",":
            return "variables stand side by side, without commas"
        if kind == "AS":
            return "what is renamed stands in brackets: (?old AS ?new)"
        if kind == "*":
            return "* stands alone, without variables"
    if "AS" in place.could and kind == ")":
        return "what is computed needs a name: (… AS ?name)"
    if place.last == "AS":
        return "a name begins with ?, as in AS ?name"
    if "AS" in place.could and kind == "var":
        return "AS stands before the new name"
    return None


def _of_conditions(place: Place) -> str | None:
    kind = place.found.kind
    if place.last in ("FILTER", "HAVING") and "(" in place.could:
        return f"the condition stands in brackets: {place.last}(…)"
    if place.last == "BIND":
        return "write BIND(expression AS ?name)"
    if place.found.text == "<>":
        return "«is not» is written !="
    if kind == "=" and place.last == "=":
        return "«is» is written with one ="
    if kind == "!" or (kind == "NOT" and "!" in place.could):
        return "«not» is written ! before an expression in brackets"
    if place.last == "NOT" and "EXISTS" in place.could and "IN" not in place.could:
        return "«not» is written !; NOT stands before EXISTS { … }"
    if kind in _COMPARING and (place.rules & _PROPERTY or "." in place.could):
        return "a comparison stands in FILTER(…), a new value in BIND(… AS ?name)"
    return None


def _of_triples(place: Place) -> str | None:
    kind = place.found.kind
    if {"WHERE", "{"} <= place.could and kind in _TERMS:
        return "the pattern stands between { and }"
    if kind == "<":
        return "an IRI between < and > holds no blank, quote or bracket, and is closed"
    if kind == "UNION":
        return "what stands before and behind UNION is in braces: { … } UNION { … }"
    if place.last == ";" and kind in _TERMS:
        return "behind ; stands a property and its object, for the same subject"
    if "." in place.could and kind in _TERMS and place.last != ".":
        return "a triple is subject, property, object; a . stands between two of them"
    if kind == ";" and place.last == ".":
        return "a . ends the triple, a ; goes on with its subject: one of them is too much"
    if place.rules & _PROPERTY and kind in ("string", "integer", "number", "signed"):
        return "a property cannot be a text or a number"
    return None


def _of_the_end(place: Place) -> str | None:
    kind = place.found.kind
    if "end" in place.could and kind in _MODIFIERS:
        return "the order is WHERE { … }, GROUP BY, HAVING, ORDER BY, LIMIT or OFFSET, VALUES"
    if "end" in place.could and kind in ("{", "}", *_TERMS):
        return "the pattern was closed before: is there a } too many?"
    if "end" in place.could and kind == ";":
        return "a query ends without ;"
    if kind == "signed" and "integer" in place.could and "string" not in place.could:
        return "LIMIT and OFFSET take a whole number without sign"
    if kind in FIRST["pattern"] and {".", "}"} <= place.could and "pattern" not in place.rules:
        return "this cannot stand in a template: only triples can"
    return None


_HINTS: tuple[Callable[[Place], str | None], ...] = (
    _of_characters,
    _of_words,
    _of_prefixes,
    _of_columns,
    _of_conditions,
    _of_triples,
    _of_the_end,
)
