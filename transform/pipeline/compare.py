"""Compare each pair of portraits of a build, and suggest which of their initiatives may be one."""

from itertools import combinations

import pyoxigraph as ox

from transform.comparison.compare import Sides, compare
from transform.comparison.entries import Entry, read_names
from transform.comparison.graph import comparison_lines
from transform.graphs.prepared import Prepared, Rejected
from transform.identity.keyed_rows import KeyedRow
from transform.rdf.ntriples import in_order
from transform.review.candidates import (
    Candidates,
    decided_pairs,
    find_candidates,
    follow,
    open_pairs,
)
from transform.review.rows import review_rows


def comparable_rows(work: Prepared, year: int, rejected: Rejected) -> list[KeyedRow]:
    """Return the rows of a portrait that are published and known in full."""
    (lists,) = (s.reading.lists for s in work.settings if s.reading.year == year)
    return [row for row in work.published(year, rejected) if row.is_whole(lists)]


def entry_of(row: KeyedRow, source_url: str) -> Entry:
    """Return a row as a comparison reads it."""
    if row.body is None:
        raise AssertionError("a shape refuses a row without a body")
    return Entry(
        key=row.key,
        year=row.year,
        row=row.row.number,
        initiative=f"id/initiative/{row.key}",
        organisme=f"id/organisme/{row.body.slug}",
        **{
            name: f"id/{name}/{slug}" if slug else ""
            for name, slug in row.concepts._asdict().items()
        },
        cells=row.row.written(),
        source=f"{source_url}#row={row.row.number}",
    )


def compare_all(
    work: Prepared, rejected: Rejected, directory: list[str]
) -> tuple[list[str], Candidates]:
    """Compare each portrait with each later one; `directory` is the graph of bodies, N-Triples.

    Returns the N-Triples of all comparisons, and what may be one in successive years.
    """
    text = "".join((*work.vocabulary, *directory)).encode()
    triples = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    names = read_names(triples, work.base_uri, work.languages.tags)
    urls = {setting.reading.year: setting.source_url for setting in work.settings}
    compared = {year: comparable_rows(work, year, rejected) for year in sorted(urls)}
    entries = {year: [entry_of(row, urls[year]) for row in rows] for year, rows in compared.items()}
    rows = {year: review_rows(entries[year], names) for year in entries}
    decided = decided_pairs(work.identities.continuity)
    newest = max(work.settings, key=lambda setting: setting.reading.year).layout
    left_out = newest.words.left_out
    lines: list[str] = []
    candidates: Candidates = {}
    followed = follow(rows)
    for years in combinations(entries, 2):
        older, newer = (rows[year] for year in years)
        if years in followed:
            candidates[years] = find_candidates(older, newer, decided)
            maybe = [c for c in candidates[years] if c.may_be_one]
        else:
            maybe = open_pairs(older, newer, decided)
        before, after = (entries[year] for year in years)
        sides = Sides(*years, before, after, names, [c.as_likely() for c in maybe], left_out)
        lines += in_order(comparison_lines(compare(sides), names, work.base_uri))
    return lines, candidates
