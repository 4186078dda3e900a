"""Hold everything that was read and decided against the shapes."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from transform.graphs.bodies import bodies_graph
from transform.graphs.decisions import decision_texts, former_texts
from transform.graphs.editions import edition_lines, edition_of
from transform.graphs.initiatives import initiatives
from transform.graphs.links import link_texts
from transform.graphs.mapping import map_rows, subject
from transform.graphs.portraits import Edition
from transform.graphs.prepared import Prepared, published_bodies
from transform.graphs.vocabulary import CLASSES
from transform.layouts.model import LISTS
from transform.parallel import Progress
from transform.pipeline.checked import Checked
from transform.pipeline.compare import compare_all
from transform.rdf.namespaces import RDF_TYPE
from transform.rdf.ntriples import Line, in_order
from transform.review.nearest_bodies import not_reviewed
from transform.validation.locate import CellLocator, locate
from transform.validation.registry import validate_registry
from transform.validation.shacl import (
    PIECE,
    Finding,
    in_pieces,
    read_shapes,
    validate,
    validate_rows,
)


def check(work: Prepared, quarantine: bool, progress: Progress) -> Checked:
    """Hold everything against the shapes; `refused` when it may not be published.

    With `quarantine`, rows that break a shape are kept back and do not refuse the rest.
    """
    findings = _hold_vocabulary(work)
    counts: dict[int, Counter[tuple[str, str]]] = {}
    findings += _hold_rows(work, counts, progress)
    places = CellLocator(work.settings)
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


def _hold_vocabulary(work: Prepared) -> list[Finding]:
    tiers = read_shapes(("vocabulary", "recommended"), work.base_uri)
    findings = validate("".join(work.vocabulary).encode(), tiers)
    registry = work.identities.bodies.registry
    return findings + validate_registry(registry, work.vocabulary, work.base_uri)


def _concept_types(work: Prepared) -> Iterator[Line]:
    """Give which concept is of which class: what rows and counts need of the vocabulary."""
    classes = {f"<{work.base_uri}def#{name}>" for name in CLASSES.values()}
    for line in work.vocabulary:
        about, predicate, rest = line.split(" ", 2)
        if predicate == f"<{RDF_TYPE}>" and rest[:-3] in classes:
            yield about, predicate, rest[:-3]


def _body_types(work: Prepared) -> Iterator[Line]:
    for body in work.identities.bodies.by_form.values():
        about = f"<{work.base_uri}id/organisme/{body.slug}>"
        yield about, f"<{RDF_TYPE}>", f"<{work.base_uri}def#Organisme>"


def _hold_rows(
    work: Prepared, counts: dict[int, Counter[tuple[str, str]]], progress: Progress
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
    for rows, found in validate_rows(in_pieces(texts()), total > 2 * PIECE, work.base_uri, beside):
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
    work: Prepared,
    findings: Iterable[Finding],
    places: CellLocator,
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
    work: Prepared, directory: list[str], editions: list[Edition], decided: list[str]
) -> list[Finding]:
    tiers = read_shapes(("required", "recommended"), work.base_uri)
    said = in_order((*_concept_types(work), *edition_lines(work, editions)))
    return validate("".join((*directory, *said, *decided)).encode(), tiers)
