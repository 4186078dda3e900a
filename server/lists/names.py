"""Read what keys of the tables are called, in the reader's language where there is a name in it."""

from typing import NamedTuple

from server.lists.database import Tables
from server.release.register import OwnText, Register

# The table of each kind of thing that an entry refers to.
TABLES = {
    "categorie": "categories",
    "genre": "genres",
    "organisme": "organismes",
    "portefeuille": "portefeuilles",
    "statut": "statuts",
}


class Named(NamedTuple):
    """What a key is called, and its URI."""

    name: OwnText
    uri: str


def read_names(tables: Tables, kind: str, register: Register, reader: str) -> dict[str, Named]:
    """Return what the things of a table are called, by key, in the order of their names."""
    language = register.nearest(reader)
    rows = tables.rows(
        f"""SELECT t.{kind} AS cle, t.uri, t.nom, l.texte FROM {TABLES[kind]} t
            LEFT JOIN libelles l ON l.uri = t.uri AND l.sorte = 'principal' AND l.langue = ?
            ORDER BY coalesce(l.texte, t.nom), t.{kind}""",  # noqa: S608
        (language,),
    )
    own = register.languages[0]
    return {
        row["cle"]: Named(
            OwnText(row["texte"], language) if row["texte"] else OwnText(row["nom"], own),
            row["uri"],
        )
        for row in rows
    }
