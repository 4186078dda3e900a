"""Find initiatives of other bodies whose names have words in common, by the index of searches."""

from contextlib import suppress
from typing import NamedTuple

from server.faults import UnknownPage
from server.lists.database import Tables, open_tables
from server.lists.names import TableNames
from server.release.current import Release
from server.release.register import OwnText
from transform.text.search_words import Stems, words

MOST = 5
_MOST_WORDS = 6  # of a name: the rarest tell most, and bound what the index reads
_MOST_THINGS = 5000  # that hold a word; one that more hold tells nothing
# Names weigh alone: what is said of an initiative, and what it belongs to, are compared by field.
_QUERY = """
SELECT i.uri, i.nom, o.uri AS organisme, e.annee, (
  SELECT max(texte) FROM libelles l
  WHERE l.uri = i.uri AND l.sorte = 'principal' AND l.langue = ?) AS texte
FROM recherche
JOIN choses c ON c.chose = recherche.rowid AND c.sorte = 'initiative'
JOIN initiatives i ON i.initiative = c.cle
JOIN inscriptions e ON e.initiative = i.initiative AND e.annee = i.derniere_annee
JOIN organismes o ON o.organisme = e.organisme
WHERE recherche MATCH ? AND o.uri <> ? AND i.uri <> ? AND e.categorie IS ?
ORDER BY bm25(recherche, 1.0, 0.0, 0.0), i.tri, i.initiative
LIMIT ?"""


class Similar(NamedTuple):
    """An initiative: its URI, its name, the URI of its body, and its last year."""

    uri: str
    name: OwnText
    body: str
    year: int


def find_similar(
    release: Release, reader: str, iri: str, name: str, body: str, category: str | None
) -> list[Similar]:
    """Return the initiatives of other bodies and one category that are called most alike.

    They are none in a release without tables, or with those of another version.
    """
    with suppress(UnknownPage), open_tables(release) as tables:
        if match := _write_match(tables, name, release.register.languages):
            key = category.rpartition("/")[2] if category else None
            names = TableNames(tables, release.register, reader)
            rows = tables.rows(_QUERY, (names.language, match, body, iri, key, MOST))
            return [
                Similar(row["uri"], names.choose(row), row["organisme"], row["annee"])
                for row in rows
            ]
    return []


def _write_match(tables: Tables, name: str, languages: tuple[str, ...]) -> str | None:
    """Write a search for the rarest words of a name, each quoted; None where it has none."""
    own = list(dict.fromkeys(words(name)))[:100]
    marks = ", ".join("?" * len(own))
    rows = tables.rows(
        f"SELECT mot FROM mots WHERE mot IN ({marks}) AND nombre BETWEEN 2 AND ?"  # noqa: S608
        " ORDER BY nombre, mot LIMIT ?",
        (*own, _MOST_THINGS, _MOST_WORDS),
    )
    stems = Stems(languages)
    chosen = dict.fromkeys(stem for row in rows for stem in stems.of_word(row["mot"]))
    return "nom : (" + " OR ".join(f'"{stem}"' for stem in chosen) + ")" if chosen else None
