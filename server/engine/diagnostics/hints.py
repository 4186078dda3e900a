"""Guess what the author of a query meant by a token that is not allowed there."""

import difflib
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from server.engine.diagnostics.grammar import FIRST, KEYWORDS
from server.engine.diagnostics.tokens import Token
from transform.errors import Said
from transform.text.message import Message, message

_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_TERMS = FIRST["term"] - {"nil"}
_AGGREGATES = FIRST["aggregate"]
_MODIFIERS = FIRST["modifiers"] | {"WHERE"}
_QUOTES = "“”„‟«»‘’‚‹›`´"
_PROPERTY = {"verb", "properties"}
_IRI = message("diagnostics.iri_holds")
_COMPARING = {"=", "!=", "<", ">", "<=", ">="}
_SIGNS: dict[str, Said] = {
    "AND": "&&",
    "OR": "||",
    "&": "&&",
    "|": "||",
    "MOD": message("diagnostics.no_sign"),
    "LIKE": "REGEX(…)",
}
_BEFORE_THE_QUERY = {"PREFIX", "BASE"}
# Words of other dialects, each with a kind that is expected where it is meant so.
_DIALECTS: dict[str, tuple[str, Said]] = {
    "TOP": ("DISTINCT", message("diagnostics.limit_at_the_end")),
    "LOWER": ("LCASE", "LCASE(…)"),
    "UPPER": ("UCASE", "UCASE(…)"),
    "LENGTH": ("STRLEN", "STRLEN(…)"),
    "LEN": ("STRLEN", "STRLEN(…)"),
    "IFNULL": ("COALESCE", "COALESCE(…)"),
    "NVL": ("COALESCE", "COALESCE(…)"),
    "CASE": ("IF", message("diagnostics.if_call")),
    "ISNULL": ("BOUND", message("diagnostics.not_bound")),
    "IS": ("&&", message("diagnostics.bound_or_not")),
    "BETWEEN": ("&&", message("diagnostics.between")),
    "LET": ("BIND", message("diagnostics.bind_call")),
    "BINDINGS": ("VALUES", "VALUES"),
    "WITH": ("WHERE", message("diagnostics.select_within")),
    "INCLUDE": ("BIND", message("diagnostics.select_in_place")),
}
_OF_OTHER_ENGINES = ("DEFINE", "EXPLAIN", "PRAGMA")


class MistakePlace(NamedTuple):
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


def find_hint(place: MistakePlace) -> Message | None:
    """Return the first hint that fits, or None."""
    return next((hint for find in _HINTS if (hint := find(place))), None)


def _of_characters(place: MistakePlace) -> Message | None:
    token = place.token
    if token.kind == "open":
        return message("diagnostics.open_quote")
    if token.kind == "wrong":
        return message("diagnostics.no_escape")
    if token.text in _QUOTES and token.text:
        return message("diagnostics.straight_quotes")
    if (token.kind == "?" and "var" in place.expected) or token.text == "$":
        return message("diagnostics.variable_without_name")
    if token.text == "@":
        return message("diagnostics.language_behind_at")
    if place.last == "string" and token.text[:1].isalpha() and place.touches:
        return message("diagnostics.quote_within")
    if token.kind != "other":
        return None
    if token.text == "&":
        return message("diagnostics.and_is")
    code = f"{ord(token.text):04X}"
    name = unicodedata.name(token.text, "") or message("diagnostics.nameless")
    if unicodedata.category(token.text) in ("Zs", "Cf", "Cc"):
        return message("diagnostics.unseen_character", code=code, name=name)
    return message("diagnostics.character", code=code, name=name)


def _of_words(place: MistakePlace) -> Message | None:
    word = place.token.text.upper()
    if place.token.kind != "word":
        return None
    if word in _UPDATES and "SELECT" in place.expected and not place.before:
        return message("diagnostics.takes_no_update")
    if word in _SIGNS and "&&" in place.expected:
        return message("diagnostics.is_written", form=_SIGNS[word])
    if word in _DIALECTS and _DIALECTS[word][0] in place.expected:
        return message("diagnostics.is_written", form=_DIALECTS[word][1])
    if word in _OF_OTHER_ENGINES and not place.before:
        return message("diagnostics.other_engine", word=word)
    if word == "A" and "a" in place.expected:
        return message("diagnostics.small_a")
    known = sorted(place.expected & KEYWORDS)
    if close := difflib.get_close_matches(word[:40], known, 1, 0.7):
        return message("diagnostics.did_you_mean", word=close[0])
    if "string" in place.expected:
        return message("diagnostics.bare_word")
    if close := difflib.get_close_matches(word[:40], sorted(KEYWORDS), 1, 0.8):
        return message("diagnostics.did_you_mean_elsewhere", word=close[0])
    return None


def _of_prefixes(place: MistakePlace) -> Message | None:
    if place.expected == {"ns"}:
        return message("diagnostics.prefix_colon")
    if place.expected == {"iriref"} and {t.kind for t in place.before[-2:]} & _BEFORE_THE_QUERY:
        return message("diagnostics.prefix_iri")
    if place.token.text.lower() in ("@prefix", "@base") and "PREFIX" in place.expected:
        return message("diagnostics.without_at", word=place.token.text[1:].upper())
    if place.token.kind in _BEFORE_THE_QUERY:
        return message("diagnostics.before_the_query", word=place.token.kind)
    if place.token.kind in (";", ".") and "PREFIX" in place.expected:
        return message("diagnostics.behind_prefix")
    return None


