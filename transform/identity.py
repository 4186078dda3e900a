"""Decide what is the same body and the same initiative; nothing else in the project decides it.

Today two texts are one body when their normal forms are equal, and two rows of different years
are one initiative when body and name are. A registry of identities replaces this module's
inside, not what it answers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from transform.naming import name_all, opaque_key
from transform.normal import normal_form
from transform.rows import Reading, Row


@dataclass(slots=True)
class Body:
    """A public body: slug, label in the language of the file, the raw texts it was found under."""

    slug: str
    label: str
    language: str
    spellings: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Twins:
    """Rows of one portrait with one body and one name; `same`: every cell of them is equal too."""

    year: int
    rows: tuple[int, ...]
    same: bool


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
        keys[reading.year], found = _key_rows(reading)
        twins.extend(found)
    return Identities(_identify_bodies(readings), keys, twins)


def _identify_bodies(readings: Iterable[tuple[Reading, str]]) -> dict[str, Body]:
    seen: dict[str, tuple[int, Counter[str], str]] = {}
    first_year: dict[str, int] = {}
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for reading, language in sorted(readings, key=lambda pair: pair[0].year):
        counts = Counter(row.cells.organisme for row in reading.rows)
        for raw, count in sorted(counts.items()):
            if form := normal_form(raw):
                first_year.setdefault(form, reading.year)
                spellings[form].add(raw)
                if form not in seen or seen[form][0] != reading.year:
                    seen[form] = (reading.year, Counter(), language)
                seen[form][1][" ".join(raw.split())] += count
    names = name_all((year, form) for form, year in first_year.items())
    bodies = {}
    for form, (_, labels, language) in seen.items():
        label = min(labels, key=lambda text: (-labels[text], text))
        bodies[form] = Body(names[form], label, language, spellings[form])
    return bodies


def _key_rows(reading: Reading) -> tuple[list[str], list[Twins]]:
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(reading.rows):
        pair = (normal_form(row.cells.organisme), normal_form(row.cells.nom))
        together[pair].append(index)
    keys = [""] * len(reading.rows)
    twins = []
    for pair, indexes in together.items():
        if len(indexes) > 1:
            # Content, not place in the file, tells twins apart: shuffled rows keep their URIs.
            indexes.sort(key=lambda index: _content(reading.rows[index]))
            twins.append(_twins(reading, indexes))
        for ordinal, index in enumerate(indexes):
            keys[index] = opaque_key(*pair, *([str(ordinal)] if ordinal else []))
    _refuse_collisions(keys)
    return keys, sorted(twins, key=lambda found: found.rows)


def _content(row: Row) -> tuple[str, ...]:
    cells = row.cells
    told_apart_by = (cells.categorie, cells.portefeuille, cells.benefices, cells.statut)
    return (*map(normal_form, told_apart_by), *cells)


def _twins(reading: Reading, indexes: list[int]) -> Twins:
    rows = [reading.rows[index] for index in indexes]
    same = len({row.cells for row in rows}) == 1
    return Twins(reading.year, tuple(sorted(row.number for row in rows)), same)


def _refuse_collisions(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise AssertionError("two initiatives got one key: 80 bits were not enough")
