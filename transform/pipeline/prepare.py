"""Read the rows of every file, and identify them."""

from collections.abc import Sequence
from urllib.parse import quote

from transform.decided import settle
from transform.decisions import Decisions
from transform.directory import name_publisher
from transform.identity import identify
from transform.layout import LISTS
from transform.linking.known import know_of_build
from transform.linking.links import Links
from transform.linking.settling import settle as settle_links
from transform.lists import read_vocabulary
from transform.mapping import Setting
from transform.origin import hold_fetched
from transform.packed import source_path
from transform.parallel import Progress
from transform.registrar import refuse_living
from transform.registry import read_registry
from transform.rows import read_rows
from transform.sources import Source
from transform.vocabulary import vocabulary_graph
from transform.work import Work


def prepare(
    sources: Sequence[Source],
    base_uri: str,
    progress: Progress,
    decisions: Decisions | None = None,
    links: Links | None = None,
) -> Work:
    """Read every file and decide who is who, as the rule says and as people decided."""
    decisions, links = decisions or Decisions(), links or Links()
    pairs = []
    for number, source in enumerate(sources):
        progress("Reading", number, len(sources))
        reading = read_rows(source.path, source.year, source.layout)
        if source.origin:
            hold_fetched(source.path, source.origin, reading.table.raw_sha256)
        pairs.append((reading, source.layout))
    progress("Reading", len(sources), len(sources))
    registry = read_registry((la.registry for _, la in pairs if la.registry), base_uri)
    pairs = [(reading, name_publisher(layout, registry)) for reading, layout in pairs]
    vocabularies = {name: read_vocabulary(name, pairs) for name in LISTS}
    identities = identify([(reading, layout.language) for reading, layout in pairs], registry)
    refuse_living(identities, base_uri)
    identities = settle(identities, [reading for reading, _ in pairs], decisions)
    settings = []
    for reading, layout in pairs:
        facts = layout.portraits.get(reading.year)
        path = source_path(reading.year, quote(reading.table.path.name))
        url = (facts.url if facts else None) or base_uri + path
        settings.append(Setting(base_uri, reading, layout, url, vocabularies, identities))
    vocabulary = vocabulary_graph(base_uri, [layout for _, layout in pairs], vocabularies)
    origins = {source.year: source.origin for source in sources if source.origin}
    linked = settle_links(links, know_of_build(base_uri, identities.bodies))
    said = decisions, linked, origins
    return Work(base_uri, settings, vocabularies, identities, vocabulary, *said)
