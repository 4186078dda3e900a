"""Write the comparison of two portraits, and every number in it, as statements."""

from collections.abc import Iterator

from transform.comparison.entries import EntryNames
from transform.comparison.evidence import evolution_query, movement_query
from transform.comparison.model import (
    Comparison,
    Evolution,
    Movement,
    Pair,
)
from transform.comparison.sentences import (
    Label,
    comparison_sentences,
    name_evolution,
    name_movement,
    number_text,
    title,
)
from transform.graphs.cubes import evolution_observation, movement_observation
from transform.rdf.namespaces import (
    DCTERMS,
    FOAF,
    QB,
    RDF_TYPE,
    RDFS,
    XSD,
    vocabulary_of,
)
from transform.rdf.ntriples import (
    Line,
    boolean,
    integer,
    literal,
)
from transform.text.languages import LANGUAGES
from transform.text.numbers import with_number


def comparison_lines(comparison: Comparison, names: EntryNames, base_uri: str) -> Iterator[Line]:
    """Yield the statements of a comparison; all that it counts has a URI below its own."""
    writer = _Writer(comparison, names, base_uri)
    yield from writer.comparison()
    for movement in comparison.movements.values():
        yield from writer.movement(movement)
    for evolution in comparison.evolutions:
        yield from writer.evolution(evolution)
    for pair in comparison.pairs:
        yield from writer.pair(pair)


class _Writer:
    def __init__(self, comparison: Comparison, names: EntryNames, base_uri: str) -> None:
        self._comparison = comparison
        self._names = names
        self._base = base_uri
        self._own = next(iter(names.languages), LANGUAGES[0])
        self._years = comparison.earlier, comparison.later

    def _iri(self, path: str) -> str:
        return f"<{self._base}{path}>"

    def _term(self, name: str) -> str:
        return f"<{vocabulary_of(self._base)}{name}>"

    def _node(self, name: str) -> str:
        return self._iri(f"{self._comparison.path}/{name}")

    def comparison(self) -> Iterator[Line]:
        about = self._iri(self._comparison.path)
        yield about, f"<{RDF_TYPE}>", self._term("Comparaison")
        for language in LANGUAGES:
            sentences = comparison_sentences(self._comparison, self._labels(language), language)
            text = " ".join(sentence.text for sentence in sentences)
            yield about, f"<{RDFS}label>", literal(title(self._comparison, language), language)
            yield about, f"<{DCTERMS}description>", literal(text, language)
        for year, name in zip(self._years, ("Anterieur", "Posterieur"), strict=True):
            yield about, self._term(f"portrait{name}"), self._iri(f"id/portrait/{year}")
        page = self._iri(f"changements/{'-'.join(map(str, self._years))}")
        yield about, f"<{FOAF}page>", page
        yield page, f"<{RDF_TYPE}>", f"<{FOAF}Document>"

    def movement(self, movement: Movement) -> Iterator[Line]:
        about = self._node(movement.name)
        yield about, f"<{RDF_TYPE}>", self._term("Mouvement")
        yield about, f"<{RDF_TYPE}>", f"<{QB}Observation>"
        yield from self._part(about, movement.unresolved)
        passage = movement.statuses is not None
        yield from movement_observation(self._base, about, self._years, passage=passage)
        yield about, self._term("mouvementDe"), self._iri(f"id/chose/{movement.kind.thing}")
        yield about, self._term("sort"), self._iri(f"id/sort/{movement.kind.fate}")
        yield about, self._term("effectif"), integer(movement.number)
        yield about, self._term("effectifMinimal"), integer(movement.least)
        yield about, self._term("effectifMaximal"), integer(movement.most)
        query = movement_query(self._comparison, movement, self._base, self._own)
        yield about, self._term("requete"), literal(query)
        for element in movement.elements:
            yield about, self._term("element"), self._iri(element)
        for path, side in zip(movement.statuses or (), ("Anterieur", "Posterieur"), strict=False):
            yield about, self._term(f"statut{side}"), self._iri(path)
        for language in LANGUAGES:
            name = name_movement(self._comparison, movement, self._labels(language), language)
            number = number_text(movement, language)
            yield about, f"<{RDFS}label>", literal(with_number(name, number, language), language)

    def evolution(self, evolution: Evolution) -> Iterator[Line]:
        about = self._node(evolution.name)
        yield about, f"<{RDF_TYPE}>", self._term("Evolution")
        yield about, f"<{RDF_TYPE}>", f"<{QB}Observation>"
        yield from self._part(about, evolution.text is not None)
        concept = self._iri(evolution.concept) if evolution.text is None else None
        yield from evolution_observation(self._base, about, evolution.kind, concept, self._years)
        yield about, self._term("evolutionDe"), self._iri(evolution.concept)
        yield about, self._term("effectifAnterieur"), integer(evolution.before)
        yield about, self._term("effectifPosterieur"), integer(evolution.after)
        query = evolution_query(self._comparison, evolution, self._base, self._own)
        yield about, self._term("requete"), literal(query)
        if evolution.text is not None:
            yield about, self._term("texteTelQuEcrit"), literal(evolution.text)
        for other in evolution.neighbours:
            yield about, self._term("voisin"), self._iri(other)
        for language in LANGUAGES:
            name = name_evolution(self._comparison, evolution, self._labels(language), language)
            label = with_number(name, f"{evolution.before}, {evolution.after}", language)
            yield about, f"<{RDFS}label>", literal(label, language)

    def pair(self, pair: Pair) -> Iterator[Line]:
        ends = [path.rpartition("/")[2] for path in (pair.before, pair.after)]
        about = self._node(f"{pair.movement}/{ends[0]}/{ends[1]}")
        yield about, f"<{RDF_TYPE}>", self._term("PaireOuverte")
        yield about, f"<{DCTERMS}isPartOf>", self._node(pair.movement)
        yield about, self._term("membreAnterieur"), self._iri(pair.before)
        yield about, self._term("membrePosterieur"), self._iri(pair.after)
        likeness = literal(f"{pair.likeness:.1f}", datatype=f"{XSD}decimal")
        yield about, self._term("ressemblance"), likeness
        for language in LANGUAGES:
            label = self._labels(language)
            text = f"{label(pair.before)} ≟ {label(pair.after)}"
            yield about, f"<{RDFS}label>", literal(text, language)

    def _labels(self, language: str) -> Label:
        def label(path: str) -> str:
            called = self._comparison.called.get(path)
            return called(language) if called else self._names.label(path, language)

        return label

    def _part(self, about: str, unresolved: bool) -> Iterator[Line]:
        yield about, f"<{DCTERMS}isPartOf>", self._iri(self._comparison.path)
        yield about, self._term("sansResolution"), boolean(unresolved)
