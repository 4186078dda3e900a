"""Give each portrait as a whole: what its rows count, and what is said of it."""

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
    """Give a portrait as a whole; `count` says by list and value how many rows it has."""
    counts: dict[str, dict[str, int]] = {name: {} for name in LISTS}
    for (name, slug), number in sorted(count.items()):
        if number:
            counts[name][slug] = number
    table, rows = setting.reading.table, len(published(work, setting, rejected))
    year, layout = setting.reading.year, setting.layout
    file = (setting.source_url, table.format, table.bytes, work.origins.get(year))
    return Edition(year, layout, rows, counts, *file)


def edition_lines(work: Prepared, editions: Iterable[Edition]) -> Iterator[Line]:
    """Give what is said of portraits as wholes, and their counts."""
    labels = concept_labels(work.vocabulary)
    for edition in editions:
        yield from portrait_lines(work.base_uri, edition)
        yield from count_lines(work.base_uri, edition, labels)
