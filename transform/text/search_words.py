"""Cut texts into the words that a search compares: without accents, case, ligatures or endings.

What is indexed and what a reader asks pass the same functions. Endings are those of Snowball
(https://snowballstem.org/), in the languages that a register is written in.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import Stemmer

from transform.text.normal_form import unkept_normal_form

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
# Beyond the range, which is quick to walk, Unicode has no marks.
_WITHOUT_MARKS = {code: None for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))}
# FTS5's tokenizer cuts at these vowel signs, which were marks in the Unicode that it knows.
_WORD = re.compile("[^\\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")


def fold(text: str) -> str:
    """Return a text in small letters, without accents and ligatures."""
    spelled = unkept_normal_form(text)
    if spelled.isascii():
        return spelled
    parts = unicodedata.normalize("NFKD", spelled.translate(_LIGATURES))
    return parts.translate(_WITHOUT_MARKS)


def words(text: str) -> list[str]:
    """Return the folded words of a text; an apostrophe or a hyphen ends a word.

    None is cut further by the index, so that each word is one token of it.
    """
    return _WORD.findall(fold(text))


@cache
def synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return for folded words the others of one meaning with them (`synonyms.toml`)."""
    table = tomllib.loads(files("transform.text").joinpath("synonyms.toml").read_text("utf-8"))
    others: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for group in table["groups"]:
        forms = [tuple(words(text)) for text in group]
        for form in forms:
            others[form] = tuple(other for other in forms if other != form)
    return others


class WordIndexer:
    """Cuts many texts into words and stems, each word of them once; for one thread of a build."""

    def __init__(self, languages: Iterable[str]) -> None:
        """Take the languages of the texts as BCP 47 tags."""
        self._stems = Stems(languages)
        self._words: dict[str, list[str]] = {}
        self._stem_of: dict[tuple[str, str], str] = {}

    def words(self, text: str) -> list[str]:
        """Return the folded words of a text, as `words` does."""
        listed: list[str] = []
        for part in text.split():
            own = self._words.get(part)
            if own is None:
                own = self._words[part] = words(part)
            listed += own
        return listed

    def stems(self, text: str, language: str) -> list[str]:
        """Return the stem of each word of a text, as `Stems.of_text` does."""
        known, listed = self._stem_of, []
        for word in self.words(text):
            stem = known.get((word, language))
            if stem is None:
                (stem,) = self._stems.of_text(word, language)
                known[word, language] = stem
            listed.append(stem)
        return listed


class Stems:
    """Cuts the endings off words, in some languages; for one thread.

    A language that Snowball does not know leaves words as they are.
    """

    def __init__(self, languages: Iterable[str]) -> None:
        """Take the languages as BCP 47 tags."""
        codes = dict.fromkeys(map(_code, languages))
        self._stemmers = {code: _stemmer(code) for code in codes}

    def of_text(self, text: str, language: str) -> list[str]:
        """Return the stem of each word of a text in one of the languages."""
        stemmer = self._stemmers.get(_code(language))
        return stemmer.stemWords(words(text)) if stemmer else words(text)

    def of_word(self, word: str) -> list[str]:
        """Return the stems of a folded word in every language, each once."""
        stems = (stemmer.stemWord(word) if stemmer else word for stemmer in self._stemmers.values())
        return list(dict.fromkeys(stems))


def _code(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _stemmer(code: str) -> Stemmer.Stemmer | None:
    try:
        return Stemmer.Stemmer(code)
    except KeyError:
        return None
