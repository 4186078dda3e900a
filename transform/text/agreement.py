"""Write what agrees with a noun of the register: articles before it, adjectives, pronouns for it.

A text names a noun with what agrees with it in one pair of braces, in the masculine:
`{le portrait}` is «le portrait», «la fiche» or «l'inventaire». Where the noun itself is not written
it stands in brackets: `{il (portrait)}` is «il» or «elle». In English, `{a portrait}` is
"a portrait" or "an inventory".
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

# What stands before a noun: in the feminine; before a vowel, in the masculine and in the feminine.
_BEFORE = {
    "le": ("la", "l'", "l'"),
    "du": ("de la", "de l'", "de l'"),
    "au": ("à la", "à l'", "à l'"),
    "de": ("de", "d'", "d'"),
    "ce": ("cette", "cet", "cette"),
    "son": ("sa", "son", "son"),
    "a": ("a", "an", "an"),
}
# The feminine of what is the same before a vowel.
_FEMININE = {
    "annuels": "annuelles",
    "antérieur": "antérieure",
    "aucun": "aucune",
    "celui": "celle",
    "connu": "connue",
    "donné": "donnée",
    "du dernier": "de la dernière",
    "écrit": "écrite",
    "il": "elle",
    "ils": "elles",
    "le même": "la même",
    "nommé": "nommée",
    "porté": "portée",
    "postérieur": "postérieure",
    "quels": "quelles",
    "recueilli": "recueillie",
    "scindé": "scindée",
    "suivant": "suivante",
    "tel qu'écrit": "telle qu'écrite",
    "tous": "toutes",
    "tous les": "toutes les",
    "un": "une",
    "un autre": "une autre",
}
# What texts ask for; a test holds this against them, so that none is written in vain or lacks.
PLACES = {
    "fr": (
        *("annuels (portraits)", "antérieur (portrait)", "aucun portrait", "au portrait"),
        *("ce portrait", "celui (portrait)", "de portrait", "de portraits"),
        *("du dernier portrait", "du portrait"),
        *("il (portrait)", "le portrait", "Le portrait", "nommé (portrait)"),
        *("postérieur (portrait)", "recueilli (portrait)", "son portrait", "Un portrait"),
        *("suivant (portrait)", "tous (portraits)", "Tous les portraits", "tous les portraits"),
        *("un (portrait)", "un autre (portrait)", "un portrait"),
        *("de categorie", "donné (categorie)", "le categorie", "Le categorie"),
        *("le même (categorie)", "Quels categories", "tel qu'écrit (categorie)"),
        *("un (categorie)", "un categorie"),
        *("de organisme", "écrit (organisme)", "il (organisme)"),
        *("Quels organismes", "un organisme", "Un organisme"),
        *("aucun portefeuille", "celui (portefeuille)", "connu (portefeuille)"),
        *("de portefeuille", "il (portefeuille)", "le portefeuille", "Le portefeuille"),
        *("porté (portefeuille)", "scindé (portefeuille)", "tel qu'écrit (portefeuille)"),
        *("un (portefeuille)", "un autre portefeuille", "un portefeuille"),
        *("donné (statut)", "du statut", "ils (statuts)", "le statut", "Le statut"),
        *("tel qu'écrit (statut)", "un (statut)", "un autre (statut)", "un statut"),
        "Quels benefices",
    ),
    "en": ("a portrait", "A portrait", "a portefeuille"),
}
# A mute h is a vowel to what stands before it; that of words that begin so is none.
_ASPIRATED = (
    "hach|hain|hal[lt]|hameau|hamac|hand|hangar|hara|hard|harna|hasard|hât|hauss|haut|havre|heurt"
    "|hiérarch|hobby|hockey|homard|hont|hors|hotte|houbl|houle|housse|hub|huit|hurl|hutte"
)
_VOWEL = {
    "fr": rf"(?!onz|oui\b)[aeiouàâäéèêëîïôöùûüœæ]|y(?![aeiou])|(?!{_ASPIRATED})h",
    # As they are spoken: a unit, a use case, a European one, an hour.
    "en": r"(?!eu|ewe|one\b|once\b|uni(?!n|m)|u[bkrst][aeiou])[aeiou]|h(?:eir|onest|onou?r|our)",
}


class Noun(NamedTuple):
    """A word of the register, one or several of a thing, and whether it is feminine."""

    text: str
    feminine: bool = False


def write_places(nouns: Mapping[str, Noun], language: str) -> dict[str, str]:
    """Return what texts of a language fill in for nouns, by what stands in their braces.

    `nouns` are by the names that texts have for them. Each stands alone, as within a sentence and
    as at its beginning, and with what agrees with it.
    """
    alone = {name: noun.text for name, noun in nouns.items()}
    beginning = {name.capitalize(): _begin(text) for name, text in alone.items()}
    agreeing = {}
    for place in PLACES[language]:
        words, _, name = place.rpartition(" ")
        if noun := nouns.get(name.strip("()")):
            agreeing[place] = _agree(words, noun, language, written=not name.startswith("("))
    return alone | beginning | agreeing


def _agree(words: str, noun: Noun, language: str, *, written: bool) -> str:
    """Write words as they agree with a noun; before it, where it is written."""
    bare = words[:1].lower() + words[1:]
    if bare in _BEFORE:
        feminine, *before_vowel = _BEFORE[bare]
        own = feminine if noun.feminine else bare
        if begins_with_vowel(noun.text, language):
            own = before_vowel[noun.feminine]
    else:
        own = _FEMININE[bare] if noun.feminine else bare
    if bare != words:
        own = _begin(own)
    if not written:
        return own
    return f"{own}{noun.text}" if own.endswith("'") else f"{own} {noun.text}"


def begins_with_vowel(word: str, language: str) -> bool:
    """Check whether a word is spoken with a vowel first, as «l'» and "an" want it."""
    return re.match(_VOWEL[language], word, re.IGNORECASE) is not None


def _begin(text: str) -> str:
    """Return a text as it stands at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
