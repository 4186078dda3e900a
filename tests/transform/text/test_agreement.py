"""Our sentences agree with the words of a register: masculine, feminine, before a vowel."""

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from tests.conftest import PROJECT
from transform.layouts.words import FORMS, nouns_of
from transform.text.agreement import PLACES, begins_with_vowel, write_places
from transform.text.message import read_room

# A word of each kind: masculine, feminine; with a vowel first; with an h that is none.
KINDS = {
    "masculine": ("relevé", "relevés"),
    "feminine": ("fiche", "fiches", "f"),
    "masculine before a vowel": ("inventaire", "inventaires", "m"),
    "feminine before a vowel": ("édition", "éditions", "f"),
    "mute h": ("historique", "historiques"),
    "aspirated h": ("hiérarchie", "hiérarchies", "f"),
}
NAMES = {form for forms in FORMS.values() for form in forms}


def places(kind: str, language: str = "fr") -> dict[str, str]:
    """Return what is filled in where a register calls everything by one word."""
    return write_places(nouns_of(dict.fromkeys(FORMS, KINDS[kind])), language)


@cache
def sentences(language: str) -> tuple[str, ...]:
    """Return every text of a language into which a word of the register is put."""
    rooms = (read_room(file.stem) for file in (PROJECT / "transform/text/messages").glob("*.toml"))
    texts = [text[language] for room in rooms for text in room.values()]
    heads = "\n".join(file.read_text() for file in (PROJECT / "server/questions").glob("*.rq"))
    texts += re.findall(rf'^#\+ \w+\.{language} = "(.*)"$', heads, re.MULTILINE)
    for file in (PROJECT / "shapes").glob("*.ttl"):
        texts += re.findall(rf'^  sh:message "(.*)"@{language} ;$', file.read_text(), re.MULTILINE)
    for file in (PROJECT / "server/templates").rglob(f"*.{language}.html"):
        words = re.sub(r"""\{\{ words(?:\.(\w+)|\["(.*?)"\]) \}\}""", r"{\1\2}", file.read_text())
        texts += re.findall(r"[^{}%]*\{[^{}%]+\}[^{}%]*", words)
    for name in (
        *("server/reconciliation/manifest.py", "server/reconciliation/types.py"),
        *("transform/graphs/named_graphs.py", "transform/catalogue/dcat.py"),
        "transform/catalogue/datasets.py",
    ):
        texts += re.findall(r'"([^"\n]*\{[^"\n]*)"', (PROJECT / name).read_text())
    return tuple(text for text in texts if {*names_in(text)} & {*filled()})


def filled() -> set[str]:
    return {place for language in PLACES for place in (*PLACES[language], *NAMES)}


def names_in(text: str) -> Iterator[str]:
    """Yield what stands in braces, also within the forms of numbers."""
    try:
        for _, name, form, _ in Formatter().parse(text):
            if name:
                yield name
                yield from names_in(form or "")
    except ValueError:
        return


