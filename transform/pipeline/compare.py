"""Compare each pair of portraits of a build, and suggest which of their initiatives may be one."""

from collections.abc import Mapping
from itertools import combinations

import pyoxigraph as ox

from transform.comparison.compare import Sides, compare
from transform.comparison.entries import Entry, read_names
from transform.comparison.graph import comparison_lines
from transform.graphs.mapping import MappingContext, subject
from transform.graphs.prepared import Prepared, published
from transform.layouts.model import LISTS
from transform.rdf.ntriples import in_order
from transform.review.candidates import (
    Candidates,
    decided_pairs,
    find_candidates,
    follow,
    open_pairs,
)
from transform.review.rows import review_rows


def entries_of(
    work: Prepared, setting: MappingContext, rejected: Mapping[int, set[str]]
) -> list[Entry]:
    """Give the rows of a portrait that are published, as a comparison reads them."""
    year, found = setting.reading.year, []
    for place in published(work, setting, rejected):
        cells = place.row.cells
        body = work.identities.body(cells.organisme)
        concepts = {
            name: work.vocabularies[name].concept(getattr(cells, name), year) for name in LISTS
        }
        if body is None or None in concepts.values():
            continue  # a shape refuses it
        paths = {name: f"id/{name}/{slug}" for name, slug in concepts.items()}
        found.append(
            Entry(
                initiative=f"id/initiative/{place.key}",
                organisme=f"id/organisme/{body.slug}",
                cells=cells,
                iri=subject("", place.key, year),
                source=f"{setting.source_url}#row={place.row.number}",
                **paths,
            )
        )
    return found


def compare_all(
    work: Prepared, rejected: Mapping[int, set[str]], directory: list[str]
) -> tuple[list[str], Candidates]:
    """Compare each portrait with each later one; `directory` is the graph of bodies, N-Triples.

    Gives the N-Triples of all comparisons, and what may be one in years that follow each other.
    """
    text = "".join((*work.vocabulary, *directory)).encode()
    said = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    names = read_names(said, work.base_uri)
    settings = sorted(work.settings, key=lambda setting: setting.reading.year)
    entries = {s.reading.year: entries_of(work, s, rejected) for s in settings}
    rows = {year: review_rows(entries[year], names) for year in entries}
    decided = decided_pairs(work.identities.continuity)
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
        sides = Sides(*years, before, after, names, [c.as_likely() for c in maybe])
        lines += in_order(comparison_lines(compare(sides), names, work.base_uri))
    return lines, candidates
