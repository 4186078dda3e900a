"""Decide what is the same body and the same initiative; nothing else in the project decides it.

Two texts are one body when the registry says so, or when their normal forms are equal. Two rows
of different years are one initiative when body and name are. Similarity decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from transform.identity.bodies import Bodies, Body, identify_bodies
from transform.identity.continuity import Continuity
from transform.identity.keys import Twins, key_rows
from transform.identity.registry import EMPTY, Registry
from transform.tables.rows import Reading


@dataclass(frozen=True, slots=True)
class Identities:
    """The result of the rule: bodies, the key of each row's initiative by year, and twins.

    `former` are the keys that rows have where no registry knows their body, in the same order:
    what an earlier release may have published them under. `own` are the keys that rows have by
    the rule, before people decided, and `continuity` says what they decided.
    """

    bodies: Bodies
    keys: dict[int, list[str]]
    former: dict[int, list[str]]
    twins: list[Twins]
    own: dict[int, list[str]] = field(default_factory=dict)
    continuity: Continuity = field(default_factory=Continuity)

    def body(self, raw: str) -> Body | None:
        """Return the body that a cell names, None where it is blank."""
        return self.bodies.find(raw)


def identify(readings: Sequence[tuple[Reading, str]], registry: Registry = EMPTY) -> Identities:
    """Decide over all portraits at once; `readings` are pairs of reading and language."""
    bodies = identify_bodies(readings, registry)
    identities = Identities(bodies, {}, {}, [])
    for reading, _ in readings:
        keyed = key_rows(reading, bodies.anchor)
        identities.keys[reading.year] = keyed.keys
        identities.former[reading.year] = keyed.former
        identities.twins.extend(keyed.twins)
    return identities
