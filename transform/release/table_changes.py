"""Compare the tables of two releases: which rows, bodies, portfolios and initiatives changed.

They are compared by their keys, as `dumps/portraits.sqlite` of both holds them. What was replaced
is one thing under another key: the new release says so (`dcterms:isReplacedBy`).
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from transform.release.integrity import check_file, list_files
from transform.release.manifest import damaged, read_manifest
from transform.release.paths import DATABASE
from transform.release.reading import read_replacements
from transform.text.message import message

# How many things of a kind and fate are named; all are counted.
NAMED = 8
_BOTH = ("old", "new")
# Key and name of the things that a release has entries of, by kind.
_KINDS = {
    "organisme": "SELECT organisme AS cle, nom FROM {0}.organismes",
    "portefeuille": "SELECT portefeuille AS cle, nom FROM {0}.portefeuilles WHERE portefeuille IN "
    "(SELECT portefeuille FROM {0}.inscriptions)",
    "initiative": "SELECT initiative AS cle, nom FROM {0}.initiatives",
}
_NEW_THINGS = """
    SELECT n.cle, n.nom FROM new_{0} n
    WHERE NOT EXISTS (SELECT 1 FROM old_{0} o WHERE o.cle = n.cle)"""
_GONE_THINGS = """
    SELECT o.cle, o.nom FROM old_{0} o
    WHERE NOT EXISTS (SELECT 1 FROM new_{0} n WHERE n.cle = o.cle)"""
_OTHER_NAMES = """
    SELECT o.cle, o.nom, n.cle, n.nom FROM old_{0} o JOIN new_{0} n ON n.cle = o.cle
    WHERE n.nom IS NOT o.nom"""
# The rows of initiatives that have another key now, each with one row that is there instead.
_MOVED_ROWS = """
    INSERT OR IGNORE INTO moved SELECT :new, o.annee, :old FROM old.inscriptions o
    WHERE o.initiative = :old
        AND EXISTS (SELECT 1 FROM new.inscriptions n
            WHERE n.initiative = :new AND n.annee = o.annee)
        AND NOT EXISTS (SELECT 1 FROM old.inscriptions p
            WHERE p.initiative = :new AND p.annee = o.annee)"""
_NEW_ROWS = """
    SELECT n.annee, COUNT(*) FROM new.inscriptions n
    WHERE NOT EXISTS (SELECT 1 FROM old.inscriptions o
            WHERE o.initiative = n.initiative AND o.annee = n.annee)
        AND NOT EXISTS (SELECT 1 FROM moved m WHERE m.new = n.initiative AND m.annee = n.annee)
    GROUP BY n.annee"""
_GONE_ROWS = """
    SELECT o.annee, COUNT(*) FROM old.inscriptions o
    WHERE NOT EXISTS (SELECT 1 FROM new.inscriptions n
            WHERE n.initiative = o.initiative AND n.annee = o.annee)
        AND NOT EXISTS (SELECT 1 FROM moved m WHERE m.old = o.initiative AND m.annee = o.annee)
    GROUP BY o.annee"""
_CHANGED_ROWS = """
    SELECT annee, COUNT(*) FROM (
        SELECT n.initiative, n.annee FROM old.inscriptions o JOIN new.inscriptions n
            ON n.annee = o.annee AND n.initiative = COALESCE(
                (SELECT m.new FROM moved m WHERE m.old = o.initiative AND m.annee = o.annee),
                o.initiative)
            WHERE {differ}
        UNION
        SELECT v.initiative, v.annee FROM ({values}) v
            WHERE EXISTS (SELECT 1 FROM old.inscriptions o
                    WHERE o.initiative = v.initiative AND o.annee = v.annee)
                AND EXISTS (SELECT 1 FROM new.inscriptions n
                    WHERE n.initiative = v.initiative AND n.annee = v.annee))
    GROUP BY annee"""
_OWN_VALUES = """
    SELECT * FROM (SELECT * FROM new.valeurs_propres EXCEPT SELECT * FROM old.valeurs_propres)
    UNION
    SELECT * FROM (SELECT * FROM old.valeurs_propres EXCEPT SELECT * FROM new.valeurs_propres)"""
_NO_VALUES = "SELECT '' AS initiative, 0 AS annee WHERE 0"
# What differs where another row or portrait was added, or the release has another address; numbers
# that a build gives anew (`groupe`, `chose`) say nothing of the row.
_NOT_OF_THE_ROW = {
    *("initiative", "annee", "uri", "derniere", "presence", "ligne", "source", "groupe", "chose"),
}


class ChangedThing(NamedTuple):
    """A body, portfolio or initiative: the last part of its URI, and its name."""

    key: str
    name: str


class Some(NamedTuple):
    """How many things there are, and the first of them."""

    number: int
    first: Sequence[ChangedThing]


class Renamed(NamedTuple):
    """How many things have another name or URI, and the first of them, before and after."""

    number: int
    first: Sequence[tuple[ChangedThing, ChangedThing]]


@dataclass(frozen=True, slots=True)
class Things:
    """What changes of the things of a kind, and how many there are.

    `renamed` have another name or URI than before, `joined` became one with another.
    """

    before: int
    after: int
    new: Some
    gone: Some
    renamed: Renamed
    joined: Renamed


class RowChanges(NamedTuple):
    """How many rows of a portrait change; those `changed` say something else of an initiative."""

    new: int = 0
    gone: int = 0
    changed: int = 0


class ReleaseChanges(NamedTuple):
    """What changes between two releases: things by kind, rows by year."""

    things: Mapping[str, Things]
    rows: Mapping[int, RowChanges]


def compare_tables(old: Path, new: Path) -> ReleaseChanges:
    """Compare two releases.

    Raises UnreadableRelease where the tables of one are missing or damaged, sqlite3.Error where
    those of the old one are of a form that cannot be compared.
    """
    with _open({"old": old, "new": new}) as tables:
        moved = _Moved(tables, new)
        things = {kind: _compare_things(tables, kind, moved.of(kind)) for kind in _KINDS}
        tables.execute(
            "CREATE TEMP TABLE moved (new TEXT, annee INTEGER, old TEXT, PRIMARY KEY (new, annee))"
        )
        tables.execute("CREATE INDEX moved_old ON moved (old, annee)")
        for before, after in moved.of("initiative"):
            tables.execute(_MOVED_ROWS, {"old": before.key, "new": after.key})
        return ReleaseChanges(things, _compare_rows(tables))


def count_things(release: Path) -> dict[str, int]:
    """Count the things of a release by kind; raises UnreadableRelease."""
    with _open({"new": release}) as tables:
        return {kind: _count(tables, f"new_{kind}") for kind in _KINDS}


@contextmanager
def _open(releases: Mapping[str, Path]) -> Iterator[sqlite3.Connection]:
    """Open the tables of some releases, with a view of each kind of things, such as old_organisme.

    They stand in one connection, so that no table has to be in memory to be compared.
    """
    with closing(sqlite3.connect(":memory:", uri=True)) as tables:
        for name, release in releases.items():
            tables.execute(f"ATTACH ? AS {name}", (_address(release),))
            for kind, listed in _KINDS.items():
                tables.execute(f"CREATE TEMP VIEW {name}_{kind} AS {listed.format(name)}")
        yield tables


def _count(tables: sqlite3.Connection, name: str) -> int:
    (number,) = tables.execute(f"SELECT COUNT(*) FROM {name}").fetchone()  # noqa: S608
    return int(number)


def _address(release: Path) -> str:
    """Return the address at which SQLite reads the tables of a release, once they are checked."""
    path = f"dumps/{DATABASE}"
    listed = list_files(release, read_manifest(release))
    if path not in listed:
        raise damaged(release, path, message("release.no_file"))
    check_file(release, path, listed[path])
    return f"{(release / path).resolve().as_uri()}?mode=ro&immutable=1"


class _Moved:
    """The things that have another key in the new release, which says what replaced them."""

    def __init__(self, tables: sqlite3.Connection, new: Path) -> None:
        self._tables, self._new = tables, new
        self._replaced: dict[str, str] | None = None
        self._pairs: dict[str, list[tuple[ChangedThing, ChangedThing]]] = {}

    def of(self, kind: str) -> list[tuple[ChangedThing, ChangedThing]]:
        """Return the things of a kind, before and after."""
        if kind not in self._pairs:
            self._pairs[kind] = list(self._find(kind))
        return self._pairs[kind]

    def _find(self, kind: str) -> Iterator[tuple[ChangedThing, ChangedThing]]:
        for key, name in self._tables.execute(_GONE_THINGS.format(kind)):
            if (after := self._follow(f"id/{kind}/{key}")) is None:
                continue
            query = f"SELECT cle, nom FROM new_{kind} WHERE cle = ?"  # noqa: S608
            for found in self._tables.execute(query, (after.removeprefix(f"id/{kind}/"),)):
                yield ChangedThing(key, name), ChangedThing(*found)

    def _follow(self, path: str) -> str | None:
        """Return what replaced a thing in the end, None where nothing did."""
        if self._replaced is None:
            self._replaced = read_replacements(self._new)
        seen = {path}
        while (after := self._replaced.get(path)) and after not in seen:
            seen.add(after)
            path = after
        return path if len(seen) > 1 else None


def _compare_things(
    tables: sqlite3.Connection, kind: str, moved: Sequence[tuple[ChangedThing, ChangedThing]]
) -> Things:
    def read(query: str) -> Iterator[tuple[str, ...]]:
        yield from tables.execute(query.format(kind))

    left, targets = {before.key for before, _ in moved}, Counter(after.key for _, after in moved)
    there = {
        key
        for key in targets
        if tables.execute(f"SELECT 1 FROM old_{kind} WHERE cle = ?", (key,)).fetchone()  # noqa: S608
    }
    alone = [pair for pair in moved if pair[1].key not in there and targets[pair[1].key] == 1]
    named = [(ChangedThing(*row[:2]), ChangedThing(*row[2:])) for row in read(_OTHER_NAMES)]
    others = [pair for pair in moved if pair not in alone]
    return Things(
        _count(tables, f"old_{kind}"),
        _count(tables, f"new_{kind}"),
        _some(ChangedThing(*row) for row in read(_NEW_THINGS) if row[0] not in targets),
        _some(ChangedThing(*row) for row in read(_GONE_THINGS) if row[0] not in left),
        Renamed(len(named) + len(alone), [*alone, *named][:NAMED]),
        Renamed(len(others), others[:NAMED]),
    )


def _some(things: Iterator[ChangedThing]) -> Some:
    number, first = 0, []
    for thing in things:
        number += 1
        if number <= NAMED:
            first.append(thing)
    return Some(number, first)


def _compare_rows(tables: sqlite3.Connection) -> dict[int, RowChanges]:
    before, after = (
        [row[1] for row in tables.execute(f"PRAGMA {name}.table_info(inscriptions)")]
        for name in _BOTH
    )
    compared = [name for name in after if name in before and name not in _NOT_OF_THE_ROW]
    differ = " OR ".join(f"n.{name} IS NOT o.{name}" for name in compared)
    own = all(
        tables.execute(f"PRAGMA {name}.table_info(valeurs_propres)").fetchall() for name in _BOTH
    )
    changed = _CHANGED_ROWS.format(differ=differ, values=_OWN_VALUES if own else _NO_VALUES)
    counts = [dict(tables.execute(query)) for query in (_NEW_ROWS, _GONE_ROWS, changed)]
    years = sorted({year for count in counts for year in count})
    return {year: RowChanges(*(count.get(year, 0) for count in counts)) for year in years}
