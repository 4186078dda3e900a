"""Define a mistake in a query: where it is, and what is wrong."""

from typing import NamedTuple

from transform.text.message import Message


class Mistake(NamedTuple):
    """An offset in a text, from 0, and the reason: what follows a colon, to its full stop."""

    start: int
    reason: Message
