"""Lay out the page that says what changed between two portraits."""

from functools import partial
from typing import Any, NamedTuple

from server.engine.interface import Text
from server.release import queries
from server.release.comparisons import PublishedComparison
from server.release.current import Release
from server.web.links import link_to_iri
from server.web.term_cell import Cell, link_name
from transform.comparison.model import (
    JOINED,
    REWORDED,
    SPLIT,
    Comparison,
    Evolution,
)
from transform.comparison.sentences import (
    Part,
    name_movement,
    say,
    say_number,
    title,
)
from transform.text.normal_form import slug
from transform.text.numbers import percent, whole

_SHOWN = 60  # of a list; the rows behind its number are all of it
# What is listed by name, and which query names it.
_LISTED = {
    "initiatives-a-trancher": "open-pairs",
    "organismes-nouveaux": "elements",
    "organismes-absents": "elements",
    "organismes-renommes": "elements",
    "organismes-a-trancher": "open-pairs",
}
# What a naive comparison says beside what is so.
_BESIDE = (
    ("avant", "textes-avant", "organismes-avant"),
    ("apres", "textes-apres", "organismes-apres"),
    ("nouveaux", "textes-nouveaux", "organismes-nouveaux"),
    ("absents", "textes-absents", "organismes-absents"),
    ("poursuivis", "textes-poursuivis", "organismes-poursuivis"),
)
_NOTES = {SPLIT: "split", JOINED: "joined", **dict.fromkeys(REWORDED.values(), "reworded")}


class Value(NamedTuple):
    """A line of a table of values: label, link, the two numbers, the change, and why."""

    label: str
    href: str | None
    before: Part
    after: Part
    share: str
    note: str | None
    texts: list["Value"]


def lay_out(told: PublishedComparison, release: Release, language: str) -> dict[str, Any]:
    """Give what the template of the page needs."""
    page = _Page(told, release, language)
    return {
        "title": title(told.found, language),
        "found": told.found,
        "sentences": page.sentences(),
        "beside": page.beside(),
        "lists": page.lists(),
        "values": {kind: page.values(kind) for kind in REWORDED},
        "matrix": page.matrix(),
    }


def _first(evolution: Evolution) -> tuple[int, str]:
    return -evolution.before, evolution.text or ""


class _Page:
    def __init__(self, told: PublishedComparison, release: Release, language: str) -> None:
        self._found: Comparison = told.found
        self._release = release
        self._language = language
        self._label = partial(told.label, release, language=language)

    def sentences(self) -> dict[str, list[list[Part]]]:
        """Give the sentences by what they speak of; the caution stands apart."""
        topics: dict[str, list[list[Part]]] = {}
        for sentence in say(self._found, self._label, self._language):
            topic = "caution" if sentence.key == "caution" else sentence.topic
            topics.setdefault(topic, []).append(sentence.parts)
        return topics

    def _part(self, name: str) -> Part:
        return Part(say_number(self._found.movements[name], self._language), name)

    def beside(self) -> list[tuple[str, Part, Part]]:
        """Give the naive number beside the resolved one, for bodies."""
        return [(key, self._part(naive), self._part(so)) for key, naive, so in _BESIDE]

    def lists(self) -> dict[str, list[tuple[str, Part, list[Cell]]]]:
        """Give by what they are of: bodies new, absent and renamed, and what is still open.

        Each list has a name, a number, and the first of its things.
        """
        found: dict[str, list[tuple[str, Part, list[Cell]]]] = {}
        for name, query in _LISTED.items():
            movement = self._found.movements[name]
            rows = queries.find_rows(
                self._release,
                query,
                limit=_SHOWN,
                movement=f"{self._release.base_uri}{self._found.path}/{name}",
                language=Text(self._language),
            )
            heading = name_movement(self._found, movement, self._label, self._language)
            cells = [self._cell(row) for row in rows]
            found.setdefault(name.partition("-")[0], []).append((heading, self._part(name), cells))
        return found

    def _cell(self, row: queries.Row) -> Cell:
        iri, label = row["element"]["value"], row.get("label", {})
        text = label.get("value") or iri.rpartition("/")[2]
        return link_name(iri, text, label.get("xml:lang"), self._release)

    def values(self, kind: str) -> list[Value]:
        """Give the values of a list, each with its texts where they are not one and the same."""
        texts = self._found.of(kind, unresolved=True)
        lines = []
        for evolution in self._found.of(kind):
            own = sorted((e for e in texts if e.concept == evolution.concept), key=_first)
            note = self._note(evolution)
            shown = [self._line(e, e.text or "") for e in own] if len(own) > 1 else []
            label = self._label(evolution.concept)
            lines.append(self._line(evolution, label, note, shown))
        # É stands beside E, as a reader looks for it.
        return sorted(lines, key=lambda line: (slug(line.label), line.label))

    def _line(
        self,
        evolution: Evolution,
        label: str,
        note: str | None = None,
        texts: list[Value] | None = None,
    ) -> Value:
        found, language = self._found, self._language
        link = link_to_iri(self._release.base_uri + evolution.concept, self._release.base_uri)
        return Value(
            label,
            link.href if link and evolution.text is None else None,
            Part(whole(evolution.before, language), f"{evolution.name}/{found.earlier}"),
            Part(whole(evolution.after, language), f"{evolution.name}/{found.later}"),
            percent(evolution.before, evolution.after, language),
            note,
            texts or [],
        )

    def _note(self, evolution: Evolution) -> str | None:
        """Say why a number is not what its texts alone would show, or that it is new or absent."""
        for name, note in _NOTES.items():
            movement = self._found.movements.get(name)
            if movement and evolution.concept in movement.elements:
                return note
        if evolution.neighbours:
            return "neighbour"
        if evolution.before == 0:
            return "new"
        return "absent" if evolution.after == 0 else None

    def matrix(self) -> tuple[list[str], list[tuple[str, list[Part | None]]]]:
        """Give the statuses, and for each earlier one how many went to each later one."""
        cells = {m.statuses: m for m in self._found.movements.values() if m.statuses}
        statuses = sorted({path for pair in cells for path in pair}, key=self._label)
        lines = [
            (
                self._label(old),
                [
                    self._part(cells[old, new].name) if (old, new) in cells else None
                    for new in statuses
                ],
            )
            for old in statuses
        ]
        return [self._label(path) for path in statuses], lines
