"""Join initiatives as people decided, and refuse a line that contradicts the others."""

from collections.abc import Collection, Mapping, Sequence

from transform.decisions.initiatives import SAME, Ruling
from transform.errors import DecisionRefused
from transform.identity.splits import Parts
from transform.text.message import Message, message


class RowNumbers:
    """The numbers of rows, for messages; looked up only when a line is refused."""

    def __init__(
        self, own: Mapping[int, Sequence[str]], numbers: Mapping[int, Sequence[int]]
    ) -> None:
        self._own, self._numbers = own, numbers

    def number(self, key: str, year: int) -> int:
        """Return the number of the row that has a key in a year."""
        return self._numbers[year][list(self._own[year]).index(key)]


class Clusters:
    """The parts that lines joined, as a union-find structure."""

    def __init__(self, parts: Parts, rows: RowNumbers, file: str) -> None:
        self._parts, self._rows, self._file = parts, rows, file
        self._above: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._joins: dict[str, list[tuple[str, int]]] = {}
        self._apart: dict[tuple[str, str, str], Ruling] = {}

    def joined(self) -> Collection[str]:
        """Return the parts that some line joined with another."""
        return self._joins

    def first(self, part: str) -> str:
        """Return the part with the earliest portrait in a cluster: the cluster keeps its key."""
        return min(self._cluster(part), key=lambda member: self._parts.rows(member)[1][0])

    def unite(self, ruling: Ruling) -> None:
        """Join the two initiatives that a line names."""
        one, other = self._parts.of(ruling, ruling.subject), self._parts.of(ruling, ruling.object)
        if one == other:
            if None in (ruling.subject.year, ruling.object.year) or ruling.subject == ruling.object:
                raise self._refuse(ruling, message("identity.joins_itself"))
            return  # a person confirms what the rule joined
        if self._root(one) == self._root(other):
            lines = self._path(one, other)
            circle = message("identity.circle", lines=lines, number=len(lines))
            raise self._refuse(ruling, circle)
        self._refuse_two_of_a_year(ruling, one, other)
        root, under = self._root(one), self._root(other)
        self._members[root] = [*self._cluster(one), *self._cluster(other)]
        self._above[under] = root
        for part, partner in ((one, other), (other, one)):
            self._joins.setdefault(part, []).append((partner, ruling.line))

    def hold_apart(self, ruling: Ruling) -> None:
        """Check that no lines join what this one holds apart."""
        one, other = self._parts.of(ruling, ruling.subject), self._parts.of(ruling, ruling.object)
        if one == other:
            raise self._refuse(ruling, self._parts.why_one(ruling))
        if self._root(one) == self._root(other):
            lines = self._path(one, other)
            why = message("identity.parts_joined", lines=lines, number=len(lines))
            if ruling.relation == SAME:
                why = message("identity.refuses_joined", lines=lines, number=len(lines))
            raise self._refuse(ruling, why)
        before = self._apart.setdefault((one, other, ruling.relation), ruling)
        if before.refused != ruling.refused:
            raise self._refuse(ruling, message("identity.opposite", line=before.line))

    def _refuse_two_of_a_year(self, ruling: Ruling, one: str, other: str) -> None:
        part_of_year = {
            year: part for part in self._cluster(one) for year in self._parts.rows(part)[1]
        }
        for part in self._cluster(other):
            key, years = self._parts.rows(part)
            for year in years:
                if year in part_of_year:
                    rival = self._parts.rows(part_of_year[year])[0]
                    pair = sorted((self._rows.number(key, year), self._rows.number(rival, year)))
                    one_row, other_row = pair
                    why = message("identity.two_of_a_year", one=one_row, other=other_row, year=year)
                    raise self._refuse(ruling, why)

    def _cluster(self, part: str) -> list[str]:
        return self._members.get(self._root(part), [part])

    def _root(self, part: str) -> str:
        while part in self._above:
            part = self._above[part]
        return part

    def _path(self, one: str, other: str) -> list[int]:
        """Return the lines that connect one part with another."""
        ways: dict[str, list[int]] = {one: []}
        waiting = [one]
        while other not in ways:
            part = waiting.pop(0)
            for partner, line in self._joins[part]:
                if partner not in ways:
                    ways[partner] = [*ways[part], line]
                    waiting.append(partner)
        return sorted(ways[other])

    def _refuse(self, ruling: Ruling, why: Message) -> DecisionRefused:
        return DecisionRefused(
            message("identity.line", file=self._file, line=ruling.line, problem=why)
        )
