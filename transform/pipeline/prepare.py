"""Read the rows of every file, and identify them."""

from collections.abc import Sequence
from urllib.parse import quote

from transform.decisions.initiatives import Decisions
from transform.decisions.links import Links
from transform.fetch.origin import check_fetched
from transform.graphs.bodies import name_publisher
from transform.graphs.decisions import settle
from transform.graphs.framework import read_framework
from transform.graphs.mapping import MappingContext
from transform.graphs.prepared import Prepared
from transform.graphs.vocabulary import vocabulary_graph
from transform.identity.body_names import name_in_other_languages
from transform.identity.concepts import read_vocabulary
from transform.identity.keyed_rows import key_readings
from transform.identity.known_links import know_of_build
from transform.identity.links import settle as settle_links
from transform.identity.own_lists import read_own_lists
from transform.identity.parents import read_parents
from transform.identity.registry import read_registry
from transform.identity.rule import identify
from transform.layouts.model import LISTS, Layout
from transform.parallel import Progress
from transform.pipeline.sources import Source
from transform.release.paths import source_path
from transform.tables.rows import Reading, read_rows
from transform.text.message import message
from transform.validation.registry import check_replacements


def prepare(
    sources: Sequence[Source],
    base_uri: str,
    progress: Progress,
    decisions: Decisions | None = None,
    links: Links | None = None,
) -> Prepared:
    """Read every file, and identify bodies and initiatives by the rule and people's decisions."""
    decisions, links = decisions or Decisions(), links or Links()
    read = _read(sources, progress)
    newest = max(sources, key=lambda source: source.year).layout
    framework = read_framework(newest, base_uri)
    registry = read_registry((name for _, la in read for name in la.registry), base_uri)
    pairs = [(reading, name_publisher(layout, registry)) for reading, layout in read]
    readings = [reading for reading, _ in pairs]
    layouts = [layout for _, layout in pairs]
    vocabularies = {name: read_vocabulary(name, pairs) for name in LISTS}
    parents = read_parents(pairs, vocabularies, registry)
    languages = [(reading, layout.language) for reading, layout in pairs]
    by_rule = identify(languages, registry, parents)
    name_in_other_languages(readings, by_rule.body_of)
    check_replacements(by_rule, base_uri)
    identities = settle(by_rule, readings, decisions)
    own_lists = read_own_lists(pairs)
    vocabulary = vocabulary_graph(base_uri, layouts, vocabularies, registry, own_lists)
    origins = {source.year: source.origin for source in sources if source.origin}
    linked = settle_links(links, know_of_build(base_uri, identities.bodies))
    return Prepared(
        base_uri=base_uri,
        contexts=[
            MappingContext(
                base_uri, reading, layout, _url(reading, layout, base_uri), vocabularies, own_lists
            )
            for reading, layout in pairs
        ],
        rows=key_readings(readings, identities, vocabularies),
        vocabularies=vocabularies,
        identities=identities,
        vocabulary=vocabulary,
        decisions=decisions,
        links=linked,
        origins=origins,
        framework=framework,
    )


def _read(sources: Sequence[Source], progress: Progress) -> list[tuple[Reading, Layout]]:
    """Return the rows of each file, with its layout; a fetched file is as it was fetched."""
    read, what = [], str(message("pipeline.step_read"))
    for number, source in enumerate(sources):
        progress(what, number, len(sources))
        reading = read_rows(source.path, source.year, source.layout)
        if source.origin:
            check_fetched(source.path, source.origin, reading.table.raw_sha256)
        read.append((reading, source.layout))
    progress(what, len(sources), len(sources))
    return read


def _url(reading: Reading, layout: Layout, base_uri: str) -> str:
    """Return where a file is published: by the register, or with the release."""
    facts = layout.portraits.get(reading.year)
    path = source_path(reading.year, quote(reading.table.path.name))
    return (facts.url if facts else None) or base_uri + path
