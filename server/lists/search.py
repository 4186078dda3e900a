"""Search all things of a release: how many of each kind, the best of them, and what is nearest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from server.lists.database import Row, Tables
from server.lists.excerpts import Marker, TextPiece, has_mark
from server.lists.found import find_things
from server.lists.names import TableNames
from server.lists.suggestions import nearest_words
from server.lists.words import (
    Match,
    Search,
    SearchTerm,
    parse_search,
    with_synonyms,
    write_any,
    write_match,
)
from server.release.current import Release
from server.release.register import OwnText
from server.web.search_sources import OfferedThing
from transform.text.search_words import Stems, words

KINDS = ("organisme", "portefeuille", "categorie", "statut", "cadre", "initiative")
_MOST_WORDS = 8  # of a search that finds nothing, for which the nearest are looked up
_MOST_BEGUN = 300  # things whose names begin so, of which the best are suggested
_SHORTEST = 2  # letters of a beginning
_SAID = ("benefices", "description")  # what excerpts are cut from


class FoundThing(NamedTuple):
    """A thing that was found; `path` is that of its page, `also` what else it is called or of.

    `excerpt` is in `excerpt_language`.
    """

    kind: str
    uri: str
    path: str
    name: OwnText
    marked: list[TextPiece]
    also: list[TextPiece]
    excerpt: list[TextPiece]
    excerpt_language: str = ""


class SiteSearch:
    """The things that words find in the tables of a release, and in what rooms offer beside."""

    def __init__(
        self,
        tables: Tables,
        names: TableNames,
        release: Release,
        list_offered: Callable[[], Iterable[tuple[str, OfferedThing]]],
    ) -> None:
        """Take what lists the things that rooms offer: it is called for a search only."""
        self._tables, self._names, self._release = tables, names, release
        self._base_uri, self._languages = release.base_uri, release.register.languages
        self._list_offered = list_offered
        self._found: dict[str, list[OfferedThing]] = {}
        self._marker: Marker | None = None

    def look_up(self, text: str) -> dict[str, int]:
        """Look the words up; return how many things of each kind they find, the best kind first."""
        search = parse_search(text)
        if search is None:
            return {}
        counts = self._look_up(write_match(search, self._languages))
        self._marker = Marker(search, self._languages)
        stems = Stems(self._languages)
        for kind, thing in self._list_offered():
            if _holds(search, thing, stems):
                self._found.setdefault(kind, []).append(thing)
        return counts | {kind: len(things) for kind, things in self._found.items()}

    def look_up_nearest(
        self, text: str, most: int = _MOST_WORDS, kind: str | None = None
    ) -> dict[str, int]:
        """Look up what holds any of the first words, or of those that are written like them.

        Of one kind, or of all; returns how many things of each there are.
        """
        search = parse_search(text)
        asked = search.words()[:most] if search else []
        near = (
            [word for word in nearest_words(self._tables, asked, self._release) if word]
            if asked
            else []
        )
        self._marker = None
        return self._look_up(write_any(near, self._languages), kind) if near else {}

    def _look_up(self, match: Match, kind: str | None = None) -> dict[str, int]:
        find_things(self._tables, match, kind=kind, ranked=True)
        rows = self._tables.rows(
            """SELECT sorte, count(*) AS nombre FROM sortes
               JOIN trouvees ON chose BETWEEN premiere AND derniere
               GROUP BY sorte ORDER BY min(rang)"""
        )
        return {row["sorte"]: row["nombre"] for row in rows}

    def best(self, kind: str | None, limit: int, offset: int = 0) -> list[FoundThing]:
        """Return the best things of a kind, or of all, with the words marked."""
        if kind in self._found:
            part = self._found[kind][offset : offset + limit]
            return [self._offer(kind, thing) for thing in part]
        of_kind = "JOIN sortes ON chose BETWEEN premiere AND derniere WHERE sorte = ?"
        rows = self._tables.rows(
            f"""SELECT sorte, cle, uri, nom FROM choses JOIN (
                  SELECT chose, rang FROM trouvees {of_kind if kind else ""}
                  ORDER BY rang, chose LIMIT ? OFFSET ?) USING (chose) ORDER BY rang, chose""",  # noqa: S608
            (*([kind] if kind else []), limit, offset),
        )
        return [self._result(row) for row in rows]

    def _result(self, row: Row) -> FoundThing:
        kind, uri = row["sorte"], row["uri"]
        texts: list[OwnText]
        also: list[TextPiece] = []
        labels = self._tables.rows("SELECT * FROM libelles WHERE uri = ?", (uri,))
        name = self._names.best(labels, row["nom"])
        if kind == "initiative":
            entries = self._tables.rows(
                """SELECT annee, organisme, nom, benefices, description FROM inscriptions
                   WHERE initiative = ? ORDER BY annee DESC""",
                (row["cle"],),
            )
            body = self._names.get("organisme", entries[0]["organisme"])
            also = self._mark(body.name.value) if body else []
            texts = self._read_texts(row["cle"], entries)
            if not has_mark(self._mark(name.value)):  # another name may have the words
                texts += self._read_texts(row["cle"], entries, ("nom",))
        else:
            texts = [
                OwnText(label["texte"], label["langue"])
                for label in labels
                if label["sorte"] == "definition"
            ]
            texts.sort(key=lambda text: text.language != self._names.language)
            spellings = (
                label["texte"]
                for label in labels
                if label["sorte"] in ("autre", "principal") and label["texte"] != name.value
            )
            also = self._first_marked(map(self._mark, spellings))
        path, marked = uri.removeprefix(self._base_uri), self._mark(name.value)
        for text in texts:
            if has_mark(excerpt := self._excerpt(text.value)):
                return FoundThing(kind, uri, path, name, marked, also, excerpt, text.language)
        return FoundThing(kind, uri, path, name, marked, also, [])

    def _read_texts(
        self, key: str, entries: Sequence[Row], columns: Sequence[str] = _SAID
    ) -> list[OwnText]:
        """Return what entries say in some columns, in the reader's language first."""
        own, reader = self._names.own, self._names.language
        rows = self._tables.rows(
            "SELECT champ, langue, texte FROM traductions WHERE initiative = ? ORDER BY annee DESC",
            (key,),
        )
        said = [OwnText(entry[column] or "", own) for entry in entries for column in columns]
        said += [OwnText(row["texte"], row["langue"]) for row in rows if row["champ"] in columns]
        return sorted(said, key=lambda text: text.language != reader)

    def _offer(self, kind: str, thing: OfferedThing) -> FoundThing:
        marked, excerpt = self._mark(thing.name.value), self._excerpt(thing.text.value)
        uri = self._base_uri + thing.path
        language = thing.text.language
        return FoundThing(kind, uri, thing.path, thing.name, marked, [], excerpt, language)

    def _mark(self, text: str) -> list[TextPiece]:
        return self._marker.mark(text) if self._marker else [TextPiece(text, False)]

    def _excerpt(self, text: str) -> list[TextPiece]:
        return self._marker.excerpt(text) if self._marker else []

    def _first_marked(self, listed: Iterable[list[TextPiece]]) -> list[TextPiece]:
        return next(filter(has_mark, listed), [])


