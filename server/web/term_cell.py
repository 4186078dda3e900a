"""Build the cell of a page for a term of RDF: its text, its link, its language or datatype."""

from typing import NamedTuple

from server.release import labels
from server.release.current import Release
from server.web.links import link_to_iri
from transform.rdf.namespaces import RDF, XSD

PLAIN = (XSD + "string", f"{RDF}langString")


class Cell(NamedTuple):
    """A term as the macro `cell` of `parts.html` shows it.

    `written` is the IRI as a query writes it, on the page for queries; `number` marks a numeric
    text.
    """

    text: str
    language: str | None = None
    iri: str | None = None
    href: str | None = None
    external: bool = False
    datatype: str | None = None
    number: bool = False
    written: str | None = None


def link_name(iri: str, name: str, language: str | None, release: Release) -> Cell:
    """Return the cell of a resource: a name, its language and its link."""
    link = link_to_iri(iri, release.base_uri)
    return Cell(name, language, iri, *(link or (None, False)))


def name_term(iri: str, release: Release, language: str) -> Cell:
    """Return the cell of a property, class or datatype, by its name in a vocabulary."""
    return link_name(iri, *labels.name_of_term(iri, release, language), release)


def name_iri(iri: str, known_labels: labels.Labels, release: Release, language: str) -> Cell:
    """Return the cell of a resource, by its best label, else by its name in a vocabulary."""
    label = labels.best(known_labels.get(iri, ()), release.register.order(language))
    if label is None or not label.value.strip():
        return name_term(iri, release, language)
    return link_name(iri, label.value, label.language, release)


def show_literal(text: str, language: str | None, datatype: str, release: Release) -> Cell:
    """Return the cell of a literal; the datatype of a plain text is not shown."""
    shown = None if datatype in PLAIN else labels.compact(datatype, release.base_uri)
    return Cell(text, language, datatype=shown)
