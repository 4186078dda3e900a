"""The shapes speak of a register in its own words, whatever these are."""

import re

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

import shapes
from tests.conftest import PROJECT
from transform.layouts.model import Languages, languages_of, load_layout
from transform.layouts.words import read_words
from transform.release.definitions import SHAPES, definitions
from transform.validation.shacl import read_shapes, validate

BASE = "https://exemple.gouv.qc.ca/ia/"
TAGS = ("fr", "en")
# What would end a literal of Turtle or SPARQL, or stand for something in a message.
HOSTILE = 'cas "\nd\'usage <é> """@fr ; ?fr $this (#'
UNLIKE = {
    "portrait": {"fr": ["édition", "éditions", "f"], "en": ["inventory", "inventories"]},
    "portefeuille": {"fr": ["agence", "agences", "f"], "en": ["agency", "agencies"]},
    "categorie": {"fr": [HOSTILE, HOSTILE], "en": [HOSTILE, HOSTILE]},
    "statut": {"fr": ["étape", "étapes", "f"], "en": ["stage", "stages"]},
}
REGISTERS = {
    "none": Languages(TAGS, TAGS),
    "quebec": languages_of([load_layout("quebec")]),
    "us-2024": languages_of([load_layout("us-2024")]),
    "unlike": Languages(TAGS, TAGS, read_words(UNLIKE)),
}


def messages(graph: rdflib.Graph) -> dict[tuple[str, str], str]:
    """Return what shapes say, by the name of the shape and the language."""
    return {
        (str(shape).rpartition("#")[2], getattr(text, "language", None) or ""): str(text)
        for shape, text in graph.subject_objects(rdflib.SH.message)
    }


@pytest.fixture(scope="module")
def said() -> dict[str, dict[tuple[str, str], str]]:
    """What all shapes say, by register, shape and language."""
    return {
        name: messages(read_shapes(shapes.TIERS, BASE, languages))
        for name, languages in REGISTERS.items()
    }


@pytest.mark.parametrize("name", REGISTERS)
def test_no_place_stays_open_but_those_of_shacl(
    name: str, said: dict[str, dict[object, str]]
) -> None:
    for text in said[name].values():
        assert not re.search(r"[{}]", re.sub(r"\{[?$]\w+\}", "", text)), text


@pytest.mark.parametrize("name", ["none", "us-2024"])
def test_another_register_hears_no_word_of_quebec(
    name: str, said: dict[str, dict[object, str]]
) -> None:
    words = re.compile(r"(?i)\bportraits?\b|portefeuille|portfolio|\bminist")
    assert [text for text in said[name].values() if words.search(text)] == []


def test_no_text_of_a_query_stays_ours() -> None:
    graph = read_shapes(shapes.TIERS, BASE, REGISTERS["unlike"])
    queries = " ".join(map(str, graph.objects(None, rdflib.SH.select)))
    texts = {*re.findall(r'BIND \("((?:[^"\\]|\\.)*)" AS \?(?:fr|en)\)', queries)}
    assert len(texts) == 5
    assert {"agence", "agency", "étape", "stage"} < texts


@pytest.mark.parametrize(
    ("register", "shape", "language", "text"),
    [
        ("none", "Portrait-annee", "fr", "Le registre n'a pas exactement une année."),
        ("none", "Inscription-portefeuille", "en", "The sector is missing or not in the list."),
        ("quebec", "Portrait", "fr", "Un portrait est nommé par une URI."),
        (
            "quebec",
            "Inscription-portefeuille-connu",
            "en",
            "What is said to be the portfolio is none.",
        ),
        ("us-2024", "Portefeuille-porte-connu", "en", "What a body holds is no known agency."),
        ("unlike", "Portrait", "fr", "Une édition est nommée par une URI."),
        ("unlike", "Portrait", "en", "An inventory is named by a URI."),
        (
            "unlike",
            "Comparaison-posterieur",
            "fr",
            "La comparaison n'a pas exactement une édition postérieure, autre que l'antérieure.",
        ),
        (
            "unlike",
            "Champ-manquant",
            "fr",
            "L'inscription {?value} n'a pas {?path}, et son édition ne dit pas qu'elle est sans"
            " {?field}.",
        ),
        (
            "unlike",
            "Portefeuille-annuel-connu",
            "fr",
            "L'agence d'une année n'est celle d'aucune agence connue.",
        ),
        (
            "unlike",
            "Inscription-statutTelQuEcrit",
            "fr",
            "L'étape telle qu'écrite n'est pas un seul texte, ou contient un caractère de"
            " contrôle.",
        ),
        ("unlike", "Inscription-categorie", "en", f"The {HOSTILE} is missing or not in the list."),
    ],
)
def test_what_a_shape_says(
    said: dict[str, dict[tuple[str, str], str]],
    register: str,
    shape: str,
    language: str,
    text: str,
) -> None:
    assert said[register][shape, language] == text


def test_words_of_a_query_stand_in_what_it_finds() -> None:
    file = PROJECT / "tests" / "shapes" / "invalid.sum-that-differs.ttl"
    quads = ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=BASE)
    triples = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert triples
    graph = read_shapes(("required",), BASE, REGISTERS["unlike"])
    found = {(f.fr, f.en) for f in validate(triples, graph)}
    assert (
        f"La somme par {HOSTILE} est 2, l'édition compte 1 inscriptions.",
        f"The sum by {HOSTILE} is 2, the inventory counts 1 entries.",
    ) in found


def test_published_shapes_of_any_words_are_read_by_others() -> None:
    published = definitions(BASE, [], REGISTERS["unlike"])[SHAPES]
    graph = rdflib.Graph().parse(published, format="turtle")
    file = PROJECT / "tests" / "shapes" / "invalid.sum-that-differs.ttl"
    data = rdflib.Graph().parse(file, publicID=BASE)
    conforms, _, report = pyshacl.validate(data, shacl_graph=graph)
    assert not conforms
    assert f"The sum by {HOSTILE} is 2, the inventory counts 1 entries." in str(report)
