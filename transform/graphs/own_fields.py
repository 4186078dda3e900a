"""Write the properties of the register's own, and the values of its lists, into the vocabulary."""

from collections.abc import Iterator, Mapping, Sequence

from transform.identity.own_lists import OwnList
from transform.layouts.fields import OwnField
from transform.layouts.model import Layout
from transform.rdf.namespaces import (
    DCMITYPE,
    DCTERMS,
    OWL,
    PREF_LABEL,
    RDF,
    RDF_TYPE,
    RDFS,
    SKOS,
    XSD,
    property_iri,
    vocabulary_of,
)
from transform.rdf.ntriples import Line, boolean, literal

_RANGES = {
    "text": f"{RDF}langString",
    "number": f"{XSD}decimal",
    "date": f"{RDFS}Literal",
    "yes-no": f"{XSD}boolean",
    "list": f"{SKOS}Concept",
}


def list_iri(base_uri: str, name: str, slug: str = "") -> str:
    """Return the IRI of a list of the register's own, or of a value of it."""
    return f"{base_uri}id/liste/{name}/{slug}".rstrip("/")


def own_lines(
    base_uri: str, layouts: Sequence[Layout], lists: Mapping[str, OwnList]
) -> Iterator[Line]:
    """Yield what the newest layout says of each property of the register's own, and its values."""
    newest = {own.name: own for layout in layouts for own in layout.own}
    for own in newest.values():
        yield from _property_lines(base_uri, own)
    if lists:
        about = f"<{base_uri}id/liste>"
        yield about, f"<{RDF_TYPE}>", f"<{DCMITYPE}Collection>"
        yield about, f"<{RDFS}label>", literal("Listes propres au registre", "fr")
        yield about, f"<{RDFS}label>", literal("Lists of the register's own", "en")
    for name, own_list in lists.items():
        yield from _list_lines(base_uri, newest[name], own_list)


def _property_lines(base_uri: str, own: OwnField) -> Iterator[Line]:
    about = f"<{property_iri(f'own:{own.name}', base_uri)}>"
    kind = "ObjectProperty" if own.range in ("iri", "list") else "DatatypeProperty"
    yield about, f"<{RDF_TYPE}>", f"<{OWL}{kind}>"
    for language, text in own.label.items():
        yield about, f"<{RDFS}label>", literal(text, language)
    for language, text in own.definition.items():
        yield about, f"<{SKOS}definition>", literal(text, language)
    yield about, f"<{RDFS}domain>", f"<{vocabulary_of(base_uri)}Inscription>"
    if own.range in _RANGES:
        yield about, f"<{RDFS}range>", f"<{_RANGES[own.range]}>"
    # Not the vocabulary, which may be at home elsewhere, but the register defines it.
    yield about, f"<{RDFS}isDefinedBy>", f"<{base_uri}catalogue#serie>"


def _list_lines(base_uri: str, own: OwnField, own_list: OwnList) -> Iterator[Line]:
    scheme = f"<{list_iri(base_uri, own.name)}>"
    yield scheme, f"<{RDF_TYPE}>", f"<{SKOS}ConceptScheme>"
    for language, text in own.label.items():
        yield scheme, f"<{PREF_LABEL}>", literal(text, language)
    called = next(iter(own.label.values()))
    yield scheme, f"<{DCTERMS}title>", literal(f"Valeurs de «\u00a0{called}\u00a0»", "fr")
    yield scheme, f"<{DCTERMS}title>", literal(f"Values of “{called}”", "en")
    for slug, texts in own_list.texts.items():
        about = f"<{list_iri(base_uri, own.name, slug)}>"
        yield about, f"<{RDF_TYPE}>", f"<{SKOS}Concept>"
        yield about, f"<{SKOS}inScheme>", scheme
        yield about, f"<{SKOS}topConceptOf>", scheme
        yield about, f"<{vocabulary_of(base_uri)}revise>", boolean(slug in own_list.reviewed)
        for language, (label, *spellings) in texts.items():
            yield about, f"<{PREF_LABEL}>", literal(label, language)
            for spelling in spellings:
                yield about, f"<{SKOS}hiddenLabel>", literal(spelling, language)
