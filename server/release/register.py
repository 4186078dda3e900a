"""Read what a release says of its register: its languages, its fields, and what it calls things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from server import texts
from transform.layouts.words import FORMS, nouns_of
from transform.release.manifest import languages_in
from transform.text.agreement import write_places
from transform.text.languages import reading_language

# A release of an earlier version does not say them: it was laid out as Québec's register is.
_FIELDS = ("nom", "categorie", "organisme", "portefeuille", "benefices", "statut")
# What a register may call otherwise than we do, one and many of it: `word_…` of site.toml.
WORDS = {thing: forms for thing, forms in FORMS.items() if thing != "nom"}


class OwnText(NamedTuple):
    """A text of the register's own, such as its title, and its language."""

    value: str
    language: str


@dataclass(frozen=True, eq=False)
class Register:
    """A register: its languages (BCP 47), its own first, the fields that it has, and its words.

    `words` has by language, by field and for `portrait`, a file of one year, one and many of it
    and perhaps the gender, and as `left_out` a sentence on what the register leaves out.
    """

    languages: tuple[str, ...] = texts.LANGUAGES
    fields: frozenset[str] = frozenset(_FIELDS)
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _words_in: dict[str, Mapping[str, str]] = field(default_factory=dict, init=False, repr=False)

    @property
    def interface(self) -> tuple[str, ...]:
        """Return the languages of the interface, that of a reader who states none first."""
        first = reading_language(self.languages[0])
        return (first, *(language for language in texts.LANGUAGES if language != first))

    def has(self, language: str) -> bool:
        """Check whether a language is one of the register's, of whichever region."""
        return any(_primary(tag) == _primary(language) for tag in self.languages)

    def nearest(self, reader: str) -> str:
        """Return the language of the register for a reader: the reader's, else its own."""
        kin = (tag for tag in self.languages if _primary(tag) == _primary(reader))
        return next(kin, self.languages[0])

    def order(self, reader: str) -> tuple[str, ...]:
        """Return the languages of a label, the best first: the reader's, then the register's.

        They are in lower case, as those of the engine's terms are.
        """
        return _order(self.languages, reader)

    def choose(self, own_texts: Mapping[str, str], reader: str) -> OwnText:
        """Return one of the texts of the register by language, the best one for a reader."""
        best = min(own_texts, key=lambda tag: self._rank(tag, reader), default=reader)
        return OwnText(own_texts.get(best, ""), best)

    def sort(self, own_texts: Mapping[str, str]) -> list[OwnText]:
        """Return all texts by language, in the order of the register's languages."""
        tags = sorted(own_texts, key=lambda tag: self._rank(tag, self.languages[0]))
        return [OwnText(own_texts[tag], tag) for tag in tags]

    def text(self, key: str, language: str, **values: object) -> str:
        """Return a text of the interface with the register's words and its values filled in."""
        return texts.text(key, language, **self.words_in(language), **values)

    def words_in(self, language: str) -> Mapping[str, str]:
        """Return the words to fill in: alone, and with what agrees with them."""
        if language not in self._words_in:  # each text of a page wants them
            self._words_in[language] = MappingProxyType(self._write_words(language))
        return self._words_in[language]

    def _write_words(self, language: str) -> dict[str, str]:
        own = self.words.get(language, {})
        neutral = {
            thing: [texts.text(f"word_{form}", language) for form in forms]
            for thing, forms in WORDS.items()
        }
        nouns = nouns_of({thing: own.get(thing) or words for thing, words in neutral.items()})
        left_out = own.get("left_out") or texts.text("word_left_out", language)
        return {**write_places(nouns, language), "left_out": left_out}

    def _rank(self, tag: str, reader: str) -> int:
        order = self.order(reader)
        return order.index(tag.lower()) if tag.lower() in order else len(order)


def read_register(manifest: Mapping[str, Any]) -> Register:
    """Return the register of a release."""
    languages = languages_in(manifest)
    fields = frozenset(manifest.get("fields") or _FIELDS)
    return Register(languages, fields, manifest.get("words") or {})


@lru_cache(maxsize=64)
def _order(languages: tuple[str, ...], reader: str) -> tuple[str, ...]:
    own = [language.lower() for language in languages]
    kin = [language for language in own if _primary(language) == _primary(reader)]
    return tuple(dict.fromkeys((reader.lower(), *kin, *own)))


def _primary(language: str) -> str:
    """Return the primary subtag of a language tag (RFC 5646, 2.2.1)."""
    return language.partition("-")[0].lower()
