"""Write the report for people: findings of the shapes, and rows that were kept back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import pyoxigraph as ox

from transform.layouts.model import FIELDS
from transform.rdf.namespaces import (
    DCTERMS,
    RDF_TYPE,
    SHACL,
    XSD,
)
from transform.rdf.syntaxes import BY_SUFFIX, write_bytes
from transform.review.nearest_bodies import Unreviewed
from transform.review.renamings import Renaming
from transform.text.csv_injection import SpreadsheetWriter
from transform.validation.locate import CellLocator, Located


def as_json(
    located: Sequence[Located],
    read: Sequence[dict[str, object]],
    not_reviewed: Sequence[Unreviewed],
    renamings: Sequence[Renaming],
) -> dict[str, object]:
    """Return `report/validation.json`: what was read, counts, findings, bodies."""
    return {
        "conforms": not any(f.severity == "Violation" for f in located),
        "counts": {
            severity: sum(f.severity == severity for f in located)
            for severity in ("Violation", "Warning", "Info")
        },
        "files": list(read),
        "not_reviewed": [body.as_json() for body in not_reviewed],
        **({"renamings": [each._asdict() for each in renamings]} if renamings else {}),
        "results": [asdict(f) for f in located],
    }


def as_turtle(located: Sequence[Located], base_uri: str) -> bytes:
    """Return `report/validation.ttl`: a SHACL validation report without blank nodes."""
    return write_bytes(_report_triples(located, base_uri), BY_SUFFIX["ttl"], base_uri)


def _report_triples(located: Sequence[Located], base_uri: str) -> Iterator[ox.Triple]:
    def iri(name: str) -> ox.NamedNode:
        return ox.NamedNode(name)

    report = iri(f"{base_uri}report/validation")
    conforms = not any(f.severity == "Violation" for f in located)
    boolean = iri(f"{XSD}boolean")
    yield ox.Triple(report, iri(RDF_TYPE), iri(f"{SHACL}ValidationReport"))
    yield ox.Triple(
        report, iri(f"{SHACL}conforms"), ox.Literal(str(conforms).lower(), datatype=boolean)
    )
    results = [iri(f"{base_uri}report/validation#{n}") for n in range(1, len(located) + 1)]
    for result in results:
        yield ox.Triple(report, iri(f"{SHACL}result"), result)
    for result, f in zip(results, located, strict=True):
        yield ox.Triple(result, iri(RDF_TYPE), iri(f"{SHACL}ValidationResult"))
        yield ox.Triple(result, iri(f"{SHACL}resultSeverity"), iri(SHACL + f.severity))
        yield ox.Triple(result, iri(f"{SHACL}focusNode"), iri(f.focus))
        if f.path:
            yield ox.Triple(result, iri(f"{SHACL}resultPath"), iri(f.path))
        if f.raw:
            yield ox.Triple(result, iri(f"{SHACL}value"), ox.Literal(f.raw))
        yield ox.Triple(result, iri(f"{SHACL}sourceShape"), iri(f.shape))
        yield ox.Triple(result, iri(f"{SHACL}sourceConstraintComponent"), iri(SHACL + f.component))
        for text, language in ((f"{f.fr} {f.next_fr}", "fr"), (f"{f.en} {f.next_en}", "en")):
            yield ox.Triple(
                result, iri(f"{SHACL}resultMessage"), ox.Literal(text, language=language)
            )
        if f.source:
            yield ox.Triple(result, iri(f"{DCTERMS}source"), iri(f.source))


REJECTED_COLUMNS = (
    "file", "row", "column", "raw", "message_fr", "message_en", "next_step_fr", "next_step_en",
    *FIELDS,
)  # fmt: skip


def rejected_csv(located: Iterable[Located], places: CellLocator) -> bytes:
    """Return `report/rejets.csv`: a line for each reason to keep a row back, with all its cells."""
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out)
    writer.writerow(REJECTED_COLUMNS)
    for f in located:
        if f.severity == "Violation" and (row := places.find(f.focus)):
            cells = row.row.cells
            values = (f.file, f.row, f.column, f.raw, f.fr, f.en, f.next_fr, f.next_en)
            writer.writerow((*values, *(getattr(cells, name) for name in FIELDS)))
    return out.getvalue().encode()
