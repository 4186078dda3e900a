"""Plan a query: what to ask the engine for, and what the client gets; Flask is not needed."""

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


# What gives another answer each time (SPARQL 1.1, 17.4), also as the end of STRUUID.
_WORDS = ("NOW", "RAND", "UUID")
# No part of a name: the engine reads «ORDER BYRAND()».
_BEFORE = ("STR", "BY", "FILTER", "HAVING", "DISTINCT", "TRUE", "FALSE")


def _standing_alone(word: str) -> str:
    """Return a pattern that begins with the word itself, which is what makes a search quick."""
    before = "|".join(f"(?<={end}{word})" for end in _BEFORE)
    return rf"{word}(?![A-Z0-9_])(?:(?<![A-Z_?$:]{word})|{before})"


# One of them, or one in disguise: behind an escape of SPARQL.
_FICKLE = re.compile("|".join([*map(_standing_alone, _WORDS), r"\\U"]))


class _Formats(NamedTuple):
    """What a client gets for rows and for a graph, and the media types to ask the engine for."""

    solutions: Format | None
    graph: Format | None
    asked_solutions: str | None
    asked_graph: str | None


class Plan(NamedTuple):
    """What to ask the engine for a query, and what the client gets of it."""

    request: SparqlRequest
    question: Question
    accept: str | None
    formats: _Formats
    fickle: bool  # another answer may come when it is asked again: none is kept or shared

    @property
    def plain(self) -> bool:
        """Say whether the answer goes out as the engine gives it, whatever its form."""
        return not {HTML, EXCEL} & {self.formats.solutions, self.formats.graph}

    def choose(self, answer: Answer) -> Format | None:
        """Return what the client gets of an answer."""
        return self.formats.graph if answer.form == "graph" else self.formats.solutions

    def explain(self, fault: EngineFault) -> Exception:
        """Return the fault to answer with: one that says what is on offer, where that is it."""
        if not isinstance(fault, FormNotAcceptable):
            return fault
        offers = CONSTRUCTED if fault.form == "graph" else (*SOLUTIONS, EXCEL)
        return NothingAcceptable(self.request.format or self.accept or "", offers)


def make_plan(request: SparqlRequest, accept: str | None, base_uri: str) -> Plan:
    """Plan the answer to a query. Raises NothingAcceptable."""
    name, query = request.format, request.query or ""
    # What is remembered is bounded in size, too; no name of a format is nearly as long.
    formats = _choose_both(accept and accept[:LONGEST], name and name[:_LONGEST_NAME])
    if formats.solutions is None and formats.graph is None:
        raise NothingAcceptable(name or accept or "", (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    question = Question(
        query,
        base_uri,
        formats.asked_solutions,
        formats.asked_graph,
        request.default_graphs,
        request.named_graphs,
    )
    return Plan(request, question, accept, formats, is_fickle(query))


def is_fickle(query: str) -> bool:
    """Say whether a query may give another answer when it is asked again."""
    upper = query.upper()
    seldom = "\\" not in upper and not any(word in upper for word in _WORDS)
    return not seldom and _FICKLE.search(upper) is not None


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
    )


def _choose(offers: Sequence[Format], accept: str | None, name: str | None) -> Format | None:
    """Return the best of one group, or nothing: which group counts is known only by the query."""
    try:
        return choose_format((*offers, HTML), accept, name)
    except NothingAcceptable:
        return None
