"""List all that changed between two portraits, one change a line, with its evidence."""

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from transform.comparison.compare import Sides
from transform.comparison.entries import Entry
from transform.comparison.model import CHANGES, SAME, Comparison
from transform.layouts.model import LISTS
from transform.text.csv_injection import SpreadsheetWriter


class Change(NamedTuple):
    """A thing that changed: what happened, its URI, its label, before and after, and where."""

    kind: str
    uri: str
    label: str
    before: str
    after: str
    evidence: str


def list_changes(
    sides: Sides, comparison: Comparison, base_uri: str, language: str
) -> Iterator[Change]:
    """Yield the changes of values of lists, bodies and initiatives, then the open pairs."""
    lister = _Lister(sides, comparison, base_uri, language)
    yield from lister.values()
    yield from lister.bodies()
    yield from lister.initiatives()
    yield from lister.pairs()


def as_csv(changes: Iterator[Change]) -> str:
    """Return changes as CSV (RFC 4180), for spreadsheets."""
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out)
    writer.writerow(Change._fields)
    writer.writerows(changes)
    return out.getvalue()


class _Lister:
    def __init__(self, sides: Sides, comparison: Comparison, base_uri: str, language: str) -> None:
        self._sides = sides
        self._comparison = comparison
        self._base = base_uri
        self._language = language

    def _label(self, path: str) -> str:
        if called := self._comparison.called.get(path):
            return called(self._language)
        return self._sides.names.label(path, self._language)

    def _movement_of_value(self) -> dict[str, str]:
        """Return by path the movement of each value that was reworded, split or joined."""
        return {
            path: name
            for name, movement in self._comparison.movements.items()
            if movement.kind.thing in LISTS and name != SAME
            for path in movement.elements
        }

    def values(self) -> Iterator[Change]:
        movements = self._movement_of_value()
        for evolution in self._comparison.evolutions:
            if evolution.text is not None:
                continue
            kind = movements.get(evolution.concept, evolution.kind)
            if kind == evolution.kind and evolution.before == evolution.after:
                continue
            texts = " | ".join(
                f"{e.text}: {e.before}, {e.after}"
                for e in self._comparison.of(evolution.kind, unresolved=True)
                if e.concept == evolution.concept
            )
            before, after = str(evolution.before), str(evolution.after)
            label = self._label(evolution.concept)
            yield Change(kind, self._base + evolution.concept, label, before, after, texts)

    def bodies(self) -> Iterator[Change]:
        before, after = _by_body(self._sides.before), _by_body(self._sides.after)
        groups = (
            ("organismes-nouveaux", sorted(set(after) - set(before))),
            ("organismes-absents", sorted(set(before) - set(after))),
            ("organismes-renommes", self._comparison.movements["organismes-renommes"].elements),
        )
        for kind, paths in groups:
            for path in paths:
                entries = [*before.get(path, ()), *after.get(path, ())]
                old, new = _texts(before.get(path, ())), _texts(after.get(path, ()))
                label = self._label(path)
                yield Change(kind, self._base + path, label, old, new, _rows(entries))

    def initiatives(self) -> Iterator[Change]:
        earlier = {entry.initiative for entry in self._sides.before}
        for entry in self._sides.after:
            if entry.initiative not in earlier:
                yield self._of_one_year("initiatives-nouvelles", entry, "", entry.cells.statut)
        later = {entry.initiative for entry in self._sides.after}
        for entry in self._sides.before:
            if entry.initiative not in later:
                yield self._of_one_year("initiatives-absentes", entry, entry.cells.statut, "")
        for old, new in self._sides.continued():
            uri, label = self._base + new.initiative, new.cells.nom.strip()
            for kind, before, after in self._changed(old, new):
                yield Change(kind, uri, label, before, after, _rows([old, new]))

    def _changed(self, old: Entry, new: Entry) -> Iterator[tuple[str, str, str]]:
        for kind, name in CHANGES.items():
            before, after = getattr(old, name), getattr(new, name)
            if name in self._sides.lists and before != after:
                yield kind, self._label(before), self._label(after)
        if self._sides.moved(old, new):
            before, after = (
                " | ".join(filter(None, (e.cells.organisme, e.cells.portefeuille)))
                for e in (old, new)
            )
            yield "initiatives-deplacees", before, after

    def _of_one_year(self, kind: str, entry: Entry, before: str, after: str) -> Change:
        uri = self._base + entry.initiative
        return Change(kind, uri, entry.cells.nom.strip(), before, after, entry.source)

    def pairs(self) -> Iterator[Change]:
        rows = {e.initiative: e.source for e in (*self._sides.before, *self._sides.after)}
        for pair in self._comparison.pairs:
            where = [rows[path] for path in (pair.before, pair.after) if path in rows]
            yield Change(
                pair.movement,
                self._base + pair.before,
                self._label(pair.before),
                self._label(pair.before),
                self._label(pair.after),
                " ".join((f"{self._base}{pair.after}", f"{pair.likeness:.1f}", *where)),
            )


def _by_body(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    by_body: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_body[entry.organisme].append(entry)
    return by_body


def _texts(entries: Sequence[Entry]) -> str:
    return " | ".join(sorted({entry.cells.organisme for entry in entries}))


def _rows(entries: Sequence[Entry]) -> str:
    return " ".join(entry.source for entry in entries)
