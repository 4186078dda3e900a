"""Decide what is the same body and the same initiative; nothing else in the project decides it.

Two texts are one body when the registry says so, or when their normal forms are equal. Two rows
of different years are one initiative when body and name are. Similarity decides nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from transform.identity.bodies import Bodies, Body, anchor_as_written, identify_bodies
from transform.identity.continuity import Continuity
from transform.identity.keys import Anchor, Anchoring, Twins, key_rows
from transform.identity.parents import Parent, ParentColumn, Parents
from transform.identity.registry import EMPTY, Registry
from transform.tables.rows import Reading, Row


@dataclass(frozen=True, slots=True)
class Identities:
    """The result of the rule: bodies, the key of each row's initiative by year, and twins.

    `former` are the keys that rows have where no registry knows their body, or the layout does not
    say what it is within, in the same order: what an earlier release may have published them
    under. `parents` are the fields of a row that its body stands under. `own` are the keys that
    rows have by the rule, before people decided, and `continuity` says what they decided.
    """

    bodies: Bodies
    keys: dict[int, list[str]]
    former: dict[int, list[list[str]]]
    twins: list[Twins]
    own: dict[int, list[str]] = field(default_factory=dict)
    continuity: Continuity = field(default_factory=Continuity)
    parents: Parents = field(default_factory=dict)

    def body(self, raw: str) -> Body | None:
        """Return the body that a cell names, None where it is blank."""
        return self.bodies.find(raw)

    def body_of(self, row: Row, year: int) -> Body | None:
        """Return the body that a row names, None where the cell is blank."""
        column = self.parents.get(year)
        return self.bodies.find(row.cells.organisme, column.parent(row) if column else None)


def identify(
    readings: Sequence[tuple[Reading, str]],
    registry: Registry = EMPTY,
    parents: Parents | None = None,
) -> Identities:
    """Decide over all portraits at once; `readings` are pairs of reading and language."""
    parents = parents or {}
    bodies = identify_bodies(readings, registry, parents)
    identities = Identities(bodies, {}, {}, [], parents=parents)
    for reading, _ in readings:
        keyed = key_rows(reading, *_anchorings(bodies, parents.get(reading.year)))
        identities.keys[reading.year] = keyed.keys
        identities.former[reading.year] = keyed.former
        identities.twins.extend(keyed.twins)
    return identities


def _anchorings(bodies: Bodies, column: ParentColumn | None) -> tuple[Anchoring, list[Anchoring]]:
    """Return the anchor of a row's body, and those that it had by less knowledge of bodies."""

    def alone(anchor: Callable[[str], Anchor]) -> Anchoring:
        return lambda row: anchor(row.cells.organisme)

    def below(anchor: Callable[[str, Parent | None], Anchor], column: ParentColumn) -> Anchoring:
        return lambda row: anchor(row.cells.organisme, column.parent(row))

    if column is None:
        return alone(bodies.anchor), [alone(anchor_as_written)]
    without = [alone(bodies.anchor), alone(anchor_as_written)]
    return below(bodies.anchor, column), [below(anchor_as_written, column), *without]
