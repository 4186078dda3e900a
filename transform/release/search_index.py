"""Index what a reader searches: initiatives, bodies, lists and texts of the framework.

Words are folded and without their endings (`text/search_words.py`), so that FTS5's own tokenizer
only cuts at blanks. Three columns weigh differently in a search: what a thing is called, what is
said of it, and what it belongs to. Both indexes are kept in memory until they are written at once,
so that FTS5 has nothing to merge.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from transform.identity.keyed_rows import KeyedRow
from transform.layouts.model import LISTS
from transform.release.entry_texts import EntryTexts
from transform.release.names import GraphNames, TaggedText
from transform.text.search_words import WordIndexer

_SHORTEST = 3  # letters: a shorter word is nobody's misspelling
_AT_ONCE = 2_000  # things
_IN_MEMORY = 64 << 20  # bytes of an index that is being made
_PATHS = ("organisme", "portefeuille", "categorie", "statut", "cadre")


class Searched(NamedTuple):
    """A thing to be found: its kind, key, URI, name, and the texts of the three columns."""

    kind: str
    key: str
    uri: str
    name: str
    names: tuple[TaggedText, ...]
    texts: tuple[TaggedText, ...]
    context: tuple[TaggedText, ...]


def index_texts(
    connection: sqlite3.Connection,
    base_uri: str,
    entries: Mapping[str, Sequence[KeyedRow]],
    texts: EntryTexts,
    languages: Sequence[str],
    names: GraphNames,
) -> int:
    """Fill the tables `choses`, `recherche`, `amorces` and `mots`.

    Things are numbered kind by kind. Returns the number of the first initiative, which the others
    follow in the order of `entries`. These are the rows of each initiative by year, in the order of
    the list, `texts` reads what they say; `languages` are those of the register.
    """
    indexer = WordIndexer(dict.fromkeys((*languages, *names.languages())))
    frequencies: Counter[str] = Counter()
    named = list(_named(base_uri, names))
    things = chain(named, _initiatives(base_uri, entries, texts, names))
    contexts: dict[tuple[TaggedText, ...], str] = {}
    for table in ("recherche", "amorces"):
        connection.execute(
            f"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', ?)",  # noqa: S608
            (_IN_MEMORY,),
        )
    numbered = enumerate(things, start=1)
    while block := list(islice(numbered, _AT_ONCE)):
        listed, searched, begun = [], [], []
        for number, thing in block:
            if (context := contexts.get(thing.context)) is None:
                context = contexts[thing.context] = _stemmed(indexer, thing.context)
            columns = (_stemmed(indexer, thing.names), _stemmed(indexer, thing.texts), context)
            called = [word for text in thing.names for word in indexer.words(text.text)]
            listed.append((number, thing.kind, thing.key, thing.uri, thing.name))
            searched.append((number, *columns))
            begun.append((number, " ".join(called)))
            frequencies.update(called)
            for text in thing.texts:
                frequencies.update(indexer.words(text.text))
        connection.executemany("INSERT INTO choses VALUES (?, ?, ?, ?, ?)", listed)
        connection.executemany(
            "INSERT INTO recherche (rowid, nom, texte, contexte) VALUES (?, ?, ?, ?)", searched
        )
        connection.executemany("INSERT INTO amorces (rowid, nom) VALUES (?, ?)", begun)
    occurring = sorted(pair for pair in frequencies.items() if len(pair[0]) >= _SHORTEST)
    connection.executemany("INSERT INTO mots VALUES (?, ?)", occurring)
    return len(named) + 1


def _stemmed(indexer: WordIndexer, texts: Iterable[TaggedText]) -> str:
    return " ".join(" ".join(indexer.stems(text.text, text.language)) for text in texts)


def _named(base_uri: str, names: GraphNames) -> Iterator[Searched]:
    for path in _PATHS:
        begin = f"{base_uri}id/{path}/"
        for iri, thing in names.below(begin):
            key = iri.removeprefix(begin)
            called, described = tuple(thing.texts()), tuple(thing.descriptions)
            yield Searched(path, key, iri, thing.name, called, described, ())


def _initiatives(
    base_uri: str,
    entries: Mapping[str, Sequence[KeyedRow]],
    texts: EntryTexts,
    names: GraphNames,
) -> Iterator[Searched]:
    """Yield each initiative with what all its entries say, in every language."""
    contexts: dict[str, list[TaggedText]] = {}
    for key, own in entries.items():
        called = dict.fromkeys(name for row in own for name in texts.names(row))
        said = dict.fromkeys(text for row in own for text in texts.said(row))
        things = [f"organisme/{row.body.slug}" for row in own if row.body]
        things += [
            f"{name}/{slug}"
            for name in LISTS
            for row in own
            if (slug := getattr(row.concepts, name))
        ]
        context: list[TaggedText] = []
        for path in dict.fromkeys(things):
            if path not in contexts:
                contexts[path] = names.of(f"{base_uri}id/{path}").texts()
            context += contexts[path]
        yield Searched(
            "initiative",
            key,
            f"{base_uri}id/initiative/{key}",
            own[-1].row.cells.nom.strip(),
            tuple(called),
            tuple(said),
            tuple(context),
        )
