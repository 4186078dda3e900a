"""Join rows of different years into initiatives: by the rule, and as people decided.

By the rule, rows with one key are one initiative; a person may cut an initiative between two
years, and join two initiatives. Neither texts nor the order of rows play a part here, so a
decision never changes the key of an initiative it does not name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from transform.decisions.initiatives import Ruling, Thing
from transform.identity.merges import Clusters, RowNumbers
from transform.identity.splits import Parts


@dataclass(frozen=True, slots=True)
class Continuity:
    """The initiative of every row after all decisions.

    `keys` are by year, in the order of the rows; `replaced` maps a former key, with its year or
    without, to the one that replaced it; `judged` are the lines with the things they name, by
    their names before any line joins two; `possible` are the former keys that things would have
    had without the registry, which no decision replaced.
    """

    keys: dict[int, list[str]] = field(default_factory=dict)
    replaced: dict[Thing, Thing] = field(default_factory=dict)
    judged: list[tuple[Ruling, Thing, Thing]] = field(default_factory=list)
    possible: frozenset[Thing] = frozenset()

    def now(self, thing: Thing) -> Thing:
        """Return the name of a thing after all decisions."""
        return self.replaced.get(thing, thing)


def join(
    own: Mapping[int, Sequence[str]],
    rulings: Iterable[Ruling],
    aliases: Mapping[Thing, Thing],
    numbers: Mapping[int, Sequence[int]],
    file: str,
) -> Continuity:
    """Apply all decisions; raises DecisionRefused at the first line that cannot be applied.

    `own` are the keys of the rows by year before any decision, `numbers` the numbers of the
    rows; `aliases` maps former names of things to those of the rule today.
    """
    rulings = list(rulings)
    years: dict[str, list[int]] = {}
    for year in sorted(own):
        for key in own[year]:
            years.setdefault(key, []).append(year)
    parts = Parts(years, aliases, file)
    parts.cut(rulings)
    clusters = Clusters(parts, RowNumbers(own, numbers), file)
    for ruling in rulings:
        if ruling.says_same():
            clusters.unite(ruling)
    for ruling in rulings:
        if not ruling.says_same():
            clusters.hold_apart(ruling)
    first = {part: clusters.first(part) for part in parts.touched(clusters.joined())}
    formerly, replaced = _replaced(parts, first, aliases)
    return Continuity(
        {year: _keys_of(year, keys, parts, first) for year, keys in own.items()},
        formerly | replaced,
        [(ruling, *parts.things(ruling)) for ruling in rulings],
        frozenset(formerly.keys() - replaced.keys()),
    )


def _keys_of(year: int, keys: Sequence[str], parts: Parts, first: Mapping[str, str]) -> list[str]:
    row_parts = (parts.part_of(key, year) for key in keys)
    return [first.get(part, part) for part in row_parts]


def _replaced(
    parts: Parts, first: Mapping[str, str], aliases: Mapping[Thing, Thing]
) -> tuple[dict[Thing, Thing], dict[Thing, Thing]]:
    """Map each former name to the one that replaced it: those of `aliases`, and those of decisions.

    Where twins are cut and joined crosswise, a former name of a year is a present one again.
    """
    replaced: dict[Thing, Thing] = {}
    present = {Thing(first[part], year) for part in first for year in parts.rows(part)[1]}
    for part, now in first.items():
        key, years = parts.rows(part)
        if now != part:
            replaced[Thing(part, None)] = Thing(now, None)
        for year in years:
            for name in {Thing(key, year), Thing(part, year)} - present:
                replaced[name] = Thing(now, year)
    present |= {Thing(thing.key, None) for thing in present}
    formerly = {old: replaced.get(own, own) for old, own in aliases.items() if old not in present}
    return formerly, replaced
