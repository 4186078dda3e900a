"""Index the names of a release, to find similar ones without comparing all of them."""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from itertools import chain, islice, takewhile
from math import log
from typing import NamedTuple

from rapidfuzz import process

from server import texts
from server.reconciliation.types import EntityType
from transform.text.normal_form import normal_form, unkept_normal_form
from transform.text.string_similarity import BY_LETTERS

POOL = 200  # names that are compared with a text, letter by letter
_TOKENS = 16  # words of a text that are looked up, the rarest ones
_UNKNOWN = 4  # words in no name that are replaced by similar words
_SIMILAR = 3  # words that replace such a word
_COMMON = 10_000  # names; a word in more of them is too common to look up
_COMPLETIONS = 50  # words that complete the last word of a prefix
_LEAST = 75.0  # similarity of two words, of 100
_WORD = re.compile(r"\w+")


class Entity(NamedTuple):
    """An entity to match: its path below `id/`, its type, its name for each of our readers."""

    path: str
    kind: EntityType
    names: tuple[str, ...]

    def name(self, language: str) -> str:
        """Return the best name for a reader of a language of the interface."""
        return self.names[texts.LANGUAGES.index(language)]


class Index:
    """Entities in a fixed order, by number; their spellings in normal form; their values.

    `values` maps each property that restricts, and each value of it (a path, or a year), to the
    sorted numbers of the entities that have it.
    """

    def __init__(
        self,
        entities: list[Entity],
        spellings: Iterable[tuple[int, str]],
        values: "Mapping[str, Mapping[str, array[int]]]",
    ) -> None:
        self.entities = entities
        self.places = {entity.path: number for number, entity in enumerate(entities)}
        self.values = values
        self._values_of = {
            name: _invert(by_value, len(entities)) for name, by_value in values.items()
        }
        owners: defaultdict[str, set[int]] = defaultdict(set)
        for number, spelling in spellings:
            if form := normal_form(spelling):
                owners[form].add(number)
        self._owners = {form: tuple(sorted(owners[form])) for form in sorted(owners)}
        self._forms = list(self._owners)
        self._bare = [strip_accents(form) for form in self._forms]
        shared: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, bare in enumerate(self._bare):
            for word in words(bare):
                shared[word].append(place)
        self._shared = dict(shared)
        self._words = sorted(shared)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_length[len(word)].append(word)
        self._begins = sorted((bare, place) for place, bare in enumerate(self._bare))

    def kind_of(self, path: str) -> EntityType:
        """Return the type of an entity; raises KeyError."""
        return self.entities[self.places[path]].kind

    def owners(self, form: str) -> tuple[int, ...]:
        """Return the entities with a spelling, given in normal form."""
        return self._owners.get(form, ())

    def similar(self, bare: str) -> list[tuple[str, tuple[int, ...]]]:
        """Return spellings that share words with a text, best first, each with its entities.

        The text and the spellings are normal forms without accents.
        """
        weights: defaultdict[int, float] = defaultdict(float)
        for word in self._select_words(bare):
            weight = log(1 + len(self._forms) / len(self._shared[word]))
            for place in self._shared[word]:
                weights[place] += weight
        best = nlargest(POOL, weights.items(), key=lambda item: (item[1], -item[0]))
        return [(self._bare[place], self._owners[self._forms[place]]) for place, _ in best]

    def _select_words(self, bare: str) -> list[str]:
        """Return the words to look up: the rarest ones, without very common ones."""
        present = sorted(words(bare))
        unknown = [word for word in present if word not in self._shared]
        known = {word for word in present if word in self._shared}
        for word in sorted(unknown, key=len, reverse=True)[:_UNKNOWN]:
            known.update(self._similar_words(word))
        rarest = sorted(known, key=lambda word: (len(self._shared[word]), word))[:_TOKENS]
        return [word for word in rarest if len(self._shared[word]) <= _COMMON] or rarest[:1]

    def _similar_words(self, word: str) -> list[str]:
        lengths = (len(word), len(word) - 1, len(word) + 1)
        candidates = list(
            chain.from_iterable(self._by_length.get(length, ()) for length in lengths)
        )
        matches = process.extract(
            word, candidates, scorer=BY_LETTERS, limit=_SIMILAR, score_cutoff=_LEAST
        )
        return [match for match, _, _ in matches]

    def beginning(self, prefix: str) -> Iterator[int]:
        """Yield the entities whose spelling begins with a prefix, then those with its words."""
        start = strip_accents(unkept_normal_form(prefix))
        for place in range(bisect_left(self._begins, (start, -1)), len(self._begins)):
            form, at = self._begins[place]
            if not form.startswith(start):
                break
            yield from self._owners[self._forms[at]]
        for at in sorted(self._containing(_WORD.findall(start))):
            yield from self._owners[self._forms[at]]

    def _containing(self, prefix_words: list[str]) -> set[int]:
        """Return the spellings that contain some words, the last of which may be incomplete."""
        if not prefix_words:
            return set()
        *whole, last = prefix_words
        first = bisect_left(self._words, last)
        completions = takewhile(
            lambda word: word.startswith(last), islice(self._words, first, None)
        )
        places = set(
            chain.from_iterable(self._shared[word] for word in islice(completions, _COMPLETIONS))
        )
        for word in whole[:_TOKENS]:
            places &= set(self._shared.get(word, ()))
        return places

    def values_of(self, number: int, property_id: str) -> tuple[str, ...]:
        """Return the values of a property that an entity has, in order."""
        of_property = self._values_of.get(property_id)  # None where the register has no such field
        return of_property[number] if of_property else ()


def _invert(by_value: "Mapping[str, array[int]]", entities: int) -> list[tuple[str, ...]]:
    """Return the values of each entity by its number; equal values are one object."""
    values: list[tuple[str, ...]] = [()] * entities
    for value, numbers in by_value.items():
        for number in numbers:
            values[number] += (value,)
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    return [shared.setdefault(each, each) for each in values]


def strip_accents(form: str) -> str:
    """Remove the accents of a normal form: for similarity, never for equality."""
    if form.isascii():
        return form
    decomposed = unicodedata.normalize("NFKD", form.replace("œ", "oe").replace("æ", "ae"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(bare: str) -> set[str]:
    """Return the words of a normal form without accents."""
    return set(_WORD.findall(bare))
