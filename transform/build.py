"""Read and identify the rows, and hold everything against the shapes."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from transform.compared import compare_all
from transform.decided import decision_texts, former_texts, settle
from transform.decisions import Decisions
from transform.directory import bodies_graph, name_publisher
from transform.editions import edition_lines, edition_of
from transform.identity import identify
from transform.layout import LISTS
from transform.linking.known import know_of_build
from transform.linking.links import Links
from transform.linking.record import link_texts
from transform.linking.settling import settle as settle_links
from transform.lists import read_vocabulary
from transform.locate import Places, locate
from transform.mapping import Setting, map_rows, subject
from transform.nearest import not_reviewed
from transform.origin import hold_fetched
from transform.portrait import Edition
from transform.rdf.namespaces import RDF_TYPE
from transform.rdf.ntriples import Line, in_order
from transform.registrar import hold_registry, refuse_living
from transform.registry import read_registry
from transform.rows import read_rows
from transform.sources import Source
from transform.validate import PIECE, Finding, hold, hold_rows, in_pieces, read_shapes
from transform.vocabulary import CLASSES, vocabulary_graph
from transform.work import Checked, Progress, Work, initiatives, published_bodies, source_path


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


def check(work: Work, quarantine: bool, progress: Progress) -> Checked:
    """Hold everything against the shapes; `refused` when it may not be published.

    With `quarantine`, rows that break a shape are kept back and do not refuse the rest.
    """
    findings = _hold_vocabulary(work)
    counts: dict[int, Counter[tuple[str, str]]] = {}
    findings += _hold_rows(work, counts, progress)
    places = Places(work.settings)
    rejected = _rejected(work, findings, places, counts)
    bodies, attached = published_bodies(work, rejected)
    editions = [edition_of(work, s, rejected, counts[s.reading.year]) for s in work.settings]
    publisher = max(editions, key=lambda edition: edition.year).layout.publisher
    directory = bodies_graph(work, bodies, attached, publisher)
    comparisons, candidates = compare_all(work, rejected, directory)
    findings += _hold_whole(work, directory, editions, [*comparisons, *link_texts(work, bodies)])
    located = locate(findings, places)
    kept_back = {subject(work.base_uri, k, year) for year, keys in rejected.items() for k in keys}
    if not quarantine:
        kept_back = set()
    refused = any(f.severity == "Violation" and f.focus not in kept_back for f in located)
    unknown = not_reviewed(bodies, work.identities.bodies.registry)
    return Checked(
        located,
        rejected,
        bodies,
        attached,
        unknown,
        editions,
        comparisons,
        candidates,
        refused,
    )


def _hold_vocabulary(work: Work) -> list[Finding]:
    tiers = read_shapes(("vocabulary", "recommended"), work.base_uri)
    findings = hold("".join(work.vocabulary).encode(), tiers)
    registry = work.identities.bodies.registry
    return findings + hold_registry(registry, work.vocabulary, work.base_uri)


def _concept_types(work: Work) -> Iterator[Line]:
    """Give which concept is of which class: what rows and counts need of the vocabulary."""
    classes = {f"<{work.base_uri}def#{name}>" for name in CLASSES.values()}
    for line in work.vocabulary:
        about, predicate, rest = line.split(" ", 2)
        if predicate == f"<{RDF_TYPE}>" and rest[:-3] in classes:
            yield about, predicate, rest[:-3]


def _body_types(work: Work) -> Iterator[Line]:
    for body in work.identities.bodies.by_form.values():
        about = f"<{work.base_uri}id/organisme/{body.slug}>"
        yield about, f"<{RDF_TYPE}>", f"<{work.base_uri}def#Organisme>"


def _hold_rows(
    work: Work, counts: dict[int, Counter[tuple[str, str]]], progress: Progress
) -> list[Finding]:
    total = 2 * sum(len(setting.reading.rows) for setting in work.settings)

    def texts() -> Iterator[str]:
        for setting in work.settings:
            count = counts.setdefault(setting.reading.year, Counter())
            for text in map_rows(setting, work.places(setting)):
                count.update(_concepts_of(work.base_uri, text))
                yield text
        yield from initiatives(work, {})
        yield from decision_texts(work, {})
        yield from former_texts(work, {})

    findings, done = [], 0
    beside = "".join(in_order((*_concept_types(work), *_body_types(work)))).encode()
    progress("Holding rows against the shapes", 0, total)
    for rows, found in hold_rows(in_pieces(texts()), total > 2 * PIECE, work.base_uri, beside):
        findings += found
        done += rows
        progress("Holding rows against the shapes", min(done, total), total)
    progress("Holding rows against the shapes", total, total)
    return findings


def _concepts_of(base_uri: str, text: str) -> list[tuple[str, str]]:
    """Read back from the statements of a row which concepts it counts for."""
    # Anchored to whole lines: a literal cannot hold a line end, so no cell can forge one.
    pattern = rf"^<[^>]*> <{re.escape(base_uri)}def#({'|'.join(LISTS)})> <[^>]*/([^/>]+)> \.$"
    return re.findall(pattern, text, re.MULTILINE)


def _rejected(
    work: Work,
    findings: Iterable[Finding],
    places: Places,
    counts: Mapping[int, Counter[tuple[str, str]]],
) -> dict[int, set[str]]:
    """Give the keys of the rows that break a shape, and take them out of the counts."""
    rejected: dict[int, set[str]] = {}
    broken = {finding.focus for finding in findings if finding.severity == "Violation"}
    for focus in broken:
        if place := places.find(focus):
            key = focus.removeprefix(f"{work.base_uri}id/initiative/").partition("/")[0]
            rejected.setdefault(place[0].reading.year, set()).add(key)
    for setting in work.settings:
        keys = rejected.get(setting.reading.year, set())
        kept_back = [place for place in work.places(setting) if place.key in keys]
        for text in map_rows(setting, kept_back):
            counts[setting.reading.year].subtract(_concepts_of(work.base_uri, text))
    return rejected


def _hold_whole(
    work: Work, directory: list[str], editions: list[Edition], decided: list[str]
) -> list[Finding]:
    tiers = read_shapes(("required", "recommended"), work.base_uri)
    said = in_order((*_concept_types(work), *edition_lines(work, editions)))
    return hold("".join((*directory, *said, *decided)).encode(), tiers)
