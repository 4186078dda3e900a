"""Read what a release says of its register: its languages, its fields, and what it calls things."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from server import texts

# A release of an earlier version does not say them: it was of Québec's register, or laid out as it.
_LANGUAGES = ("fr", "en")
_FIELDS = ("nom", "categorie", "organisme", "portefeuille", "benefices", "statut")
# The language of the interface for a register in neither of its languages.
_ELSE = "en"


class OwnText(NamedTuple):
    """A text of the register's own, such as its title, and its language."""

    value: str
    language: str


class Register(NamedTuple):
    """A register: its languages (BCP 47), its own first, and the fields that it has."""

    languages: tuple[str, ...] = _LANGUAGES
    fields: frozenset[str] = frozenset(_FIELDS)

    @property
    def interface(self) -> tuple[str, ...]:
        """Return the languages of the interface, that of a reader who states none first."""
        own = _primary(self.languages[0])
        first = own if own in texts.LANGUAGES else _ELSE
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
        own = [language.lower() for language in self.languages]
        kin = [language for language in own if _primary(language) == _primary(reader)]
        return tuple(dict.fromkeys((reader.lower(), *kin, *own)))

    def choose(self, own_texts: Mapping[str, str], reader: str) -> OwnText:
        """Return one of the texts of the register by language, the best one for a reader."""
        best = min(own_texts, key=lambda tag: self._rank(tag, reader), default=reader)
        return OwnText(own_texts.get(best, ""), best)

    def sort(self, own_texts: Mapping[str, str]) -> list[OwnText]:
        """Return all texts by language, in the order of the register's languages."""
        tags = sorted(own_texts, key=lambda tag: self._rank(tag, self.languages[0]))
        return [OwnText(own_texts[tag], tag) for tag in tags]

    def _rank(self, tag: str, reader: str) -> int:
        order = self.order(reader)
        return order.index(tag.lower()) if tag.lower() in order else len(order)


def read_register(manifest: Mapping[str, Any]) -> Register:
    """Return the register of a release."""
    languages = tuple(manifest.get("languages") or _LANGUAGES)
    return Register(languages, frozenset(manifest.get("fields") or _FIELDS))


def _primary(language: str) -> str:
    """Return the primary subtag of a language tag (RFC 5646, 2.2.1)."""
    return language.partition("-")[0].lower()
