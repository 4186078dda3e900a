"""Decide what is the same body and the same initiative; nothing else in the project decides it.

Today two texts are one body when their normal forms are equal, and two rows of different years
are one initiative when body and name are. A registry of identities replaces this module's
inside, not what it answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from transform.bodies import Body, identify_bodies
from transform.keys import Twins, key_rows
from transform.normal import normal_form
from transform.rows import Reading


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who: bodies by normal form, the key of each row's initiative by year, and twins."""

    bodies: dict[str, Body]
    keys: dict[int, list[str]]
    twins: list[Twins]

    def body(self, raw: str) -> Body | None:
        """Give the body that a cell names, None where it is blank."""
        return self.bodies.get(normal_form(raw))


def identify(readings: Sequence[tuple[Reading, str]]) -> Identities:
    """Decide over all portraits at once; `readings` are pairs of reading and language."""
    keys: dict[int, list[str]] = {}
    twins: list[Twins] = []
    for reading, _ in readings:
        keys[reading.year], found = key_rows(reading)
        twins.extend(found)
    return Identities(identify_bodies(readings), keys, twins)
