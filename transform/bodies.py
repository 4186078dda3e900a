"""Decide which texts name one public body."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from transform.naming import name_all
from transform.normal import normal_form
from transform.rows import Reading


@dataclass(slots=True)
class Body:
    """A public body: slug, label in the language of the file, the raw texts it was found under."""

    slug: str
    label: str
    language: str
    spellings: set[str] = field(default_factory=set)


def identify_bodies(readings: Iterable[tuple[Reading, str]]) -> dict[str, Body]:
    """Give the bodies of all portraits by the normal forms under which rows name them."""
    seen: dict[str, tuple[int, Counter[str], str]] = {}
    first_year: dict[str, int] = {}
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for reading, language in sorted(readings, key=lambda pair: pair[0].year):
        counts = Counter(row.cells.organisme for row in reading.rows)
        for raw, count in sorted(counts.items()):
            if form := normal_form(raw):
                first_year.setdefault(form, reading.year)
                spellings[form].add(raw)
                if form not in seen or seen[form][0] != reading.year:
                    seen[form] = (reading.year, Counter(), language)
                seen[form][1][" ".join(raw.split())] += count
    names = name_all((year, form) for form, year in first_year.items())
    bodies = {}
    for form, (_, labels, language) in seen.items():
        label = min(labels, key=lambda text: (-labels[text], text))
        bodies[form] = Body(names[form], label, language, spellings[form])
    return bodies
