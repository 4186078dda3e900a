"""Find what the path of a page that is not there may mean: its collection first, then its words."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rapidfuzz import process

from server.engine.faults import EngineFault
from server.faults import Fault
from server.lists.database import Row, Tables, open_tables
from server.lists.names import TableNames
from server.lists.query import LONGEST_WORDS
from server.lists.search import KINDS, SiteSearch
from server.release.current import Release
from server.release.register import OwnText
from server.web import render
from server.web.links import link_to
from server.web.release_scope import current_release, hold
from transform.text.string_similarity import BY_LETTERS

_MOST = 8
_SHORT = 2.0  # seconds
_MOST_WORDS = 3  # of a path
_INITIATIVE, _PORTRAIT = "initiative", "portrait"
_COLLECTIONS = {
    **{f"{kind}s": kind for kind in (_INITIATIVE, _PORTRAIT, *KINDS)},
    **{kind: kind for kind in (_INITIATIVE, _PORTRAIT, *KINDS)},
}
# What a path says of its thing: the words of the last part that has letters.
_PART = re.compile(r"[^/]*[^\W\d_][^/]*")
_SUFFIX = re.compile(r"\.(html|ttl|jsonld|nt|rdf|csv|json|excel)$")
_LONGEST_KEY = 200  # characters that are compared
_MOST_COMPARED = 20_000  # keys
_LEAST = 60.0  # of 100: below it two keys have little in common
# Keys of initiatives are of letters and digits at random; those that share half of them are few.
_LONGEST_RANDOM = 40
_LEAST_RANDOM = 80.0


class Nearest(NamedTuple):
    """A thing that may be meant: its kind, name and link."""

    kind: str
    name: OwnText
    href: str


def find_nearest(path: str) -> tuple[str, Sequence[Nearest]] | None:
    """Return the words of a path that leads nowhere, and the things that are nearest to them.

    Those of the collection that the path names stand first. None where the release cannot be
    searched, or not in a short time: the page of a fault does without.
    """
    release = current_release()
    bare = _SUFFIX.sub("", path[:LONGEST_WORDS])
    parts = _PART.findall(bare)
    words = re.sub(r"[\W_]+", " ", parts[-1]).strip() if parts else ""
    try:
        tables = hold(open_tables(release, seconds=_SHORT))
        names = TableNames(tables, release.register, render.language())
        listed = islice(_list_nearest(release, tables, names, bare, words), 2 * _MOST)
        unique = list({one.href: one for one in listed}.values())
    except (Fault, EngineFault):
        return None
    return words, unique[:_MOST]


def _list_nearest(
    release: Release, tables: Tables, names: TableNames, path: str, words: str
) -> Iterator[Nearest]:
    named = [part for part in path.split("/") if part]
    if named and named[0] in ("id", "doc"):
        named = named[1:]
    kind = _COLLECTIONS.get(named[0]) if named else None
    key = named[1][:_LONGEST_KEY] if len(named) > 1 else ""
    if kind == _PORTRAIT:
        yield from _portraits(tables, names, as_list=path.strip("/").startswith("portraits"))
        return
    if kind and key:
        find = _find_initiatives if kind == _INITIATIVE else _find_things
        rows = find(tables, kind, key.casefold())
        for row in rows:
            labels = tables.rows("SELECT * FROM libelles WHERE uri = ?", (row["uri"],))
            name = names.best(labels, row["nom"])
            yield Nearest(kind, name, link_to(row["uri"].removeprefix(release.base_uri)))
        if kind == _INITIATIVE and rows:
            return  # the letters of its key are no word
    if not words:
        return
    search = SiteSearch(tables, names, release, tuple)
    counts = search.look_up_nearest(words, _MOST_WORDS)
    for of_kind in (kind, None):
        if of_kind is None or of_kind in counts:
            for one in search.best(of_kind, _MOST) if counts else ():
                yield Nearest(one.kind, one.name, link_to(one.path))


def _portraits(tables: Tables, names: TableNames, *, as_list: bool) -> Iterator[Nearest]:
    rows = tables.rows("SELECT annee, uri, titre FROM portraits ORDER BY annee DESC")
    folder = "portraits" if as_list else "id/portrait"
    for row in rows:
        labels = tables.rows("SELECT * FROM libelles WHERE uri = ?", (row["uri"],))
        title = names.best(labels, row["titre"])
        yield Nearest(_PORTRAIT, title, link_to(f"{folder}/{row['annee']}"))


def _find_things(tables: Tables, kind: str, key: str) -> list[Row]:
    """Return the things of a kind whose keys are written most like one, or all where few are."""
    rows = tables.rows(
        """SELECT cle, uri, nom FROM choses WHERE chose BETWEEN
             (SELECT premiere FROM sortes WHERE sorte = ?1)
             AND (SELECT derniere FROM sortes WHERE sorte = ?1) LIMIT ?2""",
        (kind, _MOST_COMPARED),
    )
    return _most_alike(key, rows, _LEAST if len(rows) > _MOST else 0)


def _find_initiatives(tables: Tables, _kind: str, key: str) -> list[Row]:
    """Return the initiatives whose keys begin or end as one does, the most alike first."""
    if len(key) > _LONGEST_RANDOM or not key.isalnum():
        return []
    half = max(4, len(key) // 2)
    rows = tables.rows(
        f"""SELECT initiative AS cle, uri, nom FROM initiatives
            WHERE initiative >= ?1 AND initiative < ?1 || '~'
            UNION SELECT initiative, uri, nom FROM initiatives
            WHERE substr(initiative, -{half}) = ?2 LIMIT {_MOST_COMPARED}""",  # noqa: S608
        (key[:half], key[-half:]),
    )
    return _most_alike(key, rows, _LEAST_RANDOM)


def _most_alike(key: str, rows: Sequence[Row], least: float) -> list[Row]:
    keys = [row["cle"] for row in rows]
    matches = process.extract(key, keys, scorer=BY_LETTERS, score_cutoff=least, limit=_MOST)
    return [rows[place] for *_, place in matches]
