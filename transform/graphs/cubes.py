"""Write the data cubes: their datasets, their structures, and what makes a number one of theirs.

RDF Data Cube Vocabulary (W3C Recommendation, 16 January 2014). A number keeps the one URI that it
has; what is written here on it is the dataset that it belongs to, and the values of dimensions.
Properties of entries, such as pia:categorie, are no dimensions: a query over entries by category
would count the counts too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from transform.layouts.model import LISTS, Layout
from transform.layouts.words import RegisterWords
from transform.rdf.namespaces import QB, RDF_TYPE, RDFS, vocabulary_of
from transform.rdf.ntriples import Line, boolean, integer, literal
from transform.text.languages import LANGUAGES
from transform.text.message import message

KIND = "genre"
# The kind of the bodies that the registry does not know, a concept of ontology/genres.ttl.
UNKNOWN_KIND = "inconnu"
# The dimension that stands for each list.
_DIMENSIONS = {
    "categorie": "dimensionCategorie",
    "statut": "dimensionStatut",
    "portefeuille": "dimensionPortefeuille",
    KIND: "dimensionGenre",
}
# The list that holds the values of each coded dimension.
_CODE_LISTS = {
    **{dimension: name for name, dimension in _DIMENSIONS.items()},
    "mouvementDe": "chose",
    "sort": "sort",
    "statutAnterieur": "statut",
    "statutPosterieur": "statut",
}
_EARLIER, _LATER = "dimensionAnneeAnterieure", "dimensionAnneePosterieure"
_MOVEMENTS, _PASSAGES = "mouvements", "passages"
_RANGE = ("effectif", "effectifMinimal", "effectifMaximal")


class Cube(NamedTuple):
    """A dataset of observations: its name, its title in French and English, the terms of each.

    Every observation of a cube has all of its dimensions, measures and attributes.
    """

    name: str
    title: tuple[str, str]
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    attributes: tuple[str, ...]


def counted_lists(layouts: Iterable[Layout]) -> tuple[str, ...]:
    """Return the lists by which entries are counted; kinds of bodies only where a registry is."""
    layouts = list(layouts)
    lists = filter(partial(_how_many_have, layouts), LISTS)
    return (*lists, KIND) if any(layout.registry for layout in layouts) else (*lists,)


def compared_lists(layouts: Sequence[Layout]) -> tuple[str, ...]:
    """Return the lists that at least two portraits have; layouts are one a portrait."""
    return tuple(name for name in LISTS if _how_many_have(layouts, name) > 1)


def _how_many_have(layouts: Iterable[Layout], name: str) -> int:
    return sum(not layout.fields[name].absent for layout in layouts)


def cubes_of(
    lists: Iterable[str], compared: Collection[str] | None, words: RegisterWords
) -> Iterator[Cube]:
    """Yield the cubes of a release; `compared` are the lists that portraits are compared by.

    It is None where there is one portrait, and nothing to compare. `words` are what the register
    calls its lists.
    """
    for name in lists:
        fr, en = _called(name, words)
        yield Cube(
            name,
            (f"Inscriptions par {fr} et par année", f"Entries by {en} and year"),
            ("dimensionAnnee", _DIMENSIONS[name]),
            ("effectif",),
            ("decompteDe",),
        )
    if compared is not None:
        yield from _compared_cubes(compared, words)


def _called(name: str, words: RegisterWords) -> tuple[str, ...]:
    """Return what a list is called in French and in English, within the title of a cube."""
    if name == KIND:
        return tuple(message("charts.kind_of_body").text(language) for language in LANGUAGES)
    return tuple(words.names[language][name][0] for language in LANGUAGES)


def _compared_cubes(lists: Collection[str], words: RegisterWords) -> Iterator[Cube]:
    for name in lists:
        fr, en = _called(name, words)
        french, english = "d'une année à l'autre", "from one year to the other"
        measures = ("effectifAnterieur", "effectifPosterieur")
        attributes = ("evolutionDe", "requete", "sansResolution")
        yield Cube(
            _evolution_cube(name, as_written=False),
            (f"Inscriptions par {fr}, {french}", f"Entries by {en}, {english}"),
            (_EARLIER, _LATER, _DIMENSIONS[name]),
            measures,
            attributes,
        )
        yield Cube(
            _evolution_cube(name, as_written=True),
            (
                f"Inscriptions par texte écrit ({fr}), {french}",
                f"Entries by text as written ({en}), {english}",
            ),
            (_EARLIER, _LATER, "texteTelQuEcrit"),
            measures,
            attributes,
        )
    for name, title, dimensions in (
        (
            _MOVEMENTS,
            ("Mouvements d'une année à l'autre", "Movements from one year to the other"),
            ("mouvementDe", "sort"),
        ),
        (
            _PASSAGES,
            (
                "Initiatives par statut antérieur et par statut postérieur",
                "Initiatives by earlier status and later status",
            ),
            ("statutAnterieur", "statutPosterieur"),
        ),
    ):
        if name == _PASSAGES and "statut" not in lists:
            continue
        yield Cube(
            name, title, (_EARLIER, _LATER, *dimensions), _RANGE, ("requete", "sansResolution")
        )


def _evolution_cube(name: str, *, as_written: bool) -> str:
    return f"{'libelle' if as_written else 'evolution'}-{name}"


def cube_lines(
    base_uri: str, cubes: Iterable[Cube], labels: Mapping[str, Iterable[str]]
) -> Iterator[Line]:
    """Yield the statements about cubes, their structures and the components of these.

    `labels` are the literals that name each term, by its IRI. A component is the same in all
    structures; duplicates are for the caller to drop.
    """
    for cube in cubes:
        about = _cube(base_uri, cube.name)
        structure = f"<{base_uri}id/structure/{cube.name}>"
        yield about, f"<{RDF_TYPE}>", f"<{QB}DataSet>"
        yield about, f"<{QB}structure>", structure
        yield structure, f"<{RDF_TYPE}>", f"<{QB}DataStructureDefinition>"
        for text, language in zip(cube.title, LANGUAGES, strict=True):
            head = {"fr": "Structure : ", "en": "Structure: "}[language]
            yield about, f"<{RDFS}label>", literal(text, language)
            yield structure, f"<{RDFS}label>", literal(head + text, language)
        for kind, terms in (
            ("dimension", cube.dimensions),
            ("measure", cube.measures),
            ("attribute", cube.attributes),
        ):
            for term in terms:
                component = f"<{base_uri}id/composante/{term}>"
                yield structure, f"<{QB}component>", component
                yield from _component(base_uri, component, kind, term)
                for label in labels.get(f"<{vocabulary_of(base_uri)}{term}>", ()):
                    yield component, f"<{RDFS}label>", label


def _component(base_uri: str, about: str, kind: str, term: str) -> Iterator[Line]:
    defined = f"<{vocabulary_of(base_uri)}{term}>"
    yield about, f"<{RDF_TYPE}>", f"<{QB}ComponentSpecification>"
    yield about, f"<{QB}{kind}>", defined
    if kind == "attribute":
        yield about, f"<{QB}componentRequired>", boolean(True)
    # The values of a list are those of this release, so it and not the ontology says which list.
    if term in _CODE_LISTS:
        yield defined, f"<{RDF_TYPE}>", f"<{QB}DimensionProperty>"
        yield defined, f"<{RDF_TYPE}>", f"<{QB}CodedProperty>"
        yield defined, f"<{QB}codeList>", f"<{base_uri}id/{_CODE_LISTS[term]}>"


def _cube(base_uri: str, name: str) -> str:
    return f"<{base_uri}id/cube/{name}>"


def _observation(
    base_uri: str, about: str, cube: str, dimensions: Mapping[str, str]
) -> Iterator[Line]:
    yield about, f"<{QB}dataSet>", _cube(base_uri, cube)
    for term, value in dimensions.items():
        yield about, f"<{vocabulary_of(base_uri)}{term}>", value


def count_observation(
    base_uri: str, about: str, name: str, concept: str, year: int
) -> Iterator[Line]:
    """Yield what makes the count of a value of a list an observation of the cube of the list."""
    dimensions = {"dimensionAnnee": integer(year), _DIMENSIONS[name]: concept}
    return _observation(base_uri, about, name, dimensions)


def evolution_observation(
    base_uri: str, about: str, name: str, concept: str | None, years: tuple[int, int]
) -> Iterator[Line]:
    """Yield what makes an evolution an observation; `concept` is None where a text is counted."""
    cube = _evolution_cube(name, as_written=concept is None)
    coded = {_DIMENSIONS[name]: concept} if concept else {}
    return _observation(base_uri, about, cube, _both(years) | coded)


def movement_observation(
    base_uri: str, about: str, years: tuple[int, int], *, passage: bool
) -> Iterator[Line]:
    """Yield what makes a movement an observation; a `passage` has a status before and after.

    What moved, its fate and its statuses are dimensions, and stated with the movement.
    """
    cube = _PASSAGES if passage else _MOVEMENTS
    return _observation(base_uri, about, cube, _both(years))


def _both(years: tuple[int, int]) -> dict[str, str]:
    return dict(zip((_EARLIER, _LATER), map(integer, years), strict=True))
