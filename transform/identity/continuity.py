"""Join rows of different years into initiatives: by the rule, and as people decided.

The rule alone makes one initiative of the rows that have one key; a person may cut between two
of its years, and join what the rule left apart. Nothing here looks at texts, and nothing depends
on the order of rows, so a decision never changes the key of an initiative it does not name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from transform.decisions.initiatives import Ruling, Thing
from transform.identity.merges import Clusters, RowNumbers
from transform.identity.splits import Parts


@dataclass(frozen=True, slots=True)
class Continuity:
    """Which initiative every row is of, once all decisions are taken.

    `keys` by year, in the order of the rows; `replaced` gives for a key, with its year or
    without, what stands for it now; `judged` are the lines with the things they name, as they
    are called before any line joins two.
    """

    keys: dict[int, list[str]] = field(default_factory=dict)
    replaced: dict[Thing, Thing] = field(default_factory=dict)
    judged: list[tuple[Ruling, Thing, Thing]] = field(default_factory=list)

    def now(self, thing: Thing) -> Thing:
        """Give what a thing is called once all decisions are taken."""
        return self.replaced.get(thing, thing)


def join(
    own: Mapping[int, Sequence[str]],
    rulings: Iterable[Ruling],
    aliases: Mapping[Thing, Thing],
    numbers: Mapping[int, Sequence[int]],
    file: str,
) -> Continuity:
    """Take all decisions; raises DecisionRefused at the first line that cannot stand.

    `own` are the keys of the rows by year before any decision, `numbers` the numbers of the
    rows, `aliases` what stood for a thing before the rule called it as it does.
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
    return Continuity(
        {year: _keys_of(year, keys, parts, first) for year, keys in own.items()},
        _replaced(parts, first, aliases),
        [(ruling, *parts.things(ruling)) for ruling in rulings],
    )


def _keys_of(year: int, keys: Sequence[str], parts: Parts, first: Mapping[str, str]) -> list[str]:
    found = (parts.part_of(key, year) for key in keys)
    return [first.get(part, part) for part in found]


def _replaced(
    parts: Parts, first: Mapping[str, str], aliases: Mapping[Thing, Thing]
) -> dict[Thing, Thing]:
    """Say what stands for each name that no longer stands for itself.

    Where twins are told apart and joined crosswise, the name of a year is one of now again.
    """
    replaced: dict[Thing, Thing] = {}
    there = {Thing(first[part], year) for part in first for year in parts.rows(part)[1]}
    for part, now in first.items():
        key, years = parts.rows(part)
        if now != part:
            replaced[Thing(part, None)] = Thing(now, None)
        for year in years:
            for name in {Thing(key, year), Thing(part, year)} - there:
                replaced[name] = Thing(now, year)
    there |= {Thing(thing.key, None) for thing in there}
    formerly = {old: replaced.get(own, own) for old, own in aliases.items() if old not in there}
    return formerly | replaced