def _of_columns(place: MistakePlace) -> Message | None:
    kind = place.token.kind
    among_columns = {"FROM", "var", "("} <= place.expected
    if among_columns or place.last in ("SELECT", "DISTINCT", "REDUCED"):
        if kind in _AGGREGATES or kind in FIRST["builtin"]:
            return message("diagnostics.computed", function=kind)
        if kind == ",":
            return message("diagnostics.variables_without_commas")
        if kind == "AS":
            return message("diagnostics.renamed")
        if kind == "*":
            return message("diagnostics.star_alone")
    if "AS" in place.expected and kind == ")":
        if (place.before[-2].kind, place.last) == ("(", "var"):
            return message("diagnostics.variable_in_brackets")
        return message("diagnostics.computed_without_name")
    if place.last == "AS":
        return message("diagnostics.name_begins")
    if "AS" in place.expected and kind == "var":
        return message("diagnostics.as_before")
    return None


def _of_commas(place: MistakePlace) -> Message | None:
    if place.token.kind != ",":
        return None
    if "UNDEF" in place.expected:
        return message("diagnostics.values_without_commas")
    if {";", ")"} <= place.expected:
        return message("diagnostics.separator")
    if {"FROM", "WHERE"} <= place.expected and "var" not in place.expected:
        return message("diagnostics.own_from")
    return None


def _of_brackets(place: MistakePlace) -> Message | None:
    if place.last in ("ASC", "DESC"):
        return message("diagnostics.ordered_by", word=place.last)
    if place.token.kind in _COMPARING and {"REGEX", "LIMIT"} <= place.expected:
        return message("diagnostics.whole_condition")
    return None


def _of_subselects(place: MistakePlace) -> Message | None:
    begins = place.token.kind == "SELECT" and {"}", "FILTER"} <= place.expected
    behind = place.token.kind in (*_TERMS, *FIRST["pattern"]) and {"GROUP", "}"} <= place.expected
    if begins or behind:
        return message("diagnostics.subquery_in_braces")
    return None


def _of_paths(place: MistakePlace) -> Message | None:
    kind = place.token.kind
    behind_variable = place.last == "var" and kind in "*+/|" and "objects" in place.rules
    if behind_variable or (kind == "var" and place.rules & {"path", "sequence", "step"}):
        return message("diagnostics.path_without_variables")
    if kind == "{" and {"*", "var"} <= place.expected and place.touches:
        return message("diagnostics.path_without_numbers")
    return None


def _of_conditions(place: MistakePlace) -> Message | None:
    kind = place.token.kind
    if place.last in ("FILTER", "HAVING") and "(" in place.expected:
        return message("diagnostics.condition_in_brackets", word=place.last)
    if place.last == "BIND":
        return message("diagnostics.write_bind")
    if place.token.text == "<>":
        return message("diagnostics.is_not")
    if kind == "=" and place.last == "=":
        return message("diagnostics.is_equal")
    if kind == "!" or (kind == "NOT" and "!" in place.expected):
        return message("diagnostics.not_is")
    if place.last == "NOT" and "EXISTS" in place.expected and "IN" not in place.expected:
        return message("diagnostics.not_exists")
    if kind == "<" and place.rules & _PROPERTY:
        return message("diagnostics.iri_or_comparison")
    if kind in _COMPARING and (place.rules & _PROPERTY or "." in place.expected):
        return message("diagnostics.comparison_in_filter")
    return None


def _of_triples(place: MistakePlace) -> Message | None:
    kind = place.token.kind
    if {"WHERE", "{"} <= place.expected and kind in _TERMS:
        return message("diagnostics.pattern_in_braces")
    if kind == "<":
        return _IRI
    if kind == "UNION":
        return message("diagnostics.union_in_braces")
    if place.last == ";" and kind in _TERMS:
        return message("diagnostics.behind_semicolon")
    if "." in place.expected and kind in _TERMS and place.last != ".":
        return message("diagnostics.triple_is")
    if kind == ";" and place.last == ".":
        return message("diagnostics.dot_and_semicolon")
    if place.rules & _PROPERTY and kind in ("string", "integer", "number", "signed"):
        return message("diagnostics.no_property")
    return None


def _of_the_end(place: MistakePlace) -> Message | None:
    kind = place.token.kind
    if "end" in place.expected and kind in _MODIFIERS:
        return message("diagnostics.order_of_clauses")
    if "end" in place.expected and kind in ("{", "}", *_TERMS):
        return message("diagnostics.closed_before")
    if "end" in place.expected and kind == ";":
        return message("diagnostics.no_semicolon_at_end")
    if "end" in place.expected and kind == "/":
        return message("diagnostics.comment")
    if kind in (",", "integer") and place.last == "integer" and "OFFSET" in place.expected:
        return message("diagnostics.offset")
    if kind == "signed" and "integer" in place.expected and "string" not in place.expected:
        return message("diagnostics.limit_number")
    if kind in FIRST["pattern"] and "}" in place.expected and "FILTER" not in place.expected:
        return message("diagnostics.only_triples")
    return None


_HINTS: tuple[Callable[[MistakePlace], Message | None], ...] = (
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
