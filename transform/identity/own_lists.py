"""Collect the values of the lists of the register's own: those read by people, and new ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from transform.layouts.fields import OWN, OwnField
from transform.layouts.model import Layout
from transform.tables.rows import Reading
from transform.text.normal_form import normal_form
from transform.text.slugs import name_all


@dataclass(slots=True)
class OwnList:
    """The values of one list: slugs by the normal form of their texts, and their texts.

    `texts` are by slug and language, the label first; `reviewed` are those that a layout declares.
    """

    name: str
    slugs: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)

    def concept(self, text: str) -> str | None:
        """Return the slug of the value that a text names."""
        return self.slugs.get(normal_form(text))


def read_own_lists(pairs: Iterable[tuple[Reading, Layout]]) -> dict[str, OwnList]:
    """Return by name the lists of the layouts' own, with all values that rows have."""
    lists: dict[str, OwnList] = {}
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for reading, layout in sorted(pairs, key=lambda pair: -pair[0].year):
        for own in layout.own:
            if own.range == "list":
                _declare(lists.setdefault(own.name, OwnList(own.name)), own, layout.language)
                seen[own.name].read(reading, layout, own.name)
    for name, values in seen.items():
        _name_new(lists[name], values)
    return lists


def _declare(own_list: OwnList, own: OwnField, language: str) -> None:
    for value in own.values:
        own_list.reviewed.add(value.concept)
        texts = own_list.texts.setdefault(value.concept, {})
        for tag, label in (*value.label.items(), *((language, s) for s in value.spellings)):
            if label not in texts.setdefault(tag, []):
                texts[tag].append(label)
        for spelling in (*value.label.values(), *value.spellings):
            own_list.slugs.setdefault(normal_form(spelling), value.concept)


class _Seen:
    """The values that rows have: the first year of each, and how often each text stands for it."""

    def __init__(self) -> None:
        self.first: dict[str, int] = {}
        self.texts: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)

    def read(self, reading: Reading, layout: Layout, name: str) -> None:
        declared = layout.fields[OWN + name]
        slots = {
            slot.language: number
            for number, slot in enumerate(reading.slots)
            if slot.field == OWN + name
        }
        for row in reading.rows:
            values = {tag: declared.values(row.others[number]) for tag, number in slots.items()}
            own = values[layout.language]
            for tag, texts in values.items():
                # Values in another language go with those in the own one by their places.
                for value, text in zip(own, texts, strict=True) if len(own) == len(texts) else ():
                    form = normal_form(value)
                    self.first[form] = min(reading.year, self.first.get(form, reading.year))
                    self.texts[form][tag, " ".join(text.split())] += 1


def _name_new(own_list: OwnList, seen: _Seen) -> None:
    new = [(year, form) for form, year in seen.first.items() if form not in own_list.slugs]
    own_list.slugs |= name_all(new, own_list.texts.keys())
    for form in sorted(seen.texts):
        texts = own_list.texts.setdefault(own_list.slugs[form], {})
        counts = sorted((-count, *named) for named, count in seen.texts[form].items())
        for _, tag, text in counts:
            if text not in texts.setdefault(tag, []):
                texts[tag].append(text)
