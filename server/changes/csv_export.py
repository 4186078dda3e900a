"""Write the numbers of a comparison as CSV: one line a number, or a value of a list."""

import csv
import io
from functools import partial

from server.release.comparisons import PublishedComparison
from server.release.current import Release
from transform.comparison.sentences import name_evolution, name_movement

HEADER = (
    "nom", "libelle", "effectif", "minimum", "maximum", "anterieur", "posterieur",
    "sans_resolution", "uri",
)  # fmt: skip


def as_csv(told: PublishedComparison, release: Release, language: str) -> bytes:
    """Give the CSV (RFC 4180) in UTF-8; what a line has no number for is left empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    found = told.found
    label = partial(told.label, release, language=language)
    where = f"{release.base_uri}{found.path}/"
    for m in found.movements.values():
        said = name_movement(found, m, label, language)
        unresolved = str(m.unresolved).lower()
        numbers: tuple[object, ...] = (m.number, m.least, m.most, "", "")
        writer.writerow((m.name, said, *numbers, unresolved, where + m.name))
    for e in found.evolutions:
        said = name_evolution(found, e, label, language)
        unresolved = str(e.text is not None).lower()
        numbers = ("", "", "", e.before, e.after)
        writer.writerow((e.name, said, *numbers, unresolved, where + e.name))
    return out.getvalue().encode()