def fill(text: str, values: dict[str, str]) -> str:
    """Fill in the words of a register only."""
    return re.sub(r"\{([^{}:|]+)\}", lambda m: values.get(m[1], m[0]), text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_texts_ask_for_what_is_written_and_nothing_else(language: str) -> None:
    asked = {name for text in sentences(language) for name in names_in(text) if " " in name}
    if language == "en":  # the code of the catalogue and the graphs has both languages
        asked = {name for name in asked if name not in PLACES["fr"]}
    assert asked & {*PLACES[language]} == {*PLACES[language]}
    assert {name for name in asked if name.split()[-1].strip("()") in NAMES} == {*PLACES[language]}


WRONG = {
    # An article or adjective of the other gender, or one that is not cut before a vowel.
    "masculine": "(la|cette|une|aucune|toutes|quelles|celle|de la dernière) relevés?",
    "feminine": "(le|du|au|ce|cet|un|aucun|tous les|quels|dernier) fiches?|[ld]'fiche",
    "masculine before a vowel": "(le|la|du|au|de|ce|cette|une|aucune|quelles) inventaires?",
    "feminine before a vowel": "(le|la|du|au|de|ce|cet|un|aucun|quels|tous les) éditions?",
    "mute h": "(le|la|du|au|de|ce|cette|une|aucune|quelles) historiques?",
    "aspirated h": "(le|du|au|ce|cet|un|aucun|quels|tous les) hiérarchies?|[ld]'hiérarchie",
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_disagrees_with_a_word(kind: str) -> None:
    values = places(kind)
    wrong = re.compile(rf"\b(?:{WRONG[kind]})\b", re.IGNORECASE)
    texts = [fill(text, values) for text in sentences("fr")]
    assert len(texts) > 120
    assert [text for text in texts if wrong.search(text)] == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("le portrait", "le relevé|la fiche|l'inventaire|l'édition|l'historique|la hiérarchie"),
        ("Le portrait", "Le relevé|La fiche|L'inventaire|L'édition|L'historique|La hiérarchie"),
        (
            "du portrait",
            "du relevé|de la fiche|de l'inventaire|de l'édition|de l'historique|de la hiérarchie",
        ),
        (
            "au portrait",
            "au relevé|à la fiche|à l'inventaire|à l'édition|à l'historique|à la hiérarchie",
        ),
        ("de portrait", "de relevé|de fiche|d'inventaire|d'édition|d'historique|de hiérarchie"),
        (
            "ce portrait",
            "ce relevé|cette fiche|cet inventaire|cette édition|cet historique|cette hiérarchie",
        ),
        (
            "un autre portefeuille",
            "un autre relevé|une autre fiche|un autre inventaire|une autre édition"
            "|un autre historique|une autre hiérarchie",
        ),
        (
            "Tous les portraits",
            "Tous les relevés|Toutes les fiches|Tous les inventaires|Toutes les éditions"
            "|Tous les historiques|Toutes les hiérarchies",
        ),
        (
            "du dernier portrait",
            "du dernier relevé|de la dernière fiche|du dernier inventaire|de la dernière édition"
            "|du dernier historique|de la dernière hiérarchie",
        ),
        ("celui (portrait)", "celui|celle|celui|celle|celui|celle"),
        ("le même (categorie)", "le même|la même|le même|la même|le même|la même"),
        ("un (portrait)", "un|une|un|une|un|une"),
    ],
)
def test_what_agrees_with_each_kind_of_word(place: str, expected: str) -> None:
    assert "|".join(places(kind)[place] for kind in KINDS) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "masculine",
            "Les initiatives d'un relevé dans un relevé, et d'un autre dans un suivant, à choisir.",
        ),
        (
            "feminine",
            "Les initiatives d'une fiche dans une fiche, et d'une autre dans une suivante,"
            " à choisir.",
        ),
        (
            "masculine before a vowel",
            "Les initiatives d'un inventaire dans un inventaire, et d'un autre dans un suivant,"
            " à choisir.",
        ),
    ],
)
def test_a_whole_sentence(kind: str, expected: str) -> None:
    [text] = (text for text in sentences("fr") if text.endswith(", à choisir."))
    assert fill(text, places(kind)) == expected


def test_neutral_words_have_their_gender() -> None:
    values = write_places(nouns_of({"categorie": ("catégorie", "catégories")}), "fr")
    assert values["Quels categories"] == "Quelles catégories"
    assert values["un categorie"] == "une catégorie"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(("inventory", "an inventory"), ("register", "a register"), ("use case", "a use case")),
        *(("unit", "a unit"), ("hourly list", "an hourly list"), ("European list", "a European")),
        *(("AI portfolio", "an AI"), ("overview", "an overview"), ("one-pager", "a one-pager")),
    ],
)
def test_english_words_have_their_article(word: str, expected: str) -> None:
    values = write_places(nouns_of({"portrait": (word, f"{word}s")}), "en")
    assert values["a portrait"].startswith(expected)


@pytest.mark.parametrize("word", ["onzième relevé", "hausse", "yeux", "relevé"])
def test_what_sounds_like_no_vowel(word: str) -> None:
    assert not begins_with_vowel(word, "fr")
