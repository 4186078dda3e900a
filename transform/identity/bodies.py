"""Identify the public bodies that texts name: by the registry, else by the normal form."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from transform.identity.keys import Anchor
from transform.identity.parents import Parent, Parents
from transform.identity.registry import Registry
from transform.tables.rows import Reading
from transform.text.normal_form import normal_form
from transform.text.slugs import name_all


@dataclass(slots=True)
class Body:
    """A public body: slug, label, language of the files, and the raw texts that name it.

    `reviewed`: the registry has it; otherwise all its texts have one normal form, and the label
    is one of them, with the parent where others have the same. `names` are its texts in other
    languages, by language, the one to show first. `within` is the parent that rows state, `parent`
    its slug where it is a body.
    """

    slug: str
    label: str
    language: str
    reviewed: bool = False
    spellings: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)
    within: Parent | None = None
    parent: str | None = None

    @property
    def text(self) -> str:
        """Return the label without the parent that tells it from those of other bodies."""
        return self.label.removesuffix(f" ({self.within.text})" if self.within else "")


class SharedName(NamedTuple):
    """What rows have in common that name one body by texts of one normal form.

    `claimant` is the slug of the registered body that claims the texts, else "", `parent` the key
    of the parent that they stand under, else "".
    """

    claimant: str
    parent: str
    form: str


class Attachment(NamedTuple):
    """The portfolio of a body in a year; body and portfolio by slug."""

    body: str
    portfolio: str
    year: int


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies that rows name, by what the texts that name them have in common.

    `former` maps slugs that bodies would have without the registry, or without parents, to those
    they have: an earlier release may have published the bodies under them.
    """

    by_place: Mapping[SharedName, Body]
    former: Mapping[str, str]
    registry: Registry

    def find(self, raw: str, parent: Parent | None = None) -> Body | None:
        """Return the body that a cell names, None for a blank cell."""
        return self.by_place.get(_place(raw, parent, self.registry))

    def anchor(self, raw: str, parent: Parent | None = None) -> Anchor:
        """Return the anchor of a body in keys: its slug in the registry, else the normal form."""
        if claim := self.registry.claim(raw, parent.text if parent else ""):
            # No normal form has a capital, so no text equals the anchor of a registered body.
            return Anchor(f"Organisme:{claim.slug}", claim.rank)
        return anchor_as_written(raw, parent)


def anchor_as_written(raw: str, parent: Parent | None = None) -> Anchor:
    """Return the anchor of a body that no registry knows: its normal form, below its parent."""
    form = normal_form(raw)
    # No key of a parent holds a slash that is not its own: a slug has none.
    return Anchor(f"{parent.key}/{form}" if parent and parent.key else form, 0)


def identify_bodies(
    readings: Iterable[tuple[Reading, str]], registry: Registry, parents: Parents
) -> Bodies:
    """Return the bodies of all portraits; `readings` are pairs of reading and language."""
    readings = list(readings)
    groups = _group(readings, registry, parents)
    slugs, former = _name(groups, registry)
    bodies: dict[SharedName, Body] = {}
    known: dict[str, Body] = {}
    for place, texts in groups.items():
        if place.claimant:
            registered = _registered(registry, place.claimant, texts.language)
            bodies[place] = known.setdefault(place.claimant, registered)
            bodies[place].spellings |= texts.spellings
        else:
            body = Body(slugs[place], texts.label(), texts.language, False, texts.spellings)
            bodies[place] = body
    above = _slugs_of_parents(readings, registry, parents, bodies)
    for place, texts in groups.items():
        if place.parent and not place.claimant:
            bodies[place].within = Parent(texts.parent(), place.parent)
            bodies[place].parent = above.get(place.parent)
    _tell_labels_apart(bodies, groups)
    return Bodies(bodies, former, registry)


def _slugs_of_parents(
    readings: Iterable[tuple[Reading, str]],
    registry: Registry,
    parents: Parents,
    bodies: Mapping[SharedName, Body],
) -> dict[str, str]:
    """Return the bodies that parents are, by the keys of these: none for one that is no body.

    A parent is the body of the registry that one of its texts names, else the one body that rows
    name where they name the parent itself.
    """
    named: defaultdict[str, dict[str, None]] = defaultdict(dict)
    itself: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for reading, _ in readings:
        if not (column := parents.get(reading.year)) or not column.within:
            continue
        # Rows of one body and parent say the same.
        texts = {
            (row.cells.organisme, getattr(row.cells, column.field)): row for row in reading.rows
        }
        for row in texts.values():
            if (parent := column.parent(row)) and (claim := registry.claim(parent.text)):
                named[parent.key][claim.slug] = None
            elif (parent := column.itself(row)) and (
                body := bodies.get(_place(row.cells.organisme, None, registry))
            ):
                itself[parent.key][body.slug] = None
    found = itself | named
    return {key: next(iter(slugs)) for key, slugs in found.items() if len(slugs) == 1}


