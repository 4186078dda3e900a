"""Decide what is the same body and the same initiative; nothing else in the project decides it.

Two texts are one body when the registry says so, or when their normal forms are equal. Two rows
of different years are one initiative when body and name are. Similarity decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from transform.bodies import Bodies, Body, identify_bodies
from transform.keys import Twins, key_rows
from transform.registry import EMPTY, Registry
from transform.rows import Reading


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who: bodies, the key of each row's initiative by year, and twins.

    `former` are the keys that rows have where no registry knows their body, in the same order:
    what an earlier release may have published them under.
    """

    bodies: Bodies
    keys: dict[int, list[str]]
    former: dict[int, list[str]]
    twins: list[Twins]

    def body(self, raw: str) -> Body | None:
        """Give the body that a cell names, None where it is blank."""
        return self.bodies.find(raw)


def identify(readings: Sequence[tuple[Reading, str]], registry: Registry = EMPTY) -> Identities:
    """Decide over all portraits at once; `readings` are pairs of reading and language."""
    bodies = identify_bodies(readings, registry)
    found = Identities(bodies, {}, {}, [])
    for reading, _ in readings:
        keyed = key_rows(reading, bodies.anchor)
        found.keys[reading.year] = keyed.keys
        found.former[reading.year] = keyed.former
        found.twins.extend(keyed.twins)
    return found
