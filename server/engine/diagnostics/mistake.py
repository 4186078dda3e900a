"""Define a mistake in a query: where it is, and what is wrong."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """An offset in a text, from 0, and the reason, as a phrase that follows a colon."""

    start: int
    reason: str
