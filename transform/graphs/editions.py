"""Build the edition of each portrait: its counts, its file and the statements about it."""

from collections.abc import Iterable, Iterator, Mapping

from transform.graphs.mapping import MappingContext
from transform.graphs.portraits import Edition, count_lines, portrait_lines
from transform.graphs.prepared import Prepared, published
from transform.graphs.vocabulary import concept_labels
from transform.layouts.model import LISTS
from transform.rdf.ntriples import Line


def edition_of(
    work: Prepared,
    setting: MappingContext,
    rejected: Mapping[int, set[str]],
    count: Mapping[tuple[str, str], int],
) -> Edition:
    """Return the edition of a portrait; `count` is its number of rows by list and value."""
    counts: dict[str, dict[str, int]] = {name: {} for name in LISTS}
    for (name, slug), number in sorted(count.items()):
        if number:
            counts[name][slug] = number
    table, rows = setting.reading.table, len(published(work, setting, rejected))
    year, layout = setting.reading.year, setting.layout
    file = (setting.source_url, table.format, table.bytes, work.origins.get(year))
    return Edition(year, layout, rows, counts, *file)


def edition_lines(work: Prepared, editions: Iterable[Edition]) -> Iterator[Line]:
    """Yield the statements about each edition, and its counts."""
    labels = concept_labels(work.vocabulary)
    for edition in editions:
        yield from portrait_lines(work.base_uri, edition)
        yield from count_lines(work.base_uri, edition, labels)
