"""Read what keys of the tables are called, in the reader's language where there is a name in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from server.lists.database import Row, Tables
from server.release.register import OwnText, Register
from transform.release.thing_tables import TABLES
from transform.text.languages import name_in, primary_language

_AT_ONCE = 500  # keys
_MARKS = ("in_language", "names_in_language")
# The table of each kind of thing that has a name.
NAMED = {**TABLES, "initiative": "initiatives"}


class Named(NamedTuple):
    """What a key is called, and its URI."""

    name: OwnText
    uri: str


class TableNames:
    """The names of things by kind and key, read when they are needed, each once."""

    def __init__(self, tables: Tables, register: Register, reader: str) -> None:
        self._tables, self.reader = tables, reader
        self.own = register.languages[0]
        self.language = register.nearest(reader)
        self._has_several = len(register.languages) > 1
        self._named: dict[str, dict[str, Named]] = {}

    def get(self, kind: str, key: str | None) -> Named | None:
        """Return the name of a thing; None for no key, or one that the release does not have."""
        if key is None:
            return None
        named = self._named.setdefault(kind, {})
        if key not in named:
            self.read(kind, [key])
        return named.get(key)

    def read(self, kind: str, keys: Iterable[str | None]) -> Mapping[str, Named]:
        """Read the names of some things at once, and return all that are known of the kind."""
        named = self._named.setdefault(kind, {})
        missing = [key for key in dict.fromkeys(keys) if key is not None and key not in named]
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self._tables.rows(
                f"""SELECT t.{kind} AS cle, t.uri, t.nom, l.texte FROM {NAMED[kind]} t
                    LEFT JOIN libelles l
                      ON l.uri = t.uri AND l.sorte = 'principal' AND l.langue = ?
                    WHERE t.{kind} IN ({marks})""",  # noqa: S608
                (self.language, *part),
            )
            named.update((row["cle"], Named(self.choose(row), row["uri"])) for row in rows)
        return named

    def definition(self, uri: str) -> OwnText | None:
        """Return the definition of a thing, in the reader's language where it has one in it."""
        rows = self._tables.rows(
            "SELECT langue, texte FROM libelles WHERE uri = ? AND sorte = 'definition'", (uri,)
        )
        texts = {row["langue"]: row["texte"] for row in rows}
        order = (tag for tag in (self.language, self.own, *texts) if tag in texts)
        return next((OwnText(texts[tag], tag) for tag in order), None)

    def best(self, labels: Iterable[Row], otherwise: str) -> OwnText:
        """Return the preferred label in the reader's language, or the name in the register's."""
        preferred = {row["langue"]: row["texte"] for row in labels if row["sorte"] == "principal"}
        if text := preferred.get(self.language):
            return OwnText(text, self.language)
        return OwnText(otherwise, self.own)

    def texts(self, keys: Sequence[str]) -> Mapping[tuple[str, int], Mapping[str, OwnText]]:
        """Return what entries say in the reader's language where the tables have another one.

        By initiative and year, then by field. A register of one language has none.
        """
        found: dict[tuple[str, int], dict[str, OwnText]] = {}
        if not self._has_several:
            return found
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self._tables.rows(
                f"""SELECT initiative, annee, champ, texte FROM traductions
                    WHERE langue = ? AND initiative IN ({marks})""",  # noqa: S608
                (self.language, *part),
            )
            for row in rows:
                own = found.setdefault((row["initiative"], row["annee"]), {})
                own[row["champ"]] = OwnText(row["texte"], self.language)
        return found

    def choose(self, row: Row) -> OwnText:
        """Return the label `texte` of a row in the reader's language, else its name `nom`."""
        text = row["texte"]
        return OwnText(text, self.language) if text else OwnText(row["nom"], self.own)


def is_foreign(tag: str, reader: str) -> bool:
    """Return whether a language is another than the reader's, whatever its region."""
    return bool(tag) and primary_language(tag) != primary_language(reader)


def tell_languages(register: Register, reader: str) -> dict[str, list[str]]:
    """Return by language other than the reader's what marks a name in it, and a list of such.

    The short mark, what it means, and the line over a list; for the scripts of a static copy.
    """
    told: dict[str, list[str]] = {}
    for tag in register.languages:
        if is_foreign(tag, reader):
            name = name_in(tag, reader)
            texts = (register.text(k, reader, name=name) for k in _MARKS)
            told[tag] = [primary_language(tag).upper(), *texts]
    return told
