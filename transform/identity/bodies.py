"""Identify the public bodies that texts name: by the registry, else by the normal form."""

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
    """A public body: slug, label, language of the files, and the raw texts that name it.

    `reviewed`: the registry has it; otherwise all its texts have one normal form. `names` are
    its texts in other languages, by language, the one to show first.
    """

    slug: str
    label: str
    language: str
    reviewed: bool = False
    spellings: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)


class Attachment(NamedTuple):
    """The portfolio of a body in a year; body and portfolio by slug."""

    body: str
    portfolio: str
    year: int


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies that rows name, by the normal forms of the texts that name them.

    `former` maps slugs that registered bodies would have without the registry to those they have:
    an earlier release may have published the bodies under them.
    """

    by_form: Mapping[str, Body]
    former: Mapping[str, str]
    registry: Registry

    def find(self, raw: str) -> Body | None:
        """Return the body that a cell names, None for a blank cell."""
        return self.by_form.get(normal_form(raw))

    def anchor(self, raw: str) -> Anchor:
        """Return the anchor of a body in keys: its slug in the registry, else the normal form."""
        form = normal_form(raw)
        if claim := self.registry.claims.get(form):
            slug, rank = claim
            # No normal form has a capital, so no text equals the anchor of a registered body.
            return Anchor(f"Organisme:{slug}", rank)
        return Anchor(form, 0)


def identify_bodies(readings: Iterable[tuple[Reading, str]], registry: Registry) -> Bodies:
    """Return the bodies of all portraits; `readings` are pairs of reading and language."""
    forms: dict[str, _Form] = {}
    for reading, language in sorted(readings, key=lambda pair: pair[0].year):
        counts = Counter(row.cells.organisme for row in reading.rows)
        for raw, count in sorted(counts.items()):
            if form := normal_form(raw):
                forms.setdefault(form, _Form(reading.year)).add(raw, count, reading.year, language)
    names = name_all((seen.first, form) for form, seen in forms.items())
    unknown = {form: seen.first for form, seen in forms.items() if form not in registry.claims}
    # No other body takes a slug of the registry; all other slugs stay as they were without it.
    clashing = [(year, form) for form, year in unknown.items() if names[form] in registry.bodies]
    slugs = names | name_all(clashing, {*names.values(), *registry.bodies})
    bodies: dict[str, Body] = {}
    known: dict[str, Body] = {}
    former: dict[str, str] = {}
    for form, seen in forms.items():
        if form in unknown:
            bodies[form] = Body(slugs[form], seen.label(), seen.language, False, seen.spellings)
            continue
        slug, _ = registry.claims[form]
        bodies[form] = known.setdefault(slug, _registered(registry, slug, seen.language))
        bodies[form].spellings |= seen.spellings
        if names[form] not in registry.bodies:
            former[names[form]] = slug
    return Bodies(bodies, former, registry)


class _Form:
    """The texts of one normal form: the label is the most frequent text of the newest year."""

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
