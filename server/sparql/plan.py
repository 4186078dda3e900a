"""Plan a query: what to ask the engine for, and what the client gets; Flask is not needed."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from server.engine.interface import Question
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


class Wishes(NamedTuple):
    """What a client gets for rows and for a graph, and the media types to ask the engine for.

    `plain`: the answer goes out as the engine gives it, whatever its form.
    """

    solutions: Format | None
    graph: Format | None
    rows: str | None
    written: str | None
    plain: bool


def make_plan(asked: SparqlRequest, accept: str | None, base_uri: str) -> tuple[Question, Wishes]:
    """Give what to ask the engine for a query, and what the client gets.

    Raises NothingAcceptable.
    """
    wished = asked.format
    # What is remembered is bounded in size, too; no name of a format is nearly as long.
    wishes = _choose_both(accept and accept[:LONGEST], wished and wished[:_LONGEST_NAME])
    if wishes.solutions is None and wishes.graph is None:
        raise NothingAcceptable(asked.format or accept or "", (*SOLUTIONS, EXCEL, *CONSTRUCTED))
    question = Question(
        asked.query or "",
        base_uri,
        wishes.rows,
        wishes.written,
        asked.default_graphs,
        asked.named_graphs,
    )
    return question, wishes


@lru_cache(maxsize=512)
def _choose_both(accept: str | None, wanted: str | None) -> Wishes:
    offers = (*SOLUTIONS, EXCEL) if wanted else SOLUTIONS
    solutions, graph = _choose(offers, accept, wanted), _choose(CONSTRUCTED, accept, wanted)
    rows = {HTML: JSON, EXCEL: CSV}.get(solutions, solutions) if solutions else None
    written = TURTLE if graph is HTML else graph
    return Wishes(
        solutions,
        graph,
        rows.media_type if rows else None,
        written.media_type if written else None,
        plain=not {HTML, EXCEL} & {solutions, graph},
    )


def _choose(offers: Sequence[Format], accept: str | None, wanted: str | None) -> Format | None:
    """Give the best of one group, or nothing: which group counts is known only by the query."""
    try:
        return choose_format((*offers, HTML), accept, wanted)
    except NothingAcceptable:
        return None
