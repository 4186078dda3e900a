"""Hold the names of a release so that those like a text are found without reading all of them."""

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

from server.reconciliation.types import BODY, PORTFOLIO, Kind
from transform.text.normal_form import normal_form
from transform.text.similarity import BY_LETTERS

POOL = 200  # names that are compared with a text, letter by letter
_TOKENS = 16  # words of a text that are looked for, the rarest ones
_UNKNOWN = 4  # words that no name has, for which those like them are looked for
_NEAR = 3  # words that stand for one of those
_COMMON = 10_000  # names that share a word which tells hardly anything
_BEGUN = 50  # words that begin as one that is not yet whole
_LEAST = 75.0  # likeness of two words, of 100
_WORD = re.compile(r"\w+")


class Entity(NamedTuple):
    """What can be matched: its path below `id/`, its type, its names in the two languages."""

    path: str
    kind: Kind
    names: tuple[str, str | None]

    def name(self, language: str) -> str:
        """Give the name in a language, in French where there is none."""
        french, english = self.names
        return english if language == "en" and english else french


class Index:
    """Entities in a fixed order, by number; their spellings in normal form; their values.

    `values` gives, for each property that restricts and each value of it (a path, or a year), the
    numbers of the entities that have it, in order.
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
        # Of many values of an entity, one that describes it.
        self.lasts = {
            name: {number: value for value, numbers in told.items() for number in numbers}
            for name, told in values.items()
            if name in (BODY.id, PORTFOLIO.id)
        }
        owners: defaultdict[str, set[int]] = defaultdict(set)
        for number, spelling in spellings:
            if form := normal_form(spelling):
                owners[form].add(number)
        self._owners = {form: tuple(sorted(owners[form])) for form in sorted(owners)}
        self._forms = list(self._owners)
        shared: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, form in enumerate(self._forms):
            for word in words(form):
                shared[word].append(place)
        self._shared = dict(shared)
        self._words = sorted(shared)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_length[len(word)].append(word)
        self._begins = sorted((bare(form), place) for place, form in enumerate(self._forms))

    def kind_of(self, path: str) -> Kind:
        """Give the type of an entity; KeyError for an unknown path."""
        return self.entities[self.places[path]].kind

    def owners(self, form: str) -> tuple[int, ...]:
        """Give the entities that have a text in normal form as a spelling."""
        return self._owners.get(form, ())

    def similar(self, form: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Give the spellings that share most with a text, the most of it first, and whose."""
        weights: defaultdict[int, float] = defaultdict(float)
        for word in self._telling(form):
            weight = log(1 + len(self._forms) / len(self._shared[word]))
            for place in self._shared[word]:
                weights[place] += weight
        best = nlargest(POOL, weights.items(), key=lambda item: (item[1], -item[0]))
        for place, _ in best:
            yield self._forms[place], self._owners[self._forms[place]]

    def _telling(self, form: str) -> list[str]:
        """Give the words to look for: the rarest ones, without those that nearly all names have."""
        wanted = sorted(words(form))
        unknown = [word for word in wanted if word not in self._shared]
        known = {word for word in wanted if word in self._shared}
        for word in sorted(unknown, key=len, reverse=True)[:_UNKNOWN]:
            known.update(self._like(word))
        rarest = sorted(known, key=lambda word: (len(self._shared[word]), word))[:_TOKENS]
        return [word for word in rarest if len(self._shared[word]) <= _COMMON] or rarest[:1]

    def _like(self, word: str) -> list[str]:
        lengths = (len(word), len(word) - 1, len(word) + 1)
        near = list(chain.from_iterable(self._by_length.get(length, ()) for length in lengths))
        found = process.extract(word, near, scorer=BY_LETTERS, limit=_NEAR, score_cutoff=_LEAST)
        return [one for one, _, _ in found]

    def beginning(self, prefix: str) -> Iterator[int]:
        """Give the entities of which a spelling begins so, then those with such words within."""
        wanted = bare(normal_form(prefix))
        for place in range(bisect_left(self._begins, (wanted, -1)), len(self._begins)):
            form, at = self._begins[place]
            if not form.startswith(wanted):
                break
            yield from self._owners[self._forms[at]]
        for at in sorted(self._within(_WORD.findall(wanted))):
            yield from self._owners[self._forms[at]]

    def _within(self, wanted: list[str]) -> set[int]:
        """Give the spellings that have some words, the last of them perhaps not yet whole."""
        if not wanted:
            return set()
        *whole, last = wanted
        first = bisect_left(self._words, last)
        begun = takewhile(lambda word: word.startswith(last), islice(self._words, first, None))
        places = set(chain.from_iterable(self._shared[word] for word in islice(begun, _BEGUN)))
        for word in whole[:_TOKENS]:
            places &= set(self._shared.get(word, ()))
        return places

    def has(self, number: int, property_id: str, value: str) -> bool:
        """Say whether an entity has a value."""
        numbers = self.values.get(property_id, {}).get(value, ())
        place = bisect_left(numbers, number)
        return place < len(numbers) and numbers[place] == number


def bare(form: str) -> str:
    """Give a normal form without accents: for likeness, never for equality."""
    if form.isascii():
        return form
    apart = unicodedata.normalize("NFKD", form.replace("œ", "oe").replace("æ", "ae"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def words(form: str) -> set[str]:
    """Give the words of a normal form, without accents."""
    return set(_WORD.findall(bare(form)))
