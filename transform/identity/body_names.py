"""Name bodies in the languages in which files name them beside the register's own."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from transform.identity.bodies import Body
from transform.tables.rows import Reading, Row


def name_in_other_languages(
    readings: Iterable[Reading], body_of: Callable[[Row, int], Body | None]
) -> None:
    """Set the names of bodies in other languages: the most frequent of the newest year first."""
    counts: defaultdict[tuple[str, str], Counter[tuple[int, str]]] = defaultdict(Counter)
    bodies: dict[str, Body] = {}
    for reading in readings:
        slots = [(n, s.language) for n, s in enumerate(reading.slots) if s.field == "organisme"]
        for row in reading.rows if slots else ():
            if body := body_of(row, reading.year):
                bodies[body.slug] = body
                for number, language in slots:
                    if text := " ".join(row.others[number].split()):
                        counts[body.slug, language][reading.year, text] += 1
    for (slug, language), texts in counts.items():
        in_order = sorted(texts, key=lambda seen: (-seen[0], -texts[seen], seen[1]))
        bodies[slug].names[language] = list(dict.fromkeys(text for _, text in in_order))
