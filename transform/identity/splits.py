"""Cut an initiative where a person decided that two of its years are two initiatives."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from transform.decisions.initiatives import SAME, Ruling, Thing
from transform.errors import DecisionRefused
from transform.text.message import Message, message
from transform.text.slugs import opaque_key


class Parts:
    """The initiatives by the rule, and the pieces into which people cut some of them.

    The piece with the first year keeps the key; the key of each later one is made from it and
    the year at which it was cut off, so that years added at either end change no key.
    """

    def __init__(
        self, years: Mapping[str, Sequence[int]], aliases: Mapping[Thing, Thing], file: str
    ) -> None:
        self._years, self._aliases, self._file = years, aliases, file
        self._cut_at: dict[str, set[int]] = {}
        self._pieces: dict[str, tuple[str, list[int]]] = {}
        self._piece_of: dict[tuple[str, int], str] = {}
        self._from: dict[str, str] | None = None

    def cut(self, rulings: Collection[Ruling]) -> None:
        """Cut wherever a line refuses two years that follow each other in one initiative."""
        for ruling in rulings:
            one, other = (self._known(thing) for thing in (ruling.subject, ruling.object))
            if ruling.relation == SAME and ruling.refused and one.key == other.key:
                years = [year for year in (one.year, other.year) if year]
                if len(years) == 2 and self._follow(one.key, *sorted(years)):
                    self._cut_at.setdefault(one.key, set()).add(max(years))
        for key, cuts in self._cut_at.items():
            piece = key
            for year in self._years[key]:
                if year in cuts:
                    piece = _piece_key(key, year)
                self._pieces.setdefault(piece, (key, []))[1].append(year)
                self._piece_of[key, year] = piece

    def part_of(self, key: str, year: int) -> str:
        """Return the key of the piece that a row is in."""
        return self._piece_of.get((key, year), key)

    def rows(self, part: str) -> tuple[str, Sequence[int]]:
        """Return the key by the rule, and the years, of a piece."""
        return self._pieces.get(part) or (part, self._years[part])

    def touched(self, joined: Collection[str]) -> set[str]:
        """Return the pieces that some line cut off or joined."""
        return {*self._pieces, *joined}

    def things(self, ruling: Ruling) -> tuple[Thing, Thing]:
        """Return the things that a line names, by their names before any line joins two."""
        return self._known(ruling.subject), self._known(ruling.object)

    def of(self, ruling: Ruling, thing: Thing) -> str:
        """Return the piece that a line names; raises DecisionRefused for a thing without rows."""
        key, year = self._known(thing)
        if key in self._pieces:
            key, years = self._pieces[key]
            year = year or years[0]
        if key not in self._years or (year and year not in self._years[key]):
            raise DecisionRefused(
                message(
                    "identity.line_step",
                    file=self._file,
                    line=ruling.line,
                    problem=message("identity.no_rows", thing=thing),
                    step=message("identity.step_no_rows"),
                )
            )
        return self.part_of(key, year or self._years[key][0])

    def why_one(self, ruling: Ruling) -> Message:
        """Return the reason, for a message, why a line cannot hold its two things apart."""
        one, other = self.things(ruling)
        if one.year and other.year and one.year != other.year:
            between = [y for y in self._years[one.key] if min(one.year, other.year) <= y]
            first, second = between[:2]
            return message(
                "identity.apart_over_years",
                first=first,
                second=second,
                one=one._replace(year=first),
                other=one._replace(year=second),
            )
        return message("identity.apart_from_itself")

    def _known(self, thing: Thing) -> Thing:
        """Return a thing under its key by the rule; a piece without a year keeps its own key."""
        thing = self._aliases.get(thing, thing)
        if thing.key not in self._years and thing.year:
            return thing._replace(key=self._cut_off().get(thing.key, thing.key))
        return thing

    def _cut_off(self) -> dict[str, str]:
        """Map each key that a cut could make to the key from which it would be cut."""
        if self._from is None:
            self._from = {
                _piece_key(key, year): key
                for key, years in self._years.items()
                for year in years[1:]
            }
        return self._from

    def _follow(self, key: str, one: int, other: int) -> bool:
        years = self._years.get(key, ())
        return (one, other) in pairwise(years)


def cut_off(own: Mapping[int, Sequence[str]]) -> set[str]:
    """Return the keys that cuts could make for later pieces of initiatives."""
    first: set[str] = set()
    pieces: set[str] = set()
    for year in sorted(own):
        pieces |= {_piece_key(key, year) for key in own[year] if key in first}
        first.update(own[year])
    return pieces


def _piece_key(key: str, year: int) -> str:
    return opaque_key("distinct", key, str(year))
