"""Make the rows of a portrait for spreadsheets: a line a row, URIs next to labels.

Two files hold the same cells: one with commas (RFC 4180), one that Excel opens in French with
its accents and in columns: semicolons after a byte order mark.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.graphs.field_values import FIELD_RULES
from transform.layouts.fields import OWN, OwnField
from transform.layouts.model import FIELDS, Layout
from transform.rdf.namespaces import PREF_LABEL, property_iri, vocabulary_of
from transform.text.languages import language_name


class CsvColumn(NamedTuple):
    """A column: name, prefixed property, language of the labels of its values, titles.

    `language` is None in a column of the values themselves: IRIs or texts. `own`: the language is
    the register's own, and a value without a label in it is shown in another. `text_language` is
    that of the texts to show, None for all; the table as a whole is in the register's own.
    """

    name: str
    property: str
    language: str | None
    iri: bool
    title: Mapping[str, str]
    own: bool = False
    text_language: str | None = None


class CsvTable(NamedTuple):
    """The CSV of a portrait: its columns, title and description by language, the own language."""

    columns: tuple[CsvColumn, ...]
    title: Mapping[str, str]
    about: Mapping[str, str]
    language: str


def _iris(name: str, of: str, french: str, english: str) -> CsvColumn:
    return CsvColumn(name, of, None, True, {"fr": french, "en": english})


def _texts(
    name: str, of: str, title: Mapping[str, str], tags: Sequence[str]
) -> Iterator[CsvColumn]:
    """Yield the columns of a text in each of some languages, the register's own first."""
    for number, tag in enumerate(tags):
        if number:
            yield CsvColumn(f"{name}_{tag}", of, None, False, _in_language(title, tag), False, tag)
        else:
            yield CsvColumn(name, of, None, False, title, True, tag)


_BEFORE = (
    _iris("inscription", "", "Inscription (URI)", "Entry (URI)"),
    _iris("initiative", "pia:inscriptionDe", "Initiative (URI)", "Initiative (URI)"),
    _iris("portrait", "dcterms:isPartOf", "Année (URI)", "Year (URI)"),
)
_NAME = {"fr": "Nom", "en": "Name"}
_BENEFITS = {"fr": "Bénéfices", "en": "Benefits"}
# Name and titles of the column of each property of the fields beside the six.
_MORE = {
    "pia:identifiant": (
        "identifiant",
        {"fr": "Identifiant de la source", "en": "Identifier of the source"},
    ),
    "pia:descriptif": ("description", {"fr": "Descriptif", "en": "Description"}),
    "pia:pageWeb": ("page", {"fr": "Page Web", "en": "Web page"}),
    "pia:dateDeclaration": (
        "date_declaration",
        {"fr": "Date de déclaration", "en": "Date of declaration"},
    ),
    "pia:dateMiseEnService": (
        "date_mise_en_service",
        {"fr": "Date de mise en service", "en": "Date of entry into service"},
    ),
    "pia:dateRetrait": ("date_retrait", {"fr": "Date de retrait", "en": "Date of retirement"}),
    "pia:dateStatut": ("date_statut", {"fr": "Date du statut", "en": "Date of the status"}),
    "pia:codeSource": ("code", {"fr": "Code source", "en": "Source code"}),
    "pia:contact": ("contact", {"fr": "Contact", "en": "Contact"}),
    "pia:contactEnTexte": (
        "contact_en_texte",
        {"fr": "Contact, en texte", "en": "Contact, as text"},
    ),
}
# Between the values of one cell.
BETWEEN = " | "
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


def columns_of(layout: Layout, fields: Collection[str]) -> tuple[CsvColumn, ...]:
    """Return the columns of a portrait: those of the fields that it has, in its languages.

    A value has a column of its IRI, one of its label in the register's own language and one in
    each other language; a body has names in the own one, and in those in which the files name it.
    """
    columns = [*_BEFORE, *_texts("nom", "rdfs:label", _NAME, _languages(layout, "nom"))]
    for name in filter(fields.__contains__, _THINGS):
        languages = _languages(layout, name) if name == _BODY else layout.languages
        columns += _of_values(name, languages)
    if "benefices" in fields:
        languages = _languages(layout, "benefices")
        columns += _texts("benefices", "pia:benefices", _BENEFITS, languages)
    for name in layout.fields:
        if name not in FIELDS:
            columns += _of_field(layout, name)
    return (*columns, _SOURCE)


