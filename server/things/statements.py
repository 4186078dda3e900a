"""Look up statements by subject and property, as texts and links for one reader."""

from collections.abc import Iterable
from datetime import date

import pyoxigraph as ox

from server import texts
from server.release import labels
from server.release.current import Release
from server.release.register import OwnText
from server.web.term_cell import Cell, link_name, name_iri
from transform.rdf import namespaces
from transform.rdf.namespaces import XSD, property_iri, vocabulary_of
from transform.text.message import message
from transform.text.numbers import decimal

_SPACES = {
    "dcat": namespaces.DCAT,
    "eli": namespaces.ELI,
    "foaf": namespaces.FOAF,
    "org": namespaces.ORG,
    "qb": namespaces.QB,
    "schema": namespaces.SCHEMA,
    "skos": namespaces.SKOS,
}
_NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "nonNegativeInteger")}
_WORDS = {f"{XSD}boolean": {"true": "yes", "1": "yes", "false": "no", "0": "no"}}


class Statements:
    """Statements of a release, with the labels of what they mention, for a reader's language.

    Properties are written with their prefix, such as `pia:statut`, or as whole IRIs.
    """

    def __init__(self, triples: Iterable[ox.Triple], release: Release, language: str) -> None:
        self._release, self._language = release, language
        self._values: dict[str, dict[str, list[ox.Literal | ox.NamedNode]]] = {}
        known = list(dict.fromkeys(triples))
        for triple in known:
            if isinstance(triple.object, ox.Literal | ox.NamedNode):
                subject = str(getattr(triple.subject, "value", ""))
                own = self._values.setdefault(subject, {})
                own.setdefault(triple.predicate.value, []).append(triple.object)
        self.labels: labels.Labels = labels.collect(known)

    def iri(self, property_: str) -> str:
        """Return the IRI of a property or class that is written with its prefix."""
        if "://" in property_:
            return property_
        prefix, _, name = property_.partition(":")
        if prefix in _SPACES:
            return _SPACES[prefix] + name
        return property_iri(property_, self._release.base_uri)

    def properties(self, subject: str) -> list[str]:
        """Return the IRIs of the properties that a subject has."""
        return list(self._values.get(subject, {}))

    def terms(self, subject: str, property_: str) -> list[ox.Literal | ox.NamedNode]:
        """Return the values of a property."""
        return self._values.get(subject, {}).get(self.iri(property_), [])

    def value(self, subject: str, property_: str) -> str | None:
        """Return the text or IRI of the first value of a property."""
        return next((term.value for term in self.terms(subject, property_)), None)

    def iris(self, subject: str, property_: str) -> list[str]:
        """Return the resources that a property leads to."""
        return [t.value for t in self.terms(subject, property_) if isinstance(t, ox.NamedNode)]

    def subjects(self, property_: str, value: str) -> list[str]:
        """Return the subjects that have a resource as value of a property."""
        iri, node = self.iri(property_), ox.NamedNode(value)
        return [subject for subject, own in self._values.items() if node in own.get(iri, ())]

    def all_of(self, type_: str) -> list[str]:
        """Return the subjects of a class."""
        return self.subjects("rdf:type", self.iri(type_))

    def text(self, subject: str, property_: str) -> OwnText | None:
        """Return the text of a property in the best language for the reader."""
        return next(iter(self.texts(subject, property_)), None)

    def texts(self, subject: str, property_: str) -> list[OwnText]:
        """Return the texts of a property in the best language that there is."""
        order = self._release.register.order(self._language)
        found = [t for t in self.terms(subject, property_) if isinstance(t, ox.Literal)]
        ranks = [labels.rank_language(term.language, order) for term in found]
        return [
            OwnText(term.value, term.language or "")
            for term, rank in zip(found, ranks, strict=True)
            if rank == min(ranks)
        ]

    def name(self, iri: str) -> Cell:
        """Return the best label of a resource with its link, else the end of its IRI."""
        own = self.labels.get(iri)
        if own:
            return name_iri(iri, self.labels, self._release, self._language)
        return link_name(iri, iri.rstrip("/").rpartition("/")[2] or iri, None, self._release)

    def cells(self, subject: str, property_: str) -> list[Cell]:
        """Return the values of a property, in the order of their texts."""
        cells = [self.cell(term) for term in self.terms(subject, property_)]
        return sorted(cells, key=lambda cell: (cell.text, cell.iri or ""))

    def cell(self, term: ox.Literal | ox.NamedNode) -> Cell:
        """Return a value as a reader expects it: a name, a date in words, a grouped number."""
        if isinstance(term, ox.NamedNode):
            return self.name(term.value)
        return Cell(self.plain(term), term.language)

    def plain(self, term: ox.Literal) -> str:
        """Return the text of a literal: dates, numbers and truth values as readers write them."""
        kind, language = term.datatype.value, self._language
        if kind == f"{XSD}date" or kind == f"{XSD}dateTime":
            day = read_day(term.value)
            return message("things.day", day=day).text(language) if day else term.value
        if kind in _NUMBERS and (number := _number(term.value)) is not None:
            return decimal(number, language)
        word = _WORDS.get(kind, {}).get(term.value)
        return texts.text(word, language) if word else term.value

    def property_name(self, iri: str) -> Cell:
        """Return the name of a property in the reader's language, without a link."""
        return Cell(*labels.name_of_term(iri, self._release, self._language))

    @property
    def vocabulary(self) -> str:
        """Return the URI below which the terms of the vocabulary are."""
        return vocabulary_of(self._release.base_uri)


def read_day(text: str) -> date | None:
    """Parse the day of a date or a moment of XML Schema; None for any other text."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None
