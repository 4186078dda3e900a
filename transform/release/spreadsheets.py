"""Make the rows of a portrait for spreadsheets: a line a row, URIs next to labels.

Two files hold the same cells: one with commas (RFC 4180), one that Excel opens in French with
its accents and in columns: semicolons after a byte order mark.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.rdf.namespaces import PREF_LABEL, property_iri, vocabulary_of
from transform.text.languages import LANGUAGES


class Column(NamedTuple):
    """A column: name, prefixed property, language of the labels of its values, titles.

    `language` is None in a column of the values themselves: IRIs or texts.
    """

    name: str
    property: str
    language: str | None
    iri: bool
    title: Mapping[str, str]


def _column(
    name: str, of: str, french: str, english: str, *, language: str | None = None
) -> Column:
    iri = language is None and name not in ("nom", "benefices")
    return Column(name, of, language, iri, {"fr": french, "en": english})


# fmt: off
COLUMNS = (
    _column("inscription", "", "Inscription (URI)", "Entry (URI)"),
    _column("initiative", "pia:inscriptionDe", "Initiative (URI)", "Initiative (URI)"),
    _column("portrait", "dcterms:isPartOf", "Portrait (URI)", "Portrait (URI)"),
    _column("nom", "rdfs:label", "Nom", "Name"),
    _column("organisme_uri", "pia:organisme", "Organisme (URI)", "Body (URI)"),
    _column("organisme", "pia:organisme", "Organisme", "Body", language="fr"),
    _column("portefeuille_uri", "pia:portefeuille", "Portefeuille (URI)", "Portfolio (URI)"),
    _column("portefeuille", "pia:portefeuille", "Portefeuille", "Portfolio", language="fr"),
    _column("portefeuille_en", "pia:portefeuille", "Portefeuille, en anglais", "Portfolio, in English", language="en"),  # noqa: E501
    _column("categorie_uri", "pia:categorie", "Catégorie (URI)", "Category (URI)"),
    _column("categorie", "pia:categorie", "Catégorie", "Category", language="fr"),
    _column("categorie_en", "pia:categorie", "Catégorie, en anglais", "Category, in English", language="en"),  # noqa: E501
    _column("statut_uri", "pia:statut", "Statut (URI)", "Status (URI)"),
    _column("statut", "pia:statut", "Statut", "Status", language="fr"),
    _column("statut_en", "pia:statut", "Statut, en anglais", "Status, in English", language="en"),
    _column("benefices", "pia:benefices", "Bénéfices", "Benefits"),
    _column("source", "prov:hadPrimarySource", "Ligne du fichier lu (URI)", "Row of the file that was read (URI)"),  # noqa: E501
)
# fmt: on
Labels = Mapping[str, Mapping[str, str]]


def rows(statements: Iterable[ox.Quad], labels: Labels, base: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a portrait; successive statements of a subject are a row."""
    iris = [property_iri(column.property, base) if column.property else "" for column in COLUMNS]
    row_of = f"{vocabulary_of(base)}inscriptionDe"
    for subject, group in groupby(statements, key=lambda statement: statement.subject):
        values = {quad.predicate.value: getattr(quad.object, "value", "") for quad in group}
        if row_of in values:
            values[""] = str(getattr(subject, "value", ""))
            yield [
                _cell(values.get(iri, ""), column, labels)
                for column, iri in zip(COLUMNS, iris, strict=True)
            ]


def _cell(value: str, column: Column, labels: Labels) -> str:
    if column.language is None:
        return value
    return _label(labels.get(value, {}), column)


def _label(texts: Mapping[str, str], column: Column) -> str:
    """Return the label for a column; in French, a label in any language if there is no other."""
    own = texts.get(column.language or "", "")
    return own or (next(iter(texts.values()), "") if column.language == LANGUAGES[0] else "")


def read_labels(graphs: Iterable[Path]) -> dict[str, dict[str, str]]:
    """Read the preferred labels of N-Triples files, by IRI and language."""
    labels: dict[str, dict[str, str]] = {}
    for graph in graphs:
        for quad in ox.parse(path=graph, format=ox.RdfFormat.N_TRIPLES):
            if quad.predicate.value == PREF_LABEL and isinstance(quad.object, ox.Literal):
                texts = labels.setdefault(str(getattr(quad.subject, "value", "")), {})
                texts.setdefault(quad.object.language or "", quad.object.value)
    return labels
