"""Index what a reader searches: initiatives, bodies, lists and texts of the framework.

Words are folded and without their endings (`text/search_words.py`), so that FTS5's own tokenizer
only cuts at blanks. Three columns weigh differently in a search: what a thing is called, what is
said of it, and what it belongs to.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from transform.graphs.prepared import Prepared
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.model import LISTS
from transform.release.names import Names, Text
from transform.text.search_words import Stems, words

_SHORTEST = 3  # letters: a shorter word is nobody's misspelling
_PATHS = ("organisme", "portefeuille", "categorie", "statut", "cadre")


class Searched(NamedTuple):
    """A thing to be found: its kind, key, URI, name, and the texts of the three columns."""

    kind: str
    key: str
    uri: str
    name: str
    names: Sequence[Text]
    texts: Sequence[Text]
    context: Sequence[Text]


def index_texts(
    connection: sqlite3.Connection,
    work: Prepared,
    rows: Mapping[int, Sequence[KeyedRow]],
    names: Names,
) -> None:
    """Fill the tables `choses`, `recherche`, `amorces` and `mots`."""
    languages = {setting.reading.year: setting.layout.language for setting in work.settings}
    stems = Stems(dict.fromkeys((*languages.values(), *names.languages())))
    frequencies: Counter[str] = Counter()
    things = chain(
        _named(work.base_uri, names), _initiatives(work.base_uri, rows, languages, names)
    )
    for number, thing in enumerate(things, start=1):
        connection.execute("INSERT INTO choses VALUES (?, ?, ?, ?, ?)", (number, *thing[:4]))
        columns = (_stemmed(stems, texts) for texts in thing[4:])
        connection.execute(
            "INSERT INTO recherche (rowid, nom, texte, contexte) VALUES (?, ?, ?, ?)",
            (number, *columns),
        )
        called = " ".join(" ".join(words(text.text)) for text in thing.names)
        connection.execute("INSERT INTO amorces (rowid, nom) VALUES (?, ?)", (number, called))
        for text in (*thing.names, *thing.texts):
            frequencies.update(words(text.text))
    listed = sorted(pair for pair in frequencies.items() if len(pair[0]) >= _SHORTEST)
    connection.executemany("INSERT INTO mots VALUES (?, ?)", listed)


def _stemmed(stems: Stems, texts: Iterable[Text]) -> str:
    return " ".join(" ".join(stems.of_text(text.text, text.language)) for text in texts)


def _named(base_uri: str, names: Names) -> Iterator[Searched]:
    for path in _PATHS:
        begin = f"{base_uri}id/{path}/"
        for iri, thing in names.below(begin):
            key = iri.removeprefix(begin)
            yield Searched(path, key, iri, thing.name, thing.texts(), thing.descriptions, ())


def _initiatives(
    base_uri: str,
    rows: Mapping[int, Sequence[KeyedRow]],
    languages: Mapping[int, str],
    names: Names,
) -> Iterator[Searched]:
    """Yield each initiative with what all its entries say."""
    entries: dict[str, list[KeyedRow]] = {}
    for year in sorted(rows):
        for row in rows[year]:
            entries.setdefault(row.key, []).append(row)
    for key, own in entries.items():
        called = [Text(row.row.cells.nom.strip(), languages[row.year]) for row in own]
        said = [Text(row.row.cells.benefices, languages[row.year]) for row in own]
        things = [f"organisme/{row.body.slug}" for row in own if row.body]
        things += [
            f"{name}/{slug}"
            for name in LISTS
            for row in own
            if (slug := getattr(row.concepts, name))
        ]
        context = [
            text
            for path in dict.fromkeys(things)
            for text in names.of(f"{base_uri}id/{path}").texts()
        ]
        yield Searched(
            "initiative",
            key,
            f"{base_uri}id/initiative/{key}",
            called[-1].text,
            list(dict.fromkeys(called)),
            list(dict.fromkeys(said)),
            context,
        )
