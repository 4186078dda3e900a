"""Write a comparison as sentences, in French and English: every figure comes from the data.

A sentence is a sequence of parts; a part that is a number names what it counts, so that a page
can link the number to the rows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from transform.comparison.model import (
    CHANGES,
    JOINED,
    REWORDED,
    SPLIT,
    Comparison,
    Evolution,
    Movement,
)
from transform.layouts.words import written_words
from transform.text.agreement import Noun, write_places
from transform.text.difference import net
from transform.text.message import message, read_room
from transform.text.numbers import (
    is_one,
    percent,
    whole,
)

Label = Callable[[str], str]
Words = Mapping[str, str]
# Of a release of before registers had words of their own.
_OURS: Mapping[str, Words] = {
    language: write_places(
        {
            "portrait": Noun("portrait"),
            "portraits": Noun("portraits"),
            "portefeuille": Noun(portfolio),
            "portefeuilles": Noun(f"{portfolio}s"),
            "categories": Noun(categories, feminine=language == "fr"),
            "statuts": Noun(statuses),
        },
        language,
    )
    for language, portfolio, categories, statuses in (
        ("fr", "portefeuille", "catégories", "statuts"),
        ("en", "portfolio", "categories", "statuses"),
    )
}
_PLACE = re.compile(r"\{([^:|{}]+)(?::([^|}]*)\|([^}]*))?\}")


class SentencePart(NamedTuple):
    """A piece of a sentence; `counts` names what a number counts.

    `counts` is a movement, or an evolution and a year: `statut/solution-en-production/2025`.
    """

    text: str
    counts: str | None = None


class Sentence(NamedTuple):
    """One sentence: its key in `comparison.toml`, its topic and its parts.

    The sentence `caution` is the layout's.
    """

    key: str
    topic: str
    parts: list[SentencePart]

    @property
    def text(self) -> str:
        """Return the sentence as plain text."""
        return "".join(part.text for part in self.parts)


def _table() -> dict[str, dict[str, str]]:
    return read_room("comparison")


def register_words(comparison: Comparison, language: str, words: Words | None = None) -> Words:
    """Return the words of the register to fill in: those passed, else those of the comparison."""
    return words or {
        **_OURS[language],
        **written_words(comparison.words.get(language, {}), language),
    }


def title(comparison: Comparison, language: str, words: Words | None = None) -> str:
    """Return the title of a comparison."""
    return _plain("title", comparison, language, words)


def name_movement(
    comparison: Comparison,
    movement: Movement,
    label: Label,
    language: str,
    words: Words | None = None,
) -> str:
    """Return the name of a movement."""
    if movement.statuses:
        old, new = map(label, movement.statuses)
        return _plain("passage_name", comparison, language, words, old=old, new=new)
    return _plain(_key_of(movement.name, comparison), comparison, language, words)


def name_evolution(
    comparison: Comparison, evolution: Evolution, label: Label, language: str
) -> str:
    """Return the name of an evolution."""
    if evolution.text is not None:
        return _plain("text_name", comparison, language, None, label=evolution.text)
    return _plain("evolution_name", comparison, language, None, label=label(evolution.concept))


def number_text(movement: Movement, language: str) -> str:
    """Return the number of a movement as text, or its range while pairs are open."""
    if movement.least == movement.most:
        return whole(movement.number, language)
    ends = {end: whole(getattr(movement, end), language) for end in ("least", "most")}
    return _table()["range"][language].format(**ends)


def comparison_sentences(
    comparison: Comparison, label: Label, language: str, words: Words | None = None
) -> list[Sentence]:
    """Return the sentences of a comparison; `label` returns a concept's label in the language.

    `words` are those of the register: of a file of one year and of a portfolio, and as `left_out` a
    sentence on what it leaves out.
    """
    return list(_Writer(comparison, label, language, words).sentences())


def _key_of(name: str, comparison: Comparison) -> str:
    """Return the key of a movement's texts; without portfolios, only the body can be another."""
    moved = name == "initiatives-deplacees" and "portefeuille" not in comparison.lists
    return "initiatives-d-un-autre-organisme" if moved else name


def _plain(
    key: str, comparison: Comparison, language: str, words: Words | None, **labels: str
) -> str:
    years = {"earlier": str(comparison.earlier), "later": str(comparison.later)}
    values = {**register_words(comparison, language, words), **years, **labels}
    return _table()[key][language].format(**values)


