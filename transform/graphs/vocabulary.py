"""Write the graph of the vocabulary: the ontology, the lists and their values."""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from transform.graphs.cubes import (
    KIND,
    UNKNOWN_KIND,
    compared_lists,
    counted_lists,
    cube_lines,
    cubes_of,
)
from transform.graphs.entailed import entailed_lines
from transform.graphs.own_fields import own_lines
from transform.identity.concepts import Vocabulary
from transform.identity.own_lists import OwnList
from transform.identity.registry import EMPTY, Registry
from transform.layouts.model import LISTS, Layout
from transform.layouts.words import FORMS, RegisterWords, nouns_of
from transform.rdf.namespaces import (
    DCTERMS,
    PREF_LABEL,
    RDF_TYPE,
    RDFS,
    SKOS,
    vocabulary_of,
)
from transform.rdf.ntriples import (
    Line,
    boolean,
    in_order,
    literal,
)
from transform.rdf.turtle import read_turtle
from transform.text.agreement import write_places
from transform.text.languages import LANGUAGES
from transform.text.message import message

CLASSES = {"categorie": "Categorie", "statut": "Statut", "portefeuille": "Portefeuille"}
# What is called by a word of the register: paths below id/, and the form of the word.
_CALLED = {
    "organisme": "Organismes",
    **{f"chose/{name}": name.capitalize() for name in ("organisme", *CLASSES)},
}
# The collection of what was published year by year.
_YEARLY = "portrait"


def vocabulary_graph(
    base_uri: str,
    layouts: Iterable[Layout],
    vocabularies: Mapping[str, Vocabulary],
    registry: Registry = EMPTY,
    own_lists: Mapping[str, OwnList] | None = None,
) -> list[str]:
    """Return the ontology, the lists that layouts declare, the new values of open lists, the cubes.

    Layouts are one a portrait, the oldest first; the words are those of the newest. Where one names
    a registry of bodies, the kinds that it uses or declares are included. Properties and lists of
    the register's own stand beside.
    """
    always = ("portrait-ia", "externes", "regles", "mouvements", "collections")
    layouts = list(layouts)
    words = layouts[-1].words
    lines = [line for name in always for line in read_turtle(name, base_uri)]
    lines = list(_in_words(base_uri, lines, words))
    terms = _labels(lines)
    lists = counted_lists(layouts)
    if KIND in lists:
        lines += _kind_lines(base_uri, registry)
    for name in (name for name in LISTS if name in lists):
        schemes = {scheme for layout in layouts if (scheme := layout.lists[name].scheme)}
        for scheme in sorted(schemes):
            lines += read_turtle(scheme, base_uri)
            if scheme == "portefeuilles":
                lines += read_turtle("correspondances", base_uri)
        if not schemes:
            lines += _plain_scheme(base_uri, name, words)
        lines += _declared_concepts(base_uri, name, layouts, set(lines))
        lines += _new_concepts(base_uri, vocabularies[name])
    lines += own_lines(base_uri, layouts, own_lists or {})
    compared = compared_lists(layouts) if len(layouts) > 1 else None
    lines += cube_lines(base_uri, cubes_of(lists, compared, words), terms)
    return in_order((*lines, *entailed_lines(lines, base_uri)))


def _in_words(base_uri: str, lines: Iterable[Line], words: RegisterWords) -> Iterator[Line]:
    """Yield lines with the register's words as labels of what is called by one of them."""
    texts = {}
    for language in LANGUAGES:
        own = write_places(nouns_of(words.names[language]), language)
        texts[language] = {path: own[form] for path, form in _CALLED.items()}
        texts[language][_YEARLY] = message("graphs.yearly", **own).text(language)
    begin = f"<{base_uri}id/"
    for about, predicate, value in lines:
        path, language = about.removeprefix(begin)[:-1], value.rpartition("@")[2]
        called = texts.get(language, {}).get(path) if about.startswith(begin) else None
        if called and predicate in (f"<{RDFS}label>", f"<{PREF_LABEL}>"):
            yield about, predicate, literal(called, language)
        else:
            yield about, predicate, value


def _kind_lines(base_uri: str, registry: Registry) -> Iterator[Line]:
    """Yield the registry's own kinds, and of the shipped ones those that it uses, broader ones too.

    What the registry says of a kind, or of the list, stands in place of what ships.
    """
    begin = f"<{base_uri}id/{KIND}"
    kinds: dict[str, list[Line]] = {}
    for line in read_turtle("genres", base_uri):
        kinds.setdefault(line[0], []).append(line)
    own: dict[str, list[Line]] = {}
    for triple in registry.kinds:
        line = str(triple.subject), str(triple.predicate), str(triple.object)
        own.setdefault(line[0], []).append(line)
    kinds |= own
    used = {UNKNOWN_KIND, *(body.kind for body in registry.bodies.values() if body.kind)}
    waiting = [f"{begin}>", *own, *(f"{begin}/{slug}>" for slug in sorted(used))]
    for about in waiting:
        for line in kinds.pop(about, ()):
            yield line
            if line[1] == f"<{SKOS}broader>":
                waiting.append(line[2])


