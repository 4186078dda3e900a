"""Lay out the page of a comparison: what changed between two portraits."""

from functools import partial
from typing import Any, NamedTuple

from server.release import queries
from server.release.comparisons import PublishedComparison
from server.release.current import Release
from server.web.term_cell import Cell, link_name
from transform.comparison.model import (
    JOINED,
    REWORDED,
    SPLIT,
    Comparison,
    Evolution,
)
from transform.comparison.sentences import (
    SentencePart,
    comparison_sentences,
    name_movement,
    number_text,
    title,
)
from transform.text.normal_form import slug
from transform.text.numbers import percent, whole

_SHOWN = 60  # of a list; the rows of its number hold all
# Movements whose elements are listed, and the query that names them.
_LISTED = {
    "initiatives-a-trancher": "open-pairs",
    "organismes-nouveaux": "elements",
    "organismes-absents": "elements",
    "organismes-renommes": "elements",
    "organismes-a-trancher": "open-pairs",
}
# Measures of bodies: the movement that counts texts, and the one that counts resolved bodies.
_BODY_MEASURES = (
    ("avant", "textes-avant", "organismes-avant"),
    ("apres", "textes-apres", "organismes-apres"),
    ("nouveaux", "textes-nouveaux", "organismes-nouveaux"),
    ("absents", "textes-absents", "organismes-absents"),
    ("poursuivis", "textes-poursuivis", "organismes-poursuivis"),
)
_NOTES = {SPLIT: "split", JOINED: "joined", **dict.fromkeys(REWORDED.values(), "reworded")}


class ValueLine(NamedTuple):
    """A line of a table of values: its name, both numbers, the change, a note, and its texts."""

    name: Cell
    before: SentencePart
    after: SentencePart
    share: str
    note: str | None
    texts: list["ValueLine"]


def lay_out(published: PublishedComparison, release: Release, language: str) -> dict[str, Any]:
    """Return the values of the template."""
    page = _Page(published, release, language)
    return {
        "title": title(published.comparison, language, release.register.words_in(language)),
        "comparison": published.comparison,
        "sentences": page.sentences(),
        "body_counts": page.body_counts(),
        "lists": page.lists(),
        "most": _SHOWN,
        "values": {kind: page.values(kind) for kind in published.comparison.lists},
        "matrix": page.matrix(),
    }


def _sort_key(evolution: Evolution) -> tuple[int, str]:
    return -evolution.before, evolution.text or ""


class _Page:
    def __init__(self, published: PublishedComparison, release: Release, language: str) -> None:
        self._published = published
        self._words = release.register.words_in(language)
        self._comparison: Comparison = published.comparison
        self._release = release
        self._language = language
        self._label = partial(published.label, release, language=language)

    def sentences(self) -> dict[str, list[list[SentencePart]]]:
        """Return the sentences by topic; the caution has a topic of its own."""
        topics: dict[str, list[list[SentencePart]]] = {}
        for sentence in comparison_sentences(
            self._comparison, self._label, self._language, self._words
        ):
            topic = "caution" if sentence.key == "caution" else sentence.topic
            topics.setdefault(topic, []).append(sentence.parts)
        return topics

    def _part(self, name: str) -> SentencePart:
        return SentencePart(number_text(self._comparison.movements[name], self._language), name)

    def body_counts(self) -> list[tuple[str, SentencePart, SentencePart]]:
        """Return the naive and the resolved number of each measure of bodies."""
        return [
            (key, self._part(naive), self._part(resolved))
            for key, naive, resolved in _BODY_MEASURES
        ]

    def lists(self) -> dict[str, list[tuple[str, SentencePart, list[Cell]]]]:
        """Return lists by subject: bodies new, absent and renamed, and undecided pairs.

        Each list has a name, a number, and its first elements.
        """
        lists: dict[str, list[tuple[str, SentencePart, list[Cell]]]] = {}
        for name, query in _LISTED.items():
            movement = self._comparison.movements[name]
            rows = queries.find_rows(
                self._release,
                query,
                limit=_SHOWN,
                movement=f"{self._release.base_uri}{self._comparison.path}/{name}",
                order=queries.write_order(self._release.register.order(self._language)),
            )
            heading = name_movement(
                self._comparison, movement, self._label, self._language, self._words
            )
            cells = [self._cell(row) for row in rows]
            lists.setdefault(movement.kind.thing, []).append((heading, self._part(name), cells))
        return lists

    def _cell(self, row: queries.Row) -> Cell:
        iri, label = row["element"]["value"], row.get("label", {})
        text = label.get("value") or iri.rpartition("/")[2]
        return link_name(iri, text, label.get("xml:lang"), self._release)

    def values(self, kind: str) -> list[ValueLine]:
        """Return the values of a list, each with its texts where there are several."""
        texts = self._comparison.of(kind, unresolved=True)
        lines = []
        for evolution in self._comparison.of(kind):
            own = sorted((e for e in texts if e.concept == evolution.concept), key=_sort_key)
            note = self._note(evolution)
            written = self._release.register.languages[0]
            shown = [self._line(e, Cell(e.text or "", written)) for e in own]
            name = self._name(evolution.concept)
            lines.append(self._line(evolution, name, note, shown if len(own) > 1 else []))
        # É sorts as E.
        return sorted(lines, key=lambda line: (slug(line.name.text), line.name.text))

    def _name(self, path: str) -> Cell:
        """Return the cell of a value of a list: its label, the language of it, and its link."""
        label = self._published.find_label(self._release, path, self._language)
        return link_name(self._release.base_uri + path, *label, self._release)

    def _line(
        self,
        evolution: Evolution,
        name: Cell,
        note: str | None = None,
        texts: list[ValueLine] | None = None,
    ) -> ValueLine:
        comparison, language = self._comparison, self._language
        return ValueLine(
            name,
            SentencePart(
                whole(evolution.before, language), f"{evolution.name}/{comparison.earlier}"
            ),
            SentencePart(whole(evolution.after, language), f"{evolution.name}/{comparison.later}"),
            percent(evolution.before, evolution.after, language),
            note,
            texts or [],
        )

    def _note(self, evolution: Evolution) -> str | None:
        """Return why a number differs from its texts, or that its value is new or absent."""
        for name, note in _NOTES.items():
            movement = self._comparison.movements.get(name)
            if movement and evolution.concept in movement.elements:
                return note
        if evolution.neighbours:
            return "neighbour"
        if evolution.before == 0:
            return "new"
        return "absent" if evolution.after == 0 else None

    def matrix(self) -> tuple[list[Cell], list[tuple[Cell, list[SentencePart | None]]]]:
        """Return the statuses, and for each earlier one how many moved to each later one."""
        cells = {m.statuses: m for m in self._comparison.movements.values() if m.statuses}
        statuses = sorted({path for pair in cells for path in pair}, key=self._label)
        lines = [
            (
                self._name(old),
                [
                    self._part(cells[old, new].name) if (old, new) in cells else None
                    for new in statuses
                ],
            )
            for old in statuses
        ]
        return [self._name(path) for path in statuses], lines
