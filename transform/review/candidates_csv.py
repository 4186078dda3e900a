"""Write pairs of initiatives that may be one as CSV: in the report, and for who reviews them."""

import csv
import io
from collections.abc import Iterable

from transform.review.candidates import Candidate

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
