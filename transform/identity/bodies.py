"""Decide which texts name one public body: the registry says, else the normal form."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from transform.identity.keys import Anchor
from transform.identity.registry import Registry
from transform.tables.rows import Reading
from transform.text.normal_form import normal_form
from transform.text.slugs import name_all


@dataclass(slots=True)
class Body:
    """A public body: slug, label, language of the files, the raw texts it was found under.

    `reviewed`: the registry knows it; otherwise it is what one normal form names.
    """

    slug: str
    label: str
    language: str
    reviewed: bool = False
    spellings: set[str] = field(default_factory=set)


class Attachment(NamedTuple):
    """In which portfolio a body was in which year; body and portfolio by slug."""

    body: str
    portfolio: str
    year: int


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies that rows name, by the normal forms of the texts that name them.

    `former` are the slugs that texts of registered bodies would have had without the registry,
    each with the slug of its body: what an earlier release may have published them under.
    """

    by_form: Mapping[str, Body]
    former: Mapping[str, str]
    registry: Registry

    def find(self, raw: str) -> Body | None:
        """Give the body that a cell names, None where it is blank."""
        return self.by_form.get(normal_form(raw))

    def anchor(self, raw: str) -> Anchor:
        """Give what a key rests on: the registered body's slug, else the normal form itself."""
        form = normal_form(raw)
        if claim := self.registry.claims.get(form):
            slug, rank = claim
            # No normal form has a capital, so no text can pass for an anchor.
            return Anchor(f"Organisme:{slug}", rank)
        return Anchor(form, 0)


def identify_bodies(readings: Iterable[tuple[Reading, str]], registry: Registry) -> Bodies:
    """Give the bodies of all portraits; `readings` are pairs of reading and language."""
    found: dict[str, _Found] = {}
    for reading, language in sorted(readings, key=lambda pair: pair[0].year):
        counts = Counter(row.cells.organisme for row in reading.rows)
        for raw, count in sorted(counts.items()):
            if form := normal_form(raw):
                found.setdefault(form, _Found(reading.year)).add(raw, count, reading.year, language)
    names = name_all((seen.first, form) for form, seen in found.items())
    unknown = {form: seen.first for form, seen in found.items() if form not in registry.claims}
    # The registry's slugs are its own; all others stay what they were before it knew its bodies.
    clashing = [(year, form) for form, year in unknown.items() if names[form] in registry.bodies]
    slugs = names | name_all(clashing, {*names.values(), *registry.bodies})
    bodies: dict[str, Body] = {}
    known: dict[str, Body] = {}
    former: dict[str, str] = {}
    for form, seen in found.items():
        if form in unknown:
            bodies[form] = Body(slugs[form], seen.label(), seen.language, False, seen.spellings)
            continue
        slug, _ = registry.claims[form]
        bodies[form] = known.setdefault(slug, _registered(registry, slug, seen.language))
        bodies[form].spellings |= seen.spellings
        if names[form] not in registry.bodies:
            former[names[form]] = slug
    return Bodies(bodies, former, registry)


class _Found:
    """What the files say under one normal form: the label is the commonest of the newest year."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.language = ""
        self.spellings: set[str] = set()
        self._labels: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def add(self, raw: str, count: int, year: int, language: str) -> None:
        self.language = language
        self.spellings.add(raw)
        self._labels[year][" ".join(raw.split())] += count

    def label(self) -> str:
        labels = self._labels[max(self._labels)]
        return min(labels, key=lambda text: (-labels[text], text))


def _registered(registry: Registry, slug: str, language: str) -> Body:
    names = registry.bodies[slug].names
    label = names.get(language) or next(iter(names.values()), slug)
    return Body(slug, label, language, reviewed=True)
