"""Say a comparison in sentences, in French and English: every figure comes from the data.

A sentence is a run of parts; a part that is a number names what it counts, so that a page can
lead from it to the rows.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from transform.comparison.model import (
    JOINED,
    REWORDED,
    SPLIT,
    Comparison,
    Evolution,
    Movement,
)
from transform.text.numbers import (
    is_one,
    net,
    percent,
    whole,
)

Label = Callable[[str], str]
_PLACE = re.compile(r"\{([\w/-]+)(?::([^|}]*)\|([^}]*))?\}")


class Part(NamedTuple):
    """A piece of a sentence; `counts` names what a number counts.

    That is a movement, or an evolution and a year, such as `statut/solution-en-production/2025`.
    """

    text: str
    counts: str | None = None


class Sentence(NamedTuple):
    """One sentence: its key in the table, what it speaks of, and its parts."""

    key: str
    topic: str
    parts: list[Part]

    @property
    def text(self) -> str:
        """Give the sentence as plain text."""
        return "".join(part.text for part in self.parts)


@cache
def _table() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = tomllib.loads(
        files("transform.comparison").joinpath("sentences.toml").read_text("utf-8")
    )
    return read


def title(found: Comparison, language: str) -> str:
    """Give the title of a comparison."""
    return _plain("title", found, language)


def name_movement(found: Comparison, movement: Movement, label: Label, language: str) -> str:
    """Give the name of a movement."""
    if movement.statuses:
        old, new = map(label, movement.statuses)
        return _plain("passage_name", found, language, old=old, new=new)
    return _plain(movement.name, found, language)


def name_evolution(found: Comparison, evolution: Evolution, label: Label, language: str) -> str:
    """Give the name of an evolution."""
    if evolution.text is not None:
        return _plain("text_name", found, language, label=evolution.text)
    return _plain("evolution_name", found, language, label=label(evolution.concept))


def say_number(movement: Movement, language: str) -> str:
    """Write the number of a movement, or its range while pairs are open."""
    if movement.least == movement.most:
        return whole(movement.number, language)
    ends = {end: whole(getattr(movement, end), language) for end in ("least", "most")}
    return _table()["range"][language].format(**ends)


def say(found: Comparison, label: Label, language: str) -> list[Sentence]:
    """Give the sentences of a comparison; `label` gives a concept's label in the language."""
    return list(_Teller(found, label, language).tell())


def _plain(key: str, found: Comparison, language: str, **given: str) -> str:
    values = {"earlier": str(found.earlier), "later": str(found.later), **given}
    return _table()[key][language].format(**values)


class _Teller:
    def __init__(self, found: Comparison, label: Label, language: str) -> None:
        self._found = found
        self._label = label
        self._language = language

    def tell(self) -> Iterator[Sentence]:
        for topic in ("initiatives", "organismes"):
            yield from self._tell_sums(topic)
        yield from self._tell_lists()
        yield self._sentence("caution", "initiatives", {})

    def _tell_sums(self, topic: str) -> Iterator[Sentence]:
        before, after = self._found.number(f"{topic}-avant"), self._found.number(f"{topic}-apres")
        words = {"net": [Part(net(before, after, self._language))]}
        key = {"initiatives": "initiatives", "organismes": "bodies"}[topic]
        yield self._sentence(key, topic, words)
        yield self._sentence(f"{key}_gross", topic, {})
        if self._found.number(f"{topic}-a-trancher"):
            yield self._sentence(f"{key}_open", topic, {})
        if topic == "initiatives":
            yield from self._tell_statuses()
            return
        if self._found.number("organismes-renommes"):
            yield self._sentence("bodies_renamed", topic, {})
        yield self._sentence("naive", topic, {})

    def _tell_statuses(self) -> Iterator[Sentence]:
        yield self._sentence("statuses", "initiatives", {})
        changes = [
            m for m in self._found.movements.values() if m.statuses and len({*m.statuses}) > 1
        ]
        if changes:
            most = max(changes, key=lambda movement: movement.number)
            old, new = map(self._label, most.statuses or ())
            words = {"old": [Part(old)], "new": [Part(new)], "passage": [self._number(most)]}
            yield self._sentence("passage", "initiatives", words)

    def _tell_lists(self) -> Iterator[Sentence]:
        keys = {SPLIT: "split", JOINED: "joined", **dict.fromkeys(REWORDED.values(), "reworded")}
        for name, key in keys.items():
            elements = self._found.movements[name].elements if name in self._found.movements else ()
            for evolution in self._found.evolutions:
                if evolution.text is None and evolution.concept in elements:
                    yield self._sentence(key, evolution.kind, self._words(evolution))
        for evolution in self._found.evolutions:
            for other in evolution.neighbours:
                words = self._words(evolution) | {"other": [Part(self._label(other))]}
                yield self._sentence("neighbour", evolution.kind, words)

    def _words(self, evolution: Evolution) -> dict[str, list[Part]]:
        """Give what a sentence about a value may speak of."""
        share = percent(evolution.before, evolution.after, self._language)
        texts = [
            e
            for e in self._found.of(evolution.kind, unresolved=True)
            if e.concept == evolution.concept
        ]
        return {
            "label": [Part(self._label(evolution.concept))],
            "share": [Part(f" ({share})" if share else "")],
            "before": [self._count(evolution, self._found.earlier)],
            "after": [self._count(evolution, self._found.later)],
            "texts_before": [Part(self._listed([e.text or "" for e in texts if e.before]))],
            "texts_after": [Part(self._listed([e.text or "" for e in texts if e.after]))],
        }

    def _listed(self, texts: list[str]) -> str:
        between = {"fr": "\u00a0», «\u00a0", "en": "”, “"}[self._language]
        return between.join(" ".join(text.split()) for text in texts)

    def _count(self, evolution: Evolution, year: int) -> Part:
        number = evolution.before if year == self._found.earlier else evolution.after
        return Part(whole(number, self._language), f"{evolution.name}/{year}")

    def _number(self, movement: Movement) -> Part:
        return Part(say_number(movement, self._language), movement.name)

    def _sentence(self, key: str, topic: str, words: Mapping[str, list[Part]]) -> Sentence:
        years = {"earlier": str(self._found.earlier), "later": str(self._found.later)}
        template, parts, end = _table()[key][self._language], [], 0
        for place in _PLACE.finditer(template):
            parts.append(Part(template[end : place.start()]))
            end = place.end()
            name, one, many = place.groups()
            if name in words:
                parts += words[name]
            elif name in years:
                parts.append(Part(years[name]))
            else:
                movement = self._found.movements[name]
                parts.append(self._number(movement))
                if one is not None:
                    word = one if is_one(movement.most, self._language) else many
                    parts.append(Part(f" {word}"))
        parts.append(Part(template[end:]))
        return Sentence(key, topic, [part for part in parts if part.text])
