"""Plan a query, without Flask: the question to the engine, and the format for the client."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from server.engine.faults import EngineFault, FormNotAcceptable
from server.engine.interface import Answer, Question
from server.negotiation import (
    CONSTRUCTED,
    CSV,
    EXCEL,
    HTML,
    JSON,
    LONGEST,
    SOLUTIONS,
    TURTLE,
    Format,
    NothingAcceptable,
    choose_format,
)
from server.sparql.protocol import SparqlRequest

_LONGEST_NAME = 100  # characters
# The value of the header for each media type that an answer may have.
CONTENT_TYPES = {form.media_type: form.content_type for form in (*SOLUTIONS, *CONSTRUCTED)}


# Functions with another result each time (SPARQL 1.1, 17.4); STRUUID ends with one.
_WORDS = ("NOW", "RAND", "UUID")
# They may stand directly before one: the engine reads «ORDER BYRAND()».
_BEFORE = ("STR", "BY", "FILTER", "HAVING", "DISTINCT", "TRUE", "FALSE")


def _standing_alone(word: str) -> str:
    """Return a pattern that begins with the word itself, so that a search is quick."""
    before = "|".join(f"(?<={end}{word})" for end in _BEFORE)
    return rf"{word}(?![A-Z0-9_])(?:(?<![A-Z_?$:]{word})|{before})"


# One of them, or an escape of SPARQL, which may hide one.
_FICKLE = re.compile("|".join([*map(_standing_alone, _WORDS), r"\\U"]))


class _Formats(NamedTuple):
    """The formats for rows and for a graph, and the media types that the engine is asked for."""

    solutions: Format | None
    graph: Format | None
    engine_solutions: str | None
    engine_graph: str | None
    plain: bool  # an answer is sent as the engine writes it, whatever its form


class Plan(NamedTuple):
    """The question to the engine for a query, and the formats for the client."""

    request: SparqlRequest
    question: Question
    accept: str | None
    formats: _Formats
    fickle: bool  # it may have another answer when asked again: no answer is kept or shared

    def choose(self, answer: Answer) -> Format | None:
        """Return the format that the client gets an answer in."""
        return self.formats.graph if answer.form == "graph" else self.formats.solutions

    def explain(self, fault: EngineFault) -> Exception:
        """Return the fault to answer with; for a format not on offer, one that lists the offers."""
        if not isinstance(fault, FormNotAcceptable):
            return fault
        offers = CONSTRUCTED if fault.form == "graph" else (*SOLUTIONS, EXCEL)
        return NothingAcceptable(self.request.format or self.accept or "", offers)


def make_plan(request: SparqlRequest, accept: str | None, base_uri: str) -> Plan:
    """Plan the answer to a query. Raises NothingAcceptable."""
    name, query = request.format, request.query or ""
    # This bounds the size of the cached key; no name of a format is nearly as long.
    formats = _choose_both(accept and accept[:LONGEST], name and name[:_LONGEST_NAME])
    if formats.solutions is None and formats.graph is None:
        raise NothingAcceptable(name or accept or "", (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    question = Question(
        query,
        base_uri,
        formats.engine_solutions,
        formats.engine_graph,
        request.default_graphs,
        request.named_graphs,
    )
    return Plan(request, question, accept, formats, is_fickle(query))


def is_fickle(query: str) -> bool:
    """Return whether a query may have another answer when it is asked again."""
    upper = query.upper()
    suspect = "\\" in upper or any(word in upper for word in _WORDS)
    return suspect and _FICKLE.search(upper) is not None


@lru_cache(maxsize=512)
def _choose_both(accept: str | None, name: str | None) -> _Formats:
    offers = (*SOLUTIONS, EXCEL) if name else SOLUTIONS
    solutions, graph = _choose(offers, accept, name), _choose(CONSTRUCTED, accept, name)
    rows = {HTML: JSON, EXCEL: CSV}.get(solutions, solutions) if solutions else None
    written = TURTLE if graph is HTML else graph
    return _Formats(
        solutions,
        graph,
        rows.media_type if rows else None,
        written.media_type if written else None,
        plain=rows is solutions and written is graph,
    )


def _choose(offers: Sequence[Format], accept: str | None, name: str | None) -> Format | None:
    """Return the best format of one group, or None: the query decides which group counts."""
    try:
        return choose_format((*offers, HTML), accept, name)
    except NothingAcceptable:
        return None