class _Writer:
    def __init__(
        self, comparison: Comparison, label: Label, language: str, words: Words | None
    ) -> None:
        self._comparison = comparison
        self._label = label
        self._language = language
        self._own_words = register_words(comparison, language, words)

    def sentences(self) -> Iterator[Sentence]:
        for topic in ("initiatives", "organismes"):
            yield from self._sums(topic)
        yield from self._lists()
        if caution := self._own_words.get("left_out"):
            yield Sentence("caution", "initiatives", [SentencePart(caution)])

    def _sums(self, topic: str) -> Iterator[Sentence]:
        before, after = (
            self._comparison.number(f"{topic}-avant"),
            self._comparison.number(f"{topic}-apres"),
        )
        words = {"net": [SentencePart(net(before, after, self._language))]}
        key = {"initiatives": "initiatives", "organismes": "bodies"}[topic]
        yield self._sentence(key, topic, words)
        yield self._sentence(f"{key}_gross", topic, {})
        if self._comparison.number(f"{topic}-a-trancher"):
            yield self._sentence(f"{key}_open", topic, {})
        if topic == "initiatives":
            yield from self._statuses()
            return
        if self._comparison.number("organismes-renommes"):
            yield self._sentence("bodies_renamed", topic, {})
        yield self._sentence("naive", topic, {})

    def _statuses(self) -> Iterator[Sentence]:
        yield self._sentence("changes", "initiatives", {"changes": self._changes()})
        changes = [
            m for m in self._comparison.movements.values() if m.statuses and len({*m.statuses}) > 1
        ]
        if changes:
            most = max(changes, key=lambda movement: movement.number)
            old, new = map(self._label, most.statuses or ())
            words = {
                "old": [SentencePart(old)],
                "new": [SentencePart(new)],
                "passage": [self._number(most)],
            }
            yield self._sentence("passage", "initiatives", words)

    def _changes(self) -> list[SentencePart]:
        """Return how many initiatives changed what, as far as both portraits have it."""
        names = [n for n in (*CHANGES, "initiatives-deplacees") if n in self._comparison.movements]
        keys = [f"changes_{_key_of(name, self._comparison)}" for name in names]
        keys[0] += "_first"
        parts: list[SentencePart] = []
        for number, key in enumerate(keys, start=1):
            if parts:
                parts.append(SentencePart(self._between(number, len(keys))))
            parts += self._sentence(key, "initiatives", {}).parts
        return parts

    def _between(self, number: int, total: int) -> str:
        """Return what stands before an item of an enumeration, by its number."""
        if number < total:
            return ", "
        last = message("text.between_last") if total > 2 else message("text.between_two")
        return last.text(self._language)

    def _lists(self) -> Iterator[Sentence]:
        keys = {SPLIT: "split", JOINED: "joined", **dict.fromkeys(REWORDED.values(), "reworded")}
        for name, key in keys.items():
            elements = (
                self._comparison.movements[name].elements
                if name in self._comparison.movements
                else ()
            )
            for evolution in self._comparison.evolutions:
                if evolution.text is None and evolution.concept in elements:
                    yield self._sentence(key, evolution.kind, self._words(evolution))
        for evolution in self._comparison.evolutions:
            for other in evolution.neighbours:
                words = self._words(evolution) | {"other": [SentencePart(self._label(other))]}
                yield self._sentence("neighbour", evolution.kind, words)

    def _words(self, evolution: Evolution) -> dict[str, list[SentencePart]]:
        """Return by placeholder the parts that a sentence about a value may contain."""
        share = percent(evolution.before, evolution.after, self._language)
        texts = [
            e
            for e in self._comparison.of(evolution.kind, unresolved=True)
            if e.concept == evolution.concept
        ]
        return {
            "label": [SentencePart(self._label(evolution.concept))],
            "share": [SentencePart(f" ({share})" if share else "")],
            "before": [self._count(evolution, self._comparison.earlier)],
            "after": [self._count(evolution, self._comparison.later)],
            "texts_before": [SentencePart(self._quoted([e.text or "" for e in texts if e.before]))],
            "texts_after": [SentencePart(self._quoted([e.text or "" for e in texts if e.after]))],
        }

    def _quoted(self, texts: list[str]) -> str:
        between = {"fr": "\u00a0», «\u00a0", "en": "”, “"}[self._language]
        return between.join(" ".join(text.split()) for text in texts)

    def _count(self, evolution: Evolution, year: int) -> SentencePart:
        number = evolution.before if year == self._comparison.earlier else evolution.after
        return SentencePart(whole(number, self._language), f"{evolution.name}/{year}")

    def _number(self, movement: Movement) -> SentencePart:
        return SentencePart(number_text(movement, self._language), movement.name)

    def _sentence(self, key: str, topic: str, words: Mapping[str, list[SentencePart]]) -> Sentence:
        years = {"earlier": str(self._comparison.earlier), "later": str(self._comparison.later)}
        template, parts, end = _table()[key][self._language], [], 0
        for place in _PLACE.finditer(template):
            parts.append(SentencePart(template[end : place.start()]))
            end = place.end()
            name, one, many = place.groups()
            if name in words:
                parts += words[name]
            elif name in years:
                parts.append(SentencePart(years[name]))
            elif name in self._own_words:
                parts.append(SentencePart(self._own_words[name]))
            else:
                movement = self._comparison.movements[name]
                parts.append(self._number(movement))
                if one is not None:
                    word = one if is_one(movement.most, self._language) else many
                    parts.append(SentencePart(f" {word}"))
        parts.append(SentencePart(template[end:]))
        return Sentence(key, topic, [part for part in parts if part.text])
