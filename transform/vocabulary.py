"""Give the graphs that no row makes: ontology, lists, framework."""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

import ontology
from transform.layout import LISTS, Layout
from transform.lists import Vocabulary
from transform.mapping import RDF, literal
from transform.registry import SKOS

DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
XSD = "http://www.w3.org/2001/XMLSchema#"
CLASSES = {"categorie": "Categorie", "statut": "Statut", "portefeuille": "Portefeuille"}
# What a list is called where no file of ontology/ says it.
_TITLES = {
    "categorie": ("Catégories", "Categories"),
    "statut": ("Statuts", "Statuses"),
    "portefeuille": ("Portefeuilles", "Portfolios"),
}

Line = tuple[str, str, str]


def in_order(lines: Iterable[Line]) -> list[str]:
    """Give N-Triples lines by subject, what it is first, each once."""
    a = f"<{RDF}type>"
    ordered = sorted(set(lines), key=lambda line: (line[0], line[1] != a, line[1], line[2]))
    return [f"{s} {p} {o} .\n" for s, p, o in ordered]


def read_turtle(name: str, base_uri: str) -> list[Line]:
    """Give the triples of a file of ontology/ against the base URI of the release."""
    parsed = ox.parse(ontology.read(name), format=ox.RdfFormat.TURTLE, base_iri=base_uri)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in parsed]


def vocabulary_graph(
    base_uri: str, layouts: Iterable[Layout], vocabularies: Mapping[str, Vocabulary]
) -> list[str]:
    """Give the ontology, the lists that the layouts declare, and the new values of open ones.

    A registry of bodies brings the kinds of bodies with it.
    """
    lines = [*read_turtle("portrait-ia", base_uri), *read_turtle("regles", base_uri)]
    layouts = list(layouts)
    if any(layout.registry for layout in layouts):
        lines += read_turtle("genres", base_uri)
    for name in LISTS:
        schemes = {scheme for layout in layouts if (scheme := layout.lists[name].scheme)}
        for scheme in sorted(schemes):
            lines += read_turtle(scheme, base_uri)
        if not schemes:
            lines += _plain_scheme(base_uri, name)
        lines += _declared_concepts(base_uri, name, layouts, set(lines))
        lines += _new_concepts(base_uri, vocabularies[name])
    return in_order(lines)


def _plain_scheme(base_uri: str, name: str) -> Iterator[Line]:
    about = f"<{base_uri}id/{name}>"
    yield about, f"<{RDF}type>", f"<{SKOS}ConceptScheme>"
    for text, language in zip(_TITLES[name], ("fr", "en"), strict=True):
        yield about, f"<{DCTERMS}title>", literal(text, language)
        yield about, f"<{SKOS}prefLabel>", literal(text, language)


def _concept(base_uri: str, name: str, slug: str, *, reviewed: bool) -> Iterator[Line]:
    about = f"<{base_uri}id/{name}/{slug}>"
    yield about, f"<{RDF}type>", f"<{base_uri}def#{CLASSES[name]}>"
    yield about, f"<{RDF}type>", f"<{SKOS}Concept>"
    yield about, f"<{SKOS}inScheme>", f"<{base_uri}id/{name}>"
    said = "true" if reviewed else "false"
    yield about, f"<{base_uri}def#revise>", literal(said, datatype=f"{XSD}boolean")


def _declared_concepts(
    base_uri: str, name: str, layouts: list[Layout], known: set[Line]
) -> Iterator[Line]:
    """Give concepts and spellings that layouts add to what the files of ontology/ hold.

    Where two layouts name one concept, the newer layout's label is preferred and the other is
    a spelling.
    """
    labels = {(s, o) for s, p, o in known if p.endswith("Label>")}
    preferred = {(s, o.rpartition("@")[2]) for s, p, o in known if p == f"<{SKOS}prefLabel>"}
    in_files = {s for s, _ in preferred}
    for layout in reversed(layouts):
        for value in layout.lists[name].values:
            about = f"<{base_uri}id/{name}/{value.concept}>"
            if about not in in_files:
                yield from _concept(base_uri, name, value.concept, reviewed=True)
            texts = [*value.label.items(), *((layout.language, s) for s in value.spellings)]
            for number, (language, text) in enumerate(texts):
                said = (about, literal(text, language))
                if said in labels:
                    continue
                labels.add(said)
                first = (about, language) not in preferred and number < len(value.label)
                preferred |= {(about, language)} if first else set()
                yield about, f"<{SKOS}{'prefLabel' if first else 'hiddenLabel'}>", said[1]


def _new_concepts(base_uri: str, vocabulary: Vocabulary) -> Iterator[Line]:
    for new in vocabulary.new.values():
        yield from _concept(base_uri, vocabulary.name, new.slug, reviewed=False)
        about = f"<{base_uri}id/{vocabulary.name}/{new.slug}>"
        yield about, f"<{SKOS}prefLabel>", literal(new.label, new.language)


def concept_labels(vocabulary: Iterable[str]) -> dict[str, dict[str, str]]:
    """Give the preferred labels by IRI and language."""
    labels: dict[str, dict[str, str]] = {}
    for quad in ox.parse("".join(vocabulary).encode(), format=ox.RdfFormat.N_TRIPLES):
        if quad.predicate.value == f"{SKOS}prefLabel" and isinstance(quad.object, ox.Literal):
            about = labels.setdefault(str(quad.subject)[1:-1], {})
            about[quad.object.language or ""] = quad.object.value
    return labels
