"""Write pairs of initiatives that may be one as CSV, for the report and for reviewers."""

import io
from collections.abc import Iterable

from transform.review.candidates import Candidate
from transform.text.csv_injection import Cell, SpreadsheetWriter

_ROW_COLUMNS = ("row", "name", "body_name", "filed", "status", "benefits")
CANDIDATE_COLUMNS = (
    *("number", "kind", "score", "reason"),
    *(f"{side}_{name}" for side in ("older", "newer") for name in ("iri", "year", *_ROW_COLUMNS)),
)


def candidates_csv(candidates: Iterable[Candidate], base_uri: str, language: str = "en") -> bytes:
    """Write `report/candidats.csv`: pairs of initiatives that may be one, numbered as in review.

    Reasons are in English in a release, which is the same in whatever language it is built.
    """
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out)
    writer.writerow(CANDIDATE_COLUMNS)
    for number, candidate in enumerate(candidates, start=1):
        reason = candidate.reason.text(language)
        cells: list[Cell] = [number, candidate.kind, f"{candidate.score:.1f}", reason]
        for row in (candidate.older, candidate.newer):
            cells += [f"{base_uri}id/initiative/{row.key}", row.year]
            cells += [getattr(row, name) for name in _ROW_COLUMNS]
        writer.writerow(cells)
    return out.getvalue().encode()