def _languages(layout: Layout, name: str) -> tuple[str, ...]:
    """Return the languages of the texts of a field, the register's own first."""
    return (layout.language, *layout.fields[name].other_languages(layout.language))


def _of_field(layout: Layout, name: str) -> Iterator[CsvColumn]:
    """Yield the columns of a field that the layout has beside the six."""
    if name.startswith(OWN):
        own = next(own for own in layout.own if OWN + own.name == name)
        yield from _of_own(own, layout)
        return
    for rule in FIELD_RULES:
        if rule.field == name:
            column, title = _MORE[rule.property]
            if rule.datatype == "rdf:langString":
                yield from _texts(column, rule.property, title, _languages(layout, name))
            else:
                yield CsvColumn(column, rule.property, None, False, title)


def _of_own(own: OwnField, layout: Layout) -> Iterator[CsvColumn]:
    """Yield the columns of a property of the register's own."""
    of = f"own:{own.name}"
    if own.range == "list":
        yield CsvColumn(own.name, of, layout.language, False, own.label, own=True)
        for tag in layout.languages[1:]:
            yield CsvColumn(f"{own.name}_{tag}", of, tag, False, _in_language(own.label, tag))
    elif own.range == "text":
        yield from _texts(own.name, of, own.label, _languages(layout, OWN + own.name))
    else:
        yield CsvColumn(own.name, of, None, False, own.label)


def _in_language(title: Mapping[str, str], tag: str) -> dict[str, str]:
    """Return a title with the name of a language behind it, in French and in English."""
    known = language_name(tag)
    french, english = (title.get(own) or next(iter(title.values())) for own in ("fr", "en"))
    return {
        "fr": f"{french}, en {known.fr}" if known else f"{french} ({tag})",
        "en": f"{english}, in {known.en}" if known else f"{english} ({tag})",
    }


def _of_values(name: str, languages: tuple[str, ...]) -> Iterator[CsvColumn]:
    """Yield the columns of what a row refers to; the first language is the register's own."""
    of, (french, english) = f"pia:{name}", _THINGS[name]
    yield _iris(f"{name}_uri", of, f"{french} (URI)", f"{english} (URI)")
    yield CsvColumn(name, of, languages[0], False, {"fr": french, "en": english}, own=True)
    for tag in languages[1:]:
        title = _in_language({"fr": french, "en": english}, tag)
        yield CsvColumn(f"{name}_{tag}", of, tag, False, title)


Labels = Mapping[str, Mapping[str, str]]


def rows(
    statements: Iterable[ox.Quad], columns: Sequence[CsvColumn], labels: Labels, base: str
) -> Iterator[list[str]]:
    """Yield the cells of each row of a portrait; successive statements of a subject are a row."""
    iris = [property_iri(column.property, base) if column.property else "" for column in columns]
    row_of = f"{vocabulary_of(base)}inscriptionDe"
    for subject, group in groupby(statements, key=lambda statement: statement.subject):
        values = defaultdict(list)
        for quad in group:
            values[quad.predicate.value].append(quad.object)
        if row_of in values:
            values[""] = [subject]
            yield [
                BETWEEN.join(_cells(values.get(iri, ()), column, labels))
                for column, iri in zip(columns, iris, strict=True)
            ]


def _cells(values: Iterable[object], column: CsvColumn, labels: Labels) -> Iterator[str]:
    """Yield what a column shows of each value."""
    for value in values:
        text = getattr(value, "value", "")
        if column.language is not None:
            yield _label(labels.get(text, {}), column)
        elif column.text_language in (None, getattr(value, "language", None)):
            yield text


def _label(texts: Mapping[str, str], column: CsvColumn) -> str:
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
