"""Make the rows of a portrait for spreadsheets: a line a row, URIs next to labels.

Two files hold the same cells: one with commas (RFC 4180), one that Excel opens in French with
its accents and in columns: semicolons after a byte order mark.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.layouts.model import Layout
from transform.rdf.namespaces import PREF_LABEL, property_iri, vocabulary_of
from transform.text.languages import language_name


class Column(NamedTuple):
    """A column: name, prefixed property, language of the labels of its values, titles.

    `language` is None in a column of the values themselves: IRIs or texts. `own`: the language is
    the register's own, and a value without a label in it is shown in another.
    """

    name: str
    property: str
    language: str | None
    iri: bool
    title: Mapping[str, str]
    own: bool = False


class Table(NamedTuple):
    """The CSV of a portrait: its columns, its description by language, the register's language."""

    columns: tuple[Column, ...]
    about: Mapping[str, str]
    language: str


def _iris(name: str, of: str, french: str, english: str) -> Column:
    return Column(name, of, None, True, {"fr": french, "en": english})


def _texts(name: str, of: str, french: str, english: str) -> Column:
    return Column(name, of, None, False, {"fr": french, "en": english})


_BEFORE = (
    _iris("inscription", "", "Inscription (URI)", "Entry (URI)"),
    _iris("initiative", "pia:inscriptionDe", "Initiative (URI)", "Initiative (URI)"),
    _iris("portrait", "dcterms:isPartOf", "Portrait (URI)", "Portrait (URI)"),
    _texts("nom", "rdfs:label", "Nom", "Name"),
)
_BENEFITS = _texts("benefices", "pia:benefices", "Bénéfices", "Benefits")
_SOURCE = _iris(
    "source",
    "prov:hadPrimarySource",
    "Ligne du fichier lu (URI)",
    "Row of the file that was read (URI)",
)
_BODY = "organisme"
# What a row refers to, in French and English.
_THINGS = {
    _BODY: ("Organisme", "Body"),
    "portefeuille": ("Portefeuille", "Portfolio"),
    "categorie": ("Catégorie", "Category"),
    "statut": ("Statut", "Status"),
}


def columns_of(layout: Layout) -> tuple[Column, ...]:
    """Return the columns of a portrait: those of the fields that its layout has, in its languages.

    A value has a column of its IRI, one of its label in the register's own language and one in
    each other language; a body has names in the own one alone.
    """
    columns = list(_BEFORE)
    for name in _THINGS:
        languages = layout.languages[: 1 if name == _BODY else None]
        columns += _of_values(name, languages)
    return (*columns, _BENEFITS, _SOURCE)


def _of_values(name: str, languages: tuple[str, ...]) -> Iterator[Column]:
    """Yield the columns of what a row refers to; the first language is the register's own."""
    of, (french, english) = f"pia:{name}", _THINGS[name]
    yield _iris(f"{name}_uri", of, f"{french} (URI)", f"{english} (URI)")
    yield Column(name, of, languages[0], False, {"fr": french, "en": english}, own=True)
    for tag in languages[1:]:
        known = language_name(tag)
        titles = {
            "fr": f"{french}, en {known.fr}" if known else f"{french} ({tag})",
            "en": f"{english}, in {known.en}" if known else f"{english} ({tag})",
        }
        yield Column(f"{name}_{tag}", of, tag, False, titles)


Labels = Mapping[str, Mapping[str, str]]


def rows(
    statements: Iterable[ox.Quad], columns: Sequence[Column], labels: Labels, base: str
) -> Iterator[list[str]]:
    """Yield the cells of each row of a portrait; successive statements of a subject are a row."""
    iris = [property_iri(column.property, base) if column.property else "" for column in columns]
    row_of = f"{vocabulary_of(base)}inscriptionDe"
    for subject, group in groupby(statements, key=lambda statement: statement.subject):
        values = {quad.predicate.value: getattr(quad.object, "value", "") for quad in group}
        if row_of in values:
            values[""] = str(getattr(subject, "value", ""))
            yield [
                _cell(values.get(iri, ""), column, labels)
                for column, iri in zip(columns, iris, strict=True)
            ]


def _cell(value: str, column: Column, labels: Labels) -> str:
    if column.language is None:
        return value
    return _label(labels.get(value, {}), column)


def _label(texts: Mapping[str, str], column: Column) -> str:
    """Return the label for a column; in the own language, one in any if there is no other."""
    label = texts.get(column.language or "", "")
    return label or (next(iter(texts.values()), "") if column.own else "")


def read_labels(graphs: Iterable[Path]) -> dict[str, dict[str, str]]:
    """Read the preferred labels of N-Triples files, by IRI and language."""
    labels: dict[str, dict[str, str]] = {}
    for graph in graphs:
        for quad in ox.parse(path=graph, format=ox.RdfFormat.N_TRIPLES):
            if quad.predicate.value == PREF_LABEL and isinstance(quad.object, ox.Literal):
                texts = labels.setdefault(str(getattr(quad.subject, "value", "")), {})
                texts.setdefault(quad.object.language or "", quad.object.value)
    return labels
