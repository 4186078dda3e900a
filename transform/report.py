"""Write what a person should see: what the shapes found, rows kept back, what may be one."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import pyoxigraph as ox

from transform.formats import BY_SUFFIX, write_bytes
from transform.locate import Located, Places
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, SHACL, XSD
from transform.suggestions import Candidate


def as_json(
    located: Sequence[Located],
    read: Sequence[dict[str, object]],
    not_reviewed: Sequence[Mapping[str, object]],
) -> dict[str, object]:
    """Give `report/validation.json`: what was read, counts, findings, bodies not reviewed."""
    return {
        "conforms": not any(f.severity == "Violation" for f in located),
        "counts": {
            severity: sum(f.severity == severity for f in located)
            for severity in ("Violation", "Warning", "Info")
        },
        "files": list(read),
        "not_reviewed": list(not_reviewed),
        "results": [asdict(f) for f in located],
    }


def as_turtle(located: Sequence[Located], base_uri: str) -> bytes:
    """Give `report/validation.ttl`: a SHACL validation report without blank nodes."""
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
    "nom", "categorie", "organisme", "portefeuille", "benefices", "statut",
)  # fmt: skip


def rejected_csv(located: Iterable[Located], places: Places) -> bytes:
    """Give `report/rejets.csv`: a line for each reason a row was kept back, with all its cells."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(REJECTED_COLUMNS)
    for f in located:
        if f.severity == "Violation" and (place := places.find(f.focus)):
            cells = place[1].cells
            values = (f.file, f.row, f.column, f.raw, f.fr, f.en, f.next_fr, f.next_en)
            writer.writerow((*values, *(getattr(cells, name) for name in REJECTED_COLUMNS[8:])))
    return out.getvalue().encode()


_TOLD = ("row", "name", "body_name", "filed", "status", "benefits")
CANDIDATE_COLUMNS = (
    *("number", "kind", "score", "reason"),
    *(f"{side}_{name}" for side in ("older", "newer") for name in ("iri", "year", *_TOLD)),
)


def candidates_csv(candidates: Iterable[Candidate], base_uri: str) -> bytes:
    """Give `report/candidats.csv`: pairs of initiatives that may be one, numbered as in review."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CANDIDATE_COLUMNS)
    for number, candidate in enumerate(candidates, start=1):
        told: list[object] = [number, candidate.kind, f"{candidate.score:.1f}", candidate.reason]
        for row in (candidate.older, candidate.newer):
            told += [f"{base_uri}id/initiative/{row.key}", row.year]
            told += [getattr(row, name) for name in _TOLD]
        writer.writerow(told)
    return out.getvalue().encode()
