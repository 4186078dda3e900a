"""Say in numbers what changed between two portraits: counts, evolutions, and what is still open.

Things are named by their paths below the base URI.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

# What the movements of a list's values are called; each agrees with its noun.
REWORDED = {
    "categorie": "categories-reformulees",
    "statut": "statuts-reformules",
    "portefeuille": "portefeuilles-reformules",
}
SPLIT, JOINED = "portefeuilles-scindes", "portefeuilles-reunis"
SAME = "portefeuilles-inchanges"


class Movement(NamedTuple):
    """How many things something happened to: the number, and its range while pairs are open.

    `unresolved`: texts were compared as they are written. `elements` are the things, where no
    query over the entries alone can find them. `statuses` are those before and after.
    """

    name: str
    number: int
    least: int
    most: int
    unresolved: bool = False
    elements: tuple[str, ...] = ()
    statuses: tuple[str, str] | None = None


class Evolution(NamedTuple):
    """How many entries a value has in both portraits.

    `kind` is the list, `concept` the value at the level at which years are compared. `text` is
    None; or the text of the cell, where texts were counted as they are written. `neighbours`
    are the paths of values alike that appear while this one falls to zero, unexplained.
    """

    kind: str
    name: str
    concept: str
    before: int
    after: int
    text: str | None = None
    neighbours: tuple[str, ...] = ()


class Pair(NamedTuple):
    """Two things that may be one, of which nobody has decided; likeness is from 0 to 100."""

    movement: str
    before: str
    after: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything in numbers that changed between the portraits of two years.

    `called` are the names of the initiatives in `pairs`, by path: no list holds them.
    """

    earlier: int
    later: int
    movements: dict[str, Movement] = field(default_factory=dict)
    evolutions: list[Evolution] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Give where it stands below the base URI."""
        return f"id/comparaison/{self.earlier}-{self.later}"

    def number(self, name: str) -> int:
        """Give the number of a movement, 0 for one that nothing made."""
        return self.movements[name].number if name in self.movements else 0

    def add(self, movement: Movement) -> None:
        """Take a movement in."""
        self.movements[movement.name] = movement

    def of(self, kind: str, *, unresolved: bool = False) -> list[Evolution]:
        """Give the evolutions of a list, those of texts where `unresolved`."""
        return [e for e in self.evolutions if e.kind == kind and (e.text is not None) == unresolved]
