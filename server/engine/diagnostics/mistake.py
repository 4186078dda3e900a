"""What is wrong with a query, and where."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """A place in a text, from 0, and what is wrong there, in words that follow a colon."""

    start: int
    reason: str
