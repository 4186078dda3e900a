"""Validate with the shapes everything that was read and decided."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from transform.graphs.bodies import bodies_graph, former_body_lines
from transform.graphs.cubes import KIND
from transform.graphs.editions import edition_lines, edition_of
from transform.graphs.identity_texts import identity_texts
from transform.graphs.links import link_texts
from transform.graphs.mapping import subject
from transform.graphs.portraits import Edition, absent_field_lines, portrait_iri
from transform.graphs.prepared import Prepared, published_bodies
from transform.graphs.rows_file import RowsFile, write_rows, write_texts
from transform.graphs.vocabulary import CLASSES
from transform.parallel import Progress, Workers
from transform.pipeline.checked import Checked
from transform.pipeline.compare import compare_all
from transform.rdf.namespaces import IN_SCHEME, RDF_TYPE, vocabulary_of
from transform.rdf.ntriples import Line, in_order
from transform.review.nearest_bodies import not_reviewed
from transform.text.message import message
from transform.validation.framework import validate_framework
from transform.validation.locate import CellLocator, Located, locate
from transform.validation.registry import validate_registry
from transform.validation.remarks import remark_texts
from transform.validation.shacl import (
    PIECE,
    ValidationResult,
    cut_rows,
    read_shapes,
    validate,
    validate_piece,
)


def check(
    work: Prepared, quarantine: bool, scratch: Path, workers: Workers, progress: Progress
) -> Checked:
    """Validate everything with the shapes; the result is `refused` if it may not be published.

    With `quarantine`, rows that break a shape are kept back, and the rest is not refused. The
    statements of rows are written into `scratch`, and read from there when a release is written.
    """
    findings = _check_vocabulary(work)
    mapped, identities = _write_rows(work, scratch), _write_identities(work, scratch)
    remarks = write_texts(scratch / "remarks.nt", (("", text) for text in remark_texts(work)))
    files = (*mapped.values(), identities, remarks)
    findings += _check_rows(work, files, workers, progress)
    places = CellLocator(work)
    rejected = _rejected(findings, places)
    bodies, attached = published_bodies(work, rejected)
    editions = [edition_of(work, context, rejected) for context in work.contexts]
    newest = max(editions, key=lambda edition: edition.year).layout
    directory = bodies_graph(work, bodies, attached, newest)
    compared = compare_all(work, rejected, directory)
    former = in_order(former_body_lines(work.base_uri, work.identities.bodies))
    decided = [*compared.lines, *link_texts(work, bodies), *former]
    findings += _check_graphs(work, directory, editions, decided)
    located = [*_check_framework(work), *locate(findings, places)]
    kept_back = {subject(work.base_uri, k, year) for year, keys in rejected.items() for k in keys}
    if not quarantine:
        kept_back = set()
    refused = any(f.severity == "Violation" and f.focus not in kept_back for f in located)
    unknown = not_reviewed(bodies, work.identities.bodies.registry)
    return Checked(
        located,
        mapped,
        identities,
        rejected,
        bodies,
        attached,
        unknown,
        editions,
        compared.lines,
        compared.candidates,
        compared.renamings,
        refused,
    )


def _check_vocabulary(work: Prepared) -> list[ValidationResult]:
    tiers = read_shapes(("vocabulary", "recommended"), work.base_uri, work.languages)
    findings = validate("".join(work.vocabulary).encode(), tiers)
    registry = work.identities.bodies.registry
    return findings + validate_registry(registry, work.vocabulary, work.base_uri, work.languages)


def _check_framework(work: Prepared) -> list[Located]:
    bodies = work.identities.bodies.registry.bodies
    known = (f"{work.base_uri}id/organisme/{slug}" for slug in bodies)
    return validate_framework(work.framework, known, work.base_uri, work.languages)


def _concept_types(work: Prepared) -> Iterator[Line]:
    """Yield what the shapes of rows and counts need: the class of each concept, kinds of bodies."""
    kinds = f"<{work.base_uri}id/{KIND}>"
    classes = {f"<{vocabulary_of(work.base_uri)}{name}>" for name in CLASSES.values()}
    for line in work.vocabulary:
        about, predicate, rest = line.split(" ", 2)
        if predicate == f"<{RDF_TYPE}>" and rest[:-3] in classes:
            yield about, predicate, rest[:-3]
        elif predicate == f"<{IN_SCHEME}>" and rest[:-3] == kinds:
            yield about, predicate, kinds


def _body_types(work: Prepared) -> Iterator[Line]:
    for body in work.identities.bodies.by_place.values():
        about = f"<{work.base_uri}id/organisme/{body.slug}>"
        yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(work.base_uri)}Organisme>"


def _absent_fields(work: Prepared) -> Iterator[Line]:
    for context in work.contexts:
        about = portrait_iri(work.base_uri, context.reading.year)
        yield from absent_field_lines(work.base_uri, about, context.reading.fields)


def _write_rows(work: Prepared, scratch: Path) -> dict[int, RowsFile]:
    """Write the statements of all rows, a file a year, for the shapes and for the graphs."""
    return {
        context.reading.year: write_rows(
            scratch / f"{context.reading.year}.nt", context, work.rows[context.reading.year]
        )
        for context in work.contexts
    }


def _write_identities(work: Prepared, scratch: Path) -> RowsFile:
    """Write which rows are one initiative, as if none were kept back; keys name the parts."""
    parts = identity_texts(work, {}).items()
    texts = ((name, text) for name, texts in parts for text in texts)
    return write_texts(scratch / "identities.nt", texts)


def _check_rows(
    work: Prepared, files: Sequence[RowsFile], workers: Workers, progress: Progress
) -> list[ValidationResult]:
    total = sum(len(file.rows) for file in files)
    many = sum(length for file in files for _, length in file.rows) > 2 * PIECE
    findings, done = [], 0
    types = "".join(
        in_order((*_concept_types(work), *_body_types(work), *_absent_fields(work)))
    ).encode()
    what = str(message("pipeline.step_check"))
    progress(what, 0, total)
    pieces = chain.from_iterable(
        cut_rows(file, work.base_uri, types, work.languages) for file in files
    )
    for rows, broken in workers.spread(validate_piece, pieces, many=many):
        findings += broken
        done += rows
        progress(what, done, total)
    return findings


def _rejected(findings: Iterable[ValidationResult], places: CellLocator) -> dict[int, set[str]]:
    """Return the keys of the rows that break a shape, by year."""
    rejected: dict[int, set[str]] = {}
    for focus in {finding.focus for finding in findings if finding.severity == "Violation"}:
        if row := places.find(focus):
            rejected.setdefault(row.year, set()).add(row.key)
    return rejected


def _check_graphs(
    work: Prepared, directory: list[str], editions: list[Edition], decided: list[str]
) -> list[ValidationResult]:
    tiers = read_shapes(("required", "recommended"), work.base_uri, work.languages)
    lines = in_order((*_concept_types(work), *edition_lines(work, editions)))
    return validate("".join((*directory, *lines, *decided)).encode(), tiers)