def _place(raw: str, parent: Parent | None, registry: Registry) -> SharedName:
    claim = registry.claim(raw, parent.text if parent else "")
    return SharedName(claim.slug if claim else "", parent.key if parent else "", normal_form(raw))


def _group(
    readings: Iterable[tuple[Reading, str]], registry: Registry, parents: Parents
) -> dict[SharedName, "_Texts"]:
    groups: dict[SharedName, _Texts] = {}
    for reading, language in sorted(readings, key=lambda pair: pair[0].year):
        column = parents.get(reading.year)
        counts = Counter(
            (row.cells.organisme, column.parent(row) if column else None) for row in reading.rows
        )
        for (raw, parent), count in sorted(counts.items(), key=_order):
            place = _place(raw, parent, registry)
            if place.form:
                texts = groups.setdefault(place, _Texts(reading.year))
                texts.add(raw, parent, count, reading.year, language)
    return groups


def _order(item: tuple[tuple[str, Parent | None], int]) -> tuple[str, Parent]:
    (raw, parent), _ = item
    return raw, parent or Parent("")


def _name(
    groups: Mapping[SharedName, "_Texts"], registry: Registry
) -> tuple[dict[SharedName, str], dict[str, str]]:
    """Return the slugs of bodies that the registry does not know, and former slugs of all."""
    years = [(texts.first, _to_name(place)) for place, texts in groups.items()]
    names = name_all(years)
    unknown = {
        _to_name(place): texts.first for place, texts in groups.items() if not place.claimant
    }
    # No other body takes a slug of the registry; all other slugs stay as they were without it.
    clashing = [(year, form) for form, year in unknown.items() if names[form] in registry.bodies]
    slugs = names | name_all(clashing, {*names.values(), *registry.bodies})
    present = {slugs[form] for form in unknown} | registry.bodies.keys()
    now = {place: place.claimant or slugs[_to_name(place)] for place in groups}
    former = {names[_to_name(place)]: slug for place, slug in now.items() if place.claimant}
    if any(place.parent for place in groups):
        former = _named_without_parents(groups, now) | former
    return now, {old: slug for old, slug in former.items() if old not in present}


def _to_name(place: SharedName) -> str:
    """Return the text that the slug of an unknown body is made from."""
    above = Parent("", place.parent).slug
    # No normal form holds the separator, so no other body is named by the same text.
    return f"{above}\x1f{place.form}" if above else place.form


def _named_without_parents(
    groups: Mapping[SharedName, "_Texts"], now: Mapping[SharedName, str]
) -> dict[str, str]:
    """Map the slugs that texts would have without parents, where each text is one body only."""
    names = name_all((texts.first, place.form) for place, texts in groups.items())
    bodies: defaultdict[str, set[str]] = defaultdict(set)
    for place, slug in now.items():
        bodies[names[place.form]].add(slug)
    return {name: min(slugs) for name, slugs in bodies.items() if len(slugs) == 1}


class _Texts:
    """The texts of one place: the label is the most frequent text of the newest year."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.language = ""
        self.spellings: set[str] = set()
        self._labels: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._parents: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def add(self, raw: str, parent: Parent | None, count: int, year: int, language: str) -> None:
        self.language = language
        self.spellings.add(raw)
        self._labels[year][" ".join(raw.split())] += count
        if parent:
            self._parents[year][" ".join(parent.text.split())] += count

    def label(self) -> str:
        return _most_frequent(self._labels)

    def parent(self) -> str:
        return _most_frequent(self._parents)


def _most_frequent(texts: Mapping[int, Counter[str]]) -> str:
    newest = texts[max(texts)]
    return min(newest, key=lambda text: (-newest[text], text))


def _tell_labels_apart(
    bodies: Mapping[SharedName, Body], groups: Mapping[SharedName, _Texts]
) -> None:
    """Add the parent to the label of each unknown body whose text names others too."""
    slugs: defaultdict[str, set[str]] = defaultdict(set)
    for place, body in bodies.items():
        slugs[place.form].add(body.slug)
    for place, body in bodies.items():
        if place.parent and not place.claimant and len(slugs[place.form]) > 1:
            body.label = f"{groups[place].label()} ({groups[place].parent()})"


def _registered(registry: Registry, slug: str, language: str) -> Body:
    names = registry.bodies[slug].names
    label = names.get(language) or next(iter(names.values()), slug)
    return Body(slug, label, language, reviewed=True)
