"""Join rows of different years into initiatives: by the rule, and as people decided.

The rule alone makes one initiative of the rows that have one key; a person may cut between two
of its years, and join what the rule left apart. Nothing here looks at texts, and nothing depends
on the order of rows, so a decision never changes the key of an initiative it does not name.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from transform.cuts import Parts
from transform.decisions import SAME, Ruling, Thing
from transform.errors import DecisionRefused


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
    clusters = _Clusters(parts, _Rows(own, numbers), file)
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


class _Rows:
    """The numbers of rows, for messages; looked up only when a line is refused."""

    def __init__(
        self, own: Mapping[int, Sequence[str]], numbers: Mapping[int, Sequence[int]]
    ) -> None:
        self._own, self._numbers = own, numbers

    def number(self, key: str, year: int) -> int:
        """Give the number of the row that has a key in a year."""
        return self._numbers[year][list(self._own[year]).index(key)]


class _Clusters:
    """What the lines joined, by union and find over the parts that they name."""

    def __init__(self, parts: Parts, rows: _Rows, file: str) -> None:
        self._parts, self._rows, self._file = parts, rows, file
        self._above: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._joins: dict[str, list[tuple[str, int]]] = {}
        self._apart: dict[tuple[str, str, str], Ruling] = {}

    def joined(self) -> Collection[str]:
        """Give the parts that some line joined with another."""
        return self._joins

    def first(self, part: str) -> str:
        """Give the part of a cluster whose portrait is the earliest: its key stays."""
        return min(self._cluster(part), key=lambda member: self._parts.rows(member)[1][0])

    def unite(self, ruling: Ruling) -> None:
        """Make one initiative of the two that a line names."""
        one, other = self._parts.of(ruling, ruling.subject), self._parts.of(ruling, ruling.object)
        if one == other:
            if None in (ruling.subject.year, ruling.object.year) or ruling.subject == ruling.object:
                raise self._refuse(ruling, "joins a thing with itself. Take the line out.")
            return  # a person confirms what the rule says of two years
        if self._root(one) == self._root(other):
            lines = _in_words(self._path(one, other))
            raise self._refuse(
                ruling, f"closes a circle: {lines} already joined the two. Take one of them out."
            )
        self._refuse_two_of_a_year(ruling, one, other)
        root, under = self._root(one), self._root(other)
        self._members[root] = [*self._cluster(one), *self._cluster(other)]
        self._above[under] = root
        for part, beside in ((one, other), (other, one)):
            self._joins.setdefault(part, []).append((beside, ruling.line))

    def hold_apart(self, ruling: Ruling) -> None:
        """See that no lines join what this one tells apart."""
        one, other = self._parts.of(ruling, ruling.subject), self._parts.of(ruling, ruling.object)
        if one == other:
            raise self._refuse(ruling, self._parts.why_one(ruling))
        if self._root(one) == self._root(other):
            lines = _in_words(self._path(one, other))
            said = "refuses" if ruling.relation == SAME else "tells apart"
            raise self._refuse(
                ruling, f"{said} what {lines} joined: a contradiction. Take out one or the other."
            )
        before = self._apart.setdefault((one, other, ruling.relation), ruling)
        if before.refused != ruling.refused:
            raise self._refuse(
                ruling,
                f"says the opposite of line {before.line}: a contradiction."
                " Take out one or the other.",
            )

    def _refuse_two_of_a_year(self, ruling: Ruling, one: str, other: str) -> None:
        taken = {year: part for part in self._cluster(one) for year in self._parts.rows(part)[1]}
        for part in self._cluster(other):
            key, years = self._parts.rows(part)
            for year in years:
                if year in taken:
                    beside = self._parts.rows(taken[year])[0]
                    pair = sorted((self._rows.number(key, year), self._rows.number(beside, year)))
                    raise self._refuse(
                        ruling,
                        f"would make one initiative of rows {pair[0]} and {pair[1]} of {year}."
                        " Two rows of one portrait are two; take the line out.",
                    )

    def _cluster(self, part: str) -> list[str]:
        return self._members.get(self._root(part), [part])

    def _root(self, part: str) -> str:
        while part in self._above:
            part = self._above[part]
        return part

    def _path(self, one: str, other: str) -> list[int]:
        """Give the lines that lead from one part to another."""
        ways: dict[str, list[int]] = {one: []}
        waiting = [one]
        while other not in ways:
            part = waiting.pop(0)
            for beside, line in self._joins[part]:
                if beside not in ways:
                    ways[beside] = [*ways[part], line]
                    waiting.append(beside)
        return sorted(ways[other])

    def _refuse(self, ruling: Ruling, why: str) -> DecisionRefused:
        return DecisionRefused(f"{self._file}, line {ruling.line}: {why}")


def _in_words(lines: Sequence[int]) -> str:
    numbers = ", ".join(map(str, lines))
    return f"line{'s' if len(lines) > 1 else ''} {numbers}"
