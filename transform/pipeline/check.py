"""Hold everything that was read and decided against the shapes."""

from collections.abc import Iterable, Iterator

from transform.graphs.bodies import bodies_graph
from transform.graphs.decisions import decision_texts, former_texts
from transform.graphs.editions import edition_lines, edition_of
from transform.graphs.initiatives import initiatives
from transform.graphs.links import link_texts
from transform.graphs.mapping import map_rows, subject
from transform.graphs.portraits import Edition
from transform.graphs.prepared import Prepared, published_bodies
from transform.graphs.vocabulary import CLASSES
from transform.parallel import Progress, Workers
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
    cut_rows,
    read_shapes,
    validate,
    validate_piece,
)


def check(work: Prepared, quarantine: bool, workers: Workers, progress: Progress) -> Checked:
    """Hold everything against the shapes; `refused` when it may not be published.

    With `quarantine`, rows that break a shape are kept back and do not refuse the rest.
    """
    findings = _hold_vocabulary(work)
    findings += _hold_rows(work, workers, progress)
    places = CellLocator(work)
    rejected = _rejected(findings, places)
    bodies, attached = published_bodies(work, rejected)
    editions = [edition_of(work, setting, rejected) for setting in work.settings]
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


def _hold_rows(work: Prepared, workers: Workers, progress: Progress) -> list[Finding]:
    total = 2 * sum(map(len, work.rows.values()))

    def texts() -> Iterator[str]:
        for setting in work.settings:
            yield from map_rows(setting, work.rows[setting.reading.year])
        yield from initiatives(work, {})
        yield from decision_texts(work, {})
        yield from former_texts(work, {})

    findings, done = [], 0
    beside = "".join(in_order((*_concept_types(work), *_body_types(work)))).encode()
    progress("Holding rows against the shapes", 0, total)
    pieces = cut_rows(texts(), work.base_uri, beside)
    for rows, found in workers.spread(validate_piece, pieces, many=total > 2 * PIECE):
        findings += found
        done += rows
        progress("Holding rows against the shapes", min(done, total), total)
    progress("Holding rows against the shapes", total, total)
    return findings


def _rejected(findings: Iterable[Finding], places: CellLocator) -> dict[int, set[str]]:
    """Return the keys of the rows that break a shape, by year."""
    rejected: dict[int, set[str]] = {}
    for focus in {finding.focus for finding in findings if finding.severity == "Violation"}:
        if row := places.find(focus):
            rejected.setdefault(row.year, set()).add(row.key)
    return rejected


def _hold_whole(
    work: Prepared, directory: list[str], editions: list[Edition], decided: list[str]
) -> list[Finding]:
    tiers = read_shapes(("required", "recommended"), work.base_uri)
    said = in_order((*_concept_types(work), *edition_lines(work, editions)))
    return validate("".join((*directory, *said, *decided)).encode(), tiers)
