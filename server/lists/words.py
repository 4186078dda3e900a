"""Parse the words of a reader's search, and write them for the index.

`"…"` is a phrase, `-word` must not occur, `OR` or `OU` between two words takes either; everything
else is a word that must occur. Nothing of the text reaches the index but folded letters and digits
in quotes, so that no sign is its syntax (SQLite, FTS5, 3.1).
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from transform.text.search_words import Stems, synonyms, words

# In the index, of what a thing is called, what is said of it, what it belongs to.
WEIGHTS = "10.0, 3.0, 1.0"
_MOST_TERMS = 32  # of a search; what comes after them narrows nothing that a person reads
_PART = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_EITHER = ("OR", "OU")  # in capitals: «ou» in French is a word like others
# A short word that lost its vowel before another one (l'hôpital, d'urgence): no part of a search.
_ELIDED = re.compile(r"^([-‐‑–−]?)(?:[cdjlmnst]|qu)['’ʼ](?=\w)", re.IGNORECASE)
_DASHES = "-‐‑–−"


class SearchTerm(NamedTuple):
    """Folded words that must stand together, and whether they must be absent."""

    words: tuple[str, ...]
    absent: bool = False


def with_synonyms(term: SearchTerm) -> list[SearchTerm]:
    """Return a term, and those of one meaning with it."""
    return [term, *(SearchTerm(others) for others in synonyms().get(term.words, ()))]


class Search(NamedTuple):
    """A search: groups of terms, of each of which one must occur; and terms that must not."""

    groups: tuple[tuple[SearchTerm, ...], ...]
    absent: tuple[SearchTerm, ...]

    def terms(self) -> list[SearchTerm]:
        """Return the terms that may occur, with those of one meaning."""
        return [each for group in self.groups for term in group for each in with_synonyms(term)]

    def words(self) -> list[str]:
        """Return the words that must occur, in the order of the text."""
        return [word for group in self.groups for term in group for word in term.words]


def parse_search(text: str) -> Search | None:
    """Parse what a reader wrote; None where it holds no word that must occur."""
    groups: list[tuple[SearchTerm, ...]] = []
    absent: list[SearchTerm] = []
    either = False
    for term in _read_terms(text):
        if term is None:
            either = bool(groups)
        elif term.absent:
            absent.append(term)
        elif either:
            groups[-1] = (*groups[-1], term)
            either = False
        else:
            groups.append((term,))
        if len(groups) + len(absent) == _MOST_TERMS:
            break
    return Search(tuple(groups), tuple(absent)) if groups else None


def _read_terms(text: str) -> Iterator[SearchTerm | None]:
    """Yield the terms of a text, None for an OR."""
    for minus, phrase, bare in _PART.findall(text):
        if bare in _EITHER:
            yield None
        elif bare:
            negated = bare[0] in _DASHES
            # The parts of «sous-titre» are words that stand together.
            if own := words(_ELIDED.sub(r"\1", bare)):
                yield SearchTerm(tuple(own), negated)
        elif own := words(phrase):
            yield SearchTerm(tuple(own), bool(minus))


class Match(NamedTuple):
    """A search as the index takes it: for words anywhere in a thing, and in what it is called."""

    anywhere: str
    in_names: str


def write_match(search: Search, languages: Sequence[str]) -> Match:
    """Write a search for the index, each word with its stem in every language of the register."""
    stems = Stems(languages)
    present = " AND ".join(
        "(" + " OR ".join(_write_all(group, stems, languages)) + ")" for group in search.groups
    )
    absent = "".join(f" NOT {_write(term, stems, languages)}" for term in search.absent)
    return Match(f"({present}){absent}", f"(nom : ({present})){absent}")


def write_any(words_: Sequence[str], languages: Sequence[str]) -> Match:
    """Write for the index that any of some folded words occurs."""
    stems = Stems(languages)
    any_of = " OR ".join(_write(SearchTerm((word,)), stems, languages) for word in words_)
    return Match(any_of, f"nom : ({any_of})")


def _write_all(
    group: Sequence[SearchTerm], stems: Stems, languages: Sequence[str]
) -> Iterator[str]:
    for term in group:
        for each in with_synonyms(term):
            yield _write(each, stems, languages)


def _write(term: SearchTerm, stems: Stems, languages: Sequence[str]) -> str:
    """Write a term: a phrase of the stems of one language, or of another."""
    text = " ".join(term.words)
    phrases = dict.fromkeys(" ".join(stems.of_text(text, tag)) for tag in languages)
    return "(" + " OR ".join(f'"{phrase}"' for phrase in phrases) + ")"
