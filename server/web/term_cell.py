"""Show a term of RDF as a cell of a page: its text, where it leads, what a reader may ask of it."""

from typing import NamedTuple

from server.release import labels
from server.release.current import Release
from server.web.links import link_to_iri
from transform.rdf.namespaces import RDF, XSD

PLAIN = (XSD + "string", f"{RDF}langString")


class Cell(NamedTuple):
    """A term as the macro `cell` of `parts.html` writes it.

    `written` is how a query names the IRI, where the page is one for queries; `number` says that
    the text is one.
    """

    text: str
    language: str | None = None
    iri: str | None = None
    href: str | None = None
    external: bool = False
    datatype: str | None = None
    number: bool = False
    written: str | None = None


def link_name(iri: str, name: str, spoken: str | None, release: Release) -> Cell:
    """Return the cell of a resource under a name in a language, with its link."""
    link = link_to_iri(iri, release.base_uri)
    return Cell(name, spoken, iri, *(link or (None, False)))


def name_word(iri: str, release: Release, language: str) -> Cell:
    """Return the cell of a property, class or datatype, by its name in a vocabulary."""
    return link_name(iri, *labels.name_of_term(iri, release, language), release)


def name_iri(iri: str, known: labels.Labels, release: Release, language: str) -> Cell:
    """Return the cell of a resource, by its best label, else by its name in a vocabulary."""
    label = labels.best(known.get(iri, ()), language)
    if label is None or not label.value.strip():
        return name_word(iri, release, language)
    return link_name(iri, label.value, label.language, release)


def show_literal(text: str, spoken: str | None, datatype: str, release: Release) -> Cell:
    """Return the cell of a literal; a text has no datatype that a reader must know."""
    shown = None if datatype in PLAIN else labels.compact(datatype, release.base_uri)
    return Cell(text, spoken, datatype=shown)
