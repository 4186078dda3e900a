"""Define what a register calls things, and what it says that its source leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transform.text.agreement import Noun, write_places
from transform.text.languages import LANGUAGES
from transform.text.message import message

# By language and thing: one and several. `portrait` is one yearly file, the others are fields.
_NEUTRAL = {
    "fr": {
        "portrait": ("registre", "registres"),
        "nom": ("nom", "noms"),
        "categorie": ("catégorie", "catégories"),
        "organisme": ("organisme", "organismes"),
        "portefeuille": ("secteur", "secteurs"),
        "benefices": ("bénéfice", "bénéfices"),
        "statut": ("statut", "statuts"),
    },
    "en": {
        "portrait": ("register", "registers"),
        "nom": ("name", "names"),
        "categorie": ("category", "categories"),
        "organisme": ("body", "bodies"),
        "portefeuille": ("sector", "sectors"),
        "benefices": ("benefit", "benefits"),
        "statut": ("status", "statuses"),
    },
}
NAMED = tuple(_NEUTRAL["fr"])
# How texts call one and several of a thing.
FORMS = {
    "portrait": ("portrait", "portraits"),
    "nom": ("nom", "noms"),
    "categorie": ("categorie", "categories"),
    "organisme": ("organisme", "organismes"),
    "portefeuille": ("portefeuille", "portefeuilles"),
    "benefices": ("benefice", "benefices"),
    "statut": ("statut", "statuts"),
}
# What a layout writes behind one and several of a feminine French word, and of a masculine one.
FEMININE, MASCULINE = "f", "m"
# The neutral word that is feminine.
_FEMININE_WORDS = ("catégorie",)


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """What a register calls things, by language and thing: one, several, perhaps the gender.

    `left_out` is the sentence, by language, on what absence from a portrait does and does not mean.
    """

    # A mapping has no hash; the words of few registers are ever told apart by theirs.
    names: Mapping[str, Mapping[str, tuple[str, ...]]] = field(hash=False)
    left_out: Mapping[str, str] = field(hash=False)

    def fill(self, text: str, language: str, **values: object) -> str:
        """Fill in a text of a language: {portrait} is one, {portraits} several of them."""
        return text.format(**write_places(nouns_of(self.names[language]), language), **values)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Return the words and the sentence by language, as the manifest has them."""
        languages = dict.fromkeys((*self.names, *self.left_out))
        return {
            language: {
                **{thing: list(forms) for thing, forms in self.names.get(language, {}).items()},
                **({"left_out": self.left_out[language]} if language in self.left_out else {}),
            }
            for language in languages
        }


def written_words(words: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return what texts fill in for the words of one language, as a manifest has them.

    They stand alone and with what agrees with them; `left_out` is the sentence on absence.
    """
    names = {thing: forms for thing, forms in words.items() if thing in FORMS}
    left_out = {"left_out": words["left_out"]} if "left_out" in words else {}
    return {**write_places(nouns_of(names), language), **left_out}


def nouns_of(names: Mapping[str, Sequence[str]]) -> dict[str, Noun]:
    """Return the nouns of things by the names that texts have for one and several of them.

    `names` are one, several and perhaps the gender by thing.
    """
    nouns: dict[str, Noun] = {}
    for thing, (*words, gender) in ((t, [*w, ""] if len(w) == 2 else w) for t, w in names.items()):
        feminine = gender == FEMININE or (not gender and words[0] in _FEMININE_WORDS)
        nouns |= {
            form: Noun(word, feminine) for form, word in zip(FORMS[thing], words, strict=True)
        }
    return nouns


def read_words(table: Mapping[str, Any]) -> RegisterWords:
    """Read a layout's table `words`; what it does not name is called as in any register."""
    names: dict[str, dict[str, Sequence[str]]] = {tag: {**own} for tag, own in _NEUTRAL.items()}
    for thing in NAMED:
        for language, forms in table.get(thing, {}).items():
            names.setdefault(language, {})[thing] = forms
    return RegisterWords(
        {tag: {thing: tuple(forms) for thing, forms in own.items()} for tag, own in names.items()},
        {**_left_out(), **table.get("left_out", {})},
    )


def _left_out() -> dict[str, str]:
    """Return the sentence on absence of a register that has none of its own."""
    return {language: message("layouts.left_out").text(language) for language in LANGUAGES}