def _holds(search: Search, thing: OfferedThing, stems: Stems) -> bool:
    """Return whether a thing has a term of each group of a search, and none that must be absent."""
    text = f" {_stem(thing.name, stems)} | {_stem(thing.text, stems)} "

    def has(term: SearchTerm) -> bool:
        languages = (thing.name.language, thing.text.language)
        written = " ".join(term.words)
        phrases = (" ".join(stems.of_text(written, language)) for language in languages)
        return any(f" {phrase} " in text for phrase in phrases)

    present = all(
        any(has(each) for term in group for each in with_synonyms(term)) for group in search.groups
    )
    return present and not any(map(has, search.absent))


def _stem(text: OwnText, stems: Stems) -> str:
    return " ".join(stems.of_text(text.value, text.language))


def begin_with(
    tables: Tables, names: TableNames, text: str, kind: str | None
) -> Iterator[tuple[Row, OwnText]]:
    """Yield the things whose names hold the words, the last one perhaps only begun.

    Each with the name to show. Those whose names begin so stand first, then those whose shown
    names hold the words, then as in the index: lists and bodies before initiatives. Of a beginning
    that very many names have, some are looked at.
    """
    search = parse_search(text)
    asked = search.words()[:_MOST_WORDS] if search else []
    if len(asked) > 1 and len(asked[-1]) < _SHORTEST:
        asked.pop()
    if not asked or len(asked[-1]) < _SHORTEST:
        return
    whole = "".join(f'"{word}" AND ' for word in asked[:-1])
    rows = tables.rows(
        f"""SELECT c.sorte, c.cle, c.uri, c.nom, (
              SELECT max(texte) FROM libelles l
              WHERE l.uri = c.uri AND l.sorte = 'principal' AND l.langue = ?) AS texte
            FROM amorces JOIN choses c ON c.chose = amorces.rowid
            WHERE amorces MATCH ? {"AND c.sorte = ?" if kind else ""} LIMIT ?""",  # noqa: S608
        (names.language, f'{whole}"{asked[-1]}"*', *([kind] if kind else []), _MOST_BEGUN),
    )
    begun = " ".join(asked)

    def rank(named: tuple[Row, OwnText]) -> int:
        own, shown = (" ".join(words(name)) for name in (named[0]["nom"], named[1].value))
        if own.startswith(begun) or shown.startswith(begun):
            return 0
        return 1 if f" {asked[-1]}" in f" {shown}" else 2

    yield from sorted(((row, names.choose(row)) for row in rows), key=rank)