def are_systems(vocabulary: Iterable[str], base_uri: str) -> set[str]:
    """Return the slugs of the categories whose published definition is of an AI system."""
    property_, category = f"<{vocabulary_of(base_uri)}systemeIA>", f"<{base_uri}id/categorie/"
    statements = (line.split(" ", 2) for line in vocabulary)
    return {
        about.removeprefix(category)[:-1]
        for about, predicate, rest in statements
        if predicate == property_ and rest.startswith('"true"')
    }


def _labels(lines: Iterable[Line]) -> dict[str, list[str]]:
    """Return the literals that name each thing."""
    labels: dict[str, list[str]] = {}
    for about, predicate, value in lines:
        if predicate == f"<{RDFS}label>":
            labels.setdefault(about, []).append(value)
    return labels


def _plain_scheme(base_uri: str, name: str, words: RegisterWords) -> Iterator[Line]:
    """Yield a list that has no file in ontology/, by what the register calls its values."""
    about = f"<{base_uri}id/{name}>"
    yield about, f"<{RDF_TYPE}>", f"<{SKOS}ConceptScheme>"
    for language in LANGUAGES:
        text = words.fill(f"{{{FORMS[name][1].capitalize()}}}", language)
        yield about, f"<{DCTERMS}title>", literal(text, language)
        yield about, f"<{PREF_LABEL}>", literal(text, language)


def _concept(base_uri: str, name: str, slug: str, *, reviewed: bool) -> Iterator[Line]:
    about = f"<{base_uri}id/{name}/{slug}>"
    yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}{CLASSES[name]}>"
    yield about, f"<{RDF_TYPE}>", f"<{SKOS}Concept>"
    yield about, f"<{SKOS}inScheme>", f"<{base_uri}id/{name}>"
    yield about, f"<{vocabulary_of(base_uri)}revise>", boolean(reviewed)


def _declared_concepts(
    base_uri: str, name: str, layouts: list[Layout], known: set[Line]
) -> Iterator[Line]:
    """Yield the concepts and spellings that layouts add to the files of ontology/.

    Where two layouts name one concept, the newer layout's label is preferred and the other is
    a spelling. A concept of no file that has no label in a layout's own language is called there
    as it is first spelled.
    """
    labels = {(s, o) for s, p, o in known if p.endswith("Label>")}
    preferred = {(s, o.rpartition("@")[2]) for s, p, o in known if p == f"<{PREF_LABEL}>"}
    in_files = {s for s, _ in preferred}
    for layout in reversed(layouts):
        for value in layout.lists[name].values:
            about = f"<{base_uri}id/{name}/{value.concept}>"
            if about not in in_files:
                yield from _concept(base_uri, name, value.concept, reviewed=True)
            labelled = dict(value.label)
            if about not in in_files and value.spellings:
                labelled.setdefault(layout.language, value.spellings[0])
            for kind, terms in value.match.items():
                for term in terms:
                    yield about, f"<{SKOS}{kind}Match>", f"<{term}>"
            texts = [*labelled.items(), *((layout.language, s) for s in value.spellings)]
            for number, (language, text) in enumerate(texts):
                label = (about, literal(text, language))
                if label in labels:
                    continue
                labels.add(label)
                first = (about, language) not in preferred and number < len(labelled)
                preferred |= {(about, language)} if first else set()
                yield about, f"<{SKOS}{'prefLabel' if first else 'hiddenLabel'}>", label[1]


def _new_concepts(base_uri: str, vocabulary: Vocabulary) -> Iterator[Line]:
    for new in vocabulary.new.values():
        yield from _concept(base_uri, vocabulary.name, new.slug, reviewed=False)
        about = f"<{base_uri}id/{vocabulary.name}/{new.slug}>"
        yield about, f"<{PREF_LABEL}>", literal(new.label, new.language)


def concept_labels(vocabulary: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the preferred labels in N-Triples, by IRI and language."""
    labels: dict[str, dict[str, str]] = {}
    for quad in ox.parse("".join(vocabulary).encode(), format=ox.RdfFormat.N_TRIPLES):
        if quad.predicate.value == PREF_LABEL and isinstance(quad.object, ox.Literal):
            about = labels.setdefault(str(quad.subject)[1:-1], {})
            about[quad.object.language or ""] = quad.object.value
    return labels
