"""Build the edition of each portrait: its counts, its file and the statements about it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from transform.graphs.cubes import KIND, UNKNOWN_KIND, counted_lists
from transform.graphs.mapping import MappingContext
from transform.graphs.portraits import Edition, count_lines, portrait_lines
from transform.graphs.prepared import Prepared, Rejected
from transform.graphs.vocabulary import concept_labels
from transform.identity.keyed_rows import KeyedRow
from transform.rdf.ntriples import Line


def edition_of(work: Prepared, context: MappingContext, rejected: Rejected) -> Edition:
    """Return a portrait as a whole: its file, and how many published rows have each value."""
    year, layout, table = context.reading.year, context.layout, context.reading.table
    rows = work.published(year, rejected)
    counts = {
        name: _count(getattr(row.concepts, name) for row in rows) for name in context.reading.lists
    }
    if KIND in counted_lists(context.layout for context in work.contexts):
        counts[KIND] = _count(_kind(work, row) for row in rows)
    file = (context.source_url, table.format, table.bytes, work.origins.get(year))
    return Edition(year, layout, len(rows), counts, context.reading.fields, *file)


def _kind(work: Prepared, row: KeyedRow) -> str:
    """Return the kind of a row's body, unknown where the registry does not know the body."""
    known = work.identities.bodies.registry.bodies.get(row.body.slug) if row.body else None
    return (known.kind if known else None) or UNKNOWN_KIND


def _count(slugs: Iterable[str | None]) -> dict[str, int]:
    """Count how often each concept occurs, by its slug in order."""
    counts = Counter(slug for slug in slugs if slug)
    return dict(sorted(counts.items()))


def edition_lines(work: Prepared, editions: Iterable[Edition]) -> Iterator[Line]:
    """Return what is said of portraits as wholes, and their counts."""
    labels = concept_labels(work.vocabulary)
    for edition in editions:
        yield from portrait_lines(work.base_uri, edition)
        yield from count_lines(work.base_uri, edition, labels)
