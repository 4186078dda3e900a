"""Define the numbers of a comparison: movements, evolutions and open pairs.

Things are named by their paths below the base URI.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from transform.layouts.model import LISTS

# The names of the movements of values; each participle agrees with its noun.
REWORDED = {
    "categorie": "categories-reformulees",
    "statut": "statuts-reformules",
    "portefeuille": "portefeuilles-reformules",
}
SPLIT, JOINED = "portefeuilles-scindes", "portefeuilles-reunis"
SAME = "portefeuilles-inchanges"


class MovementKind(NamedTuple):
    """What a movement counts and what happened to it: the key of a movement without statuses.

    Each is the last segment of a concept of ontology/mouvements.ttl.
    """

    thing: str
    fate: str


# The movements of initiatives whose value of a list changed, and the list.
CHANGES = {
    "initiatives-statut-change": "statut",
    "initiatives-categorie-changee": "categorie",
}
PASSAGE = MovementKind("initiative", "passage")
# By the name of a movement; French words agree with their noun.
KINDS = {
    "initiatives-avant": MovementKind("initiative", "avant"),
    "initiatives-apres": MovementKind("initiative", "apres"),
    "initiatives-nouvelles": MovementKind("initiative", "nouveau"),
    "initiatives-absentes": MovementKind("initiative", "absent"),
    "initiatives-poursuivies": MovementKind("initiative", "poursuivi"),
    "initiatives-a-trancher": MovementKind("initiative", "a-trancher"),
    "initiatives-statut-change": MovementKind("initiative", "statut-change"),
    "initiatives-categorie-changee": MovementKind("initiative", "categorie-changee"),
    "initiatives-deplacees": MovementKind("initiative", "deplace"),
    "organismes-avant": MovementKind("organisme", "avant"),
    "organismes-apres": MovementKind("organisme", "apres"),
    "organismes-nouveaux": MovementKind("organisme", "nouveau"),
    "organismes-absents": MovementKind("organisme", "absent"),
    "organismes-poursuivis": MovementKind("organisme", "poursuivi"),
    "organismes-a-trancher": MovementKind("organisme", "a-trancher"),
    "organismes-renommes": MovementKind("organisme", "renomme"),
    "textes-avant": MovementKind("texte", "avant"),
    "textes-apres": MovementKind("texte", "apres"),
    "textes-nouveaux": MovementKind("texte", "nouveau"),
    "textes-absents": MovementKind("texte", "absent"),
    "textes-poursuivis": MovementKind("texte", "poursuivi"),
    **{name: MovementKind(thing, "reformule") for thing, name in REWORDED.items()},
    SPLIT: MovementKind("portefeuille", "scinde"),
    JOINED: MovementKind("portefeuille", "reuni"),
    SAME: MovementKind("portefeuille", "inchange"),
}


class Movement(NamedTuple):
    """How many things changed in one way: the number, and its range while pairs are open.

    `unresolved`: texts were compared as they are written. `elements` are the things counted, where
    no query over the entries alone can find them. `statuses`: the status before and after.
    """

    name: str
    number: int
    least: int
    most: int
    unresolved: bool = False
    elements: tuple[str, ...] = ()
    statuses: tuple[str, str] | None = None

    @property
    def kind(self) -> MovementKind:
        """Return what the movement counts and what happened to it."""
        return PASSAGE if self.statuses else KINDS[self.name]


class Evolution(NamedTuple):
    """How many entries a value has in both portraits.

    `kind` is the list, `concept` the value at the level at which years are compared. `text` is
    the text of the cell where texts were counted as they are written, else None. `neighbours`
    are the paths of similar values that appear, unexplained, while this one falls to zero.
    """

    kind: str
    name: str
    concept: str
    before: int
    after: int
    text: str | None = None
    neighbours: tuple[str, ...] = ()


# Returns the name of a thing in a language.
Called = Callable[[str], str]


class Pair(NamedTuple):
    """Two things that may be one, not yet decided; likeness is from 0 to 100."""

    movement: str
    before: str
    after: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of all that changed between the portraits of two years.

    `called` name the initiatives in `pairs` in a language, by path: no list holds them. `words`
    are those of the register by language, as a manifest has them.
    """

    earlier: int
    later: int
    movements: dict[str, Movement] = field(default_factory=dict)
    evolutions: list[Evolution] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    called: dict[str, Called] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return the path of the comparison below the base URI."""
        return f"id/comparaison/{self.earlier}-{self.later}"

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the lists whose values were compared: those that both portraits have."""
        return tuple(name for name in LISTS if REWORDED[name] in self.movements)

    def number(self, name: str) -> int:
        """Return the number of a movement, 0 for one that did not occur."""
        return self.movements[name].number if name in self.movements else 0

    def add(self, movement: Movement) -> None:
        """Add a movement."""
        self.movements[movement.name] = movement

    def of(self, kind: str, *, unresolved: bool = False) -> list[Evolution]:
        """Return the evolutions of the values of a list, or of its texts if `unresolved`."""
        return [e for e in self.evolutions if e.kind == kind and (e.text is not None) == unresolved]
