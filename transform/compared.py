"""Compare each pair of portraits of a build."""

from collections.abc import Mapping
from itertools import combinations

from transform.changes import Sides, compare
from transform.differences import comparison_lines
from transform.entries import entries_of, read_names
from transform.vocabulary import in_order
from transform.work import Work


def compare_all(work: Work, rejected: Mapping[int, set[str]], directory: list[str]) -> list[str]:
    """Give the N-Triples of the comparison of each portrait with each later one.

    `directory` is the graph of the bodies, in N-Triples.
    """
    names = read_names([*work.vocabulary, *directory], work.base_uri)
    settings = sorted(work.settings, key=lambda setting: setting.reading.year)
    entries = {s.reading.year: entries_of(work, s, rejected) for s in settings}
    lines: list[str] = []
    for earlier, later in combinations(entries, 2):
        sides = Sides(earlier, later, entries[earlier], entries[later], names)
        lines += in_order(comparison_lines(compare(sides), names, work.base_uri))
    return lines
