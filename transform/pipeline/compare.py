"""Compare each pair of portraits of a build, and suggest which of their initiatives may be one."""

from itertools import combinations
from typing import NamedTuple

import pyoxigraph as ox

from transform.comparison.compare import Sides, compare
from transform.comparison.entries import Entry, read_names
from transform.comparison.graph import comparison_lines
from transform.graphs.mapping import MappingContext
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
from transform.review.nearest_bodies import WordCounts
from transform.review.renamings import Renaming, find_renamings
from transform.review.rows import review_rows


class Compared(NamedTuple):
    """The N-Triples of all comparisons, and what may be one in successive years."""

    lines: list[str]
    candidates: Candidates
    renamings: list[Renaming]


def comparable_rows(work: Prepared, year: int, rejected: Rejected) -> list[KeyedRow]:
    """Return the rows of a portrait that are published and known in full."""
    (lists,) = (s.reading.lists for s in work.contexts if s.reading.year == year)
    return [row for row in work.published(year, rejected) if row.is_whole(lists)]


def entry_of(row: KeyedRow, context: MappingContext) -> Entry:
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
        source=f"{context.source_url}#{context.reading.table.fragment(row.row.number)}",
        names=tuple(
            (slot.language, text)
            for slot, text in zip(context.reading.slots, row.row.others, strict=False)
            if slot.field == "nom" and text.strip()
        ),
    )


def compare_all(work: Prepared, rejected: Rejected, directory: list[str]) -> Compared:
    """Compare each portrait with each later one; `directory` is the graph of bodies, N-Triples."""
    if len(work.contexts) == 1:
        return Compared([], {}, [])
    text = "".join((*work.vocabulary, *directory)).encode()
    triples = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    names = read_names(triples, work.base_uri, work.languages.tags)
    contexts = {context.reading.year: context for context in work.contexts}
    compared = {year: comparable_rows(work, year, rejected) for year in sorted(contexts)}
    entries = {
        year: [entry_of(row, contexts[year]) for row in rows] for year, rows in compared.items()
    }
    rows = {year: review_rows(entries[year], names) for year in entries}
    decided = decided_pairs(work.identities.continuity)
    bodies = {body.slug: body for body in work.identities.bodies.by_place.values()}
    words = WordCounts((slug, name) for slug, body in bodies.items() for name in body.spellings)
    newest = max(work.contexts, key=lambda context: context.reading.year).layout
    called = newest.words.as_json()
    lines: list[str] = []
    candidates: Candidates = {}
    renamings: list[Renaming] = []
    followed = follow(rows)
    for years in combinations(entries, 2):
        older, newer = (rows[year] for year in years)
        if years in followed:
            candidates[years] = find_candidates(older, newer, decided)
            maybe = [c for c in candidates[years] if c.may_be_one]
            renamings += find_renamings(older, newer, maybe, bodies, words)
        else:
            maybe = open_pairs(older, newer, decided)
        before, after = (entries[year] for year in years)
        sides = Sides(*years, before, after, names, [c.as_likely() for c in maybe], called)
        lines += in_order(comparison_lines(compare(sides), names, work.base_uri))
    return Compared(lines, candidates, renamings)
