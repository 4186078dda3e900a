"""Write the numbers of a comparison as CSV: one line for each number or value of a list."""

import io
from functools import partial

from server.release.comparisons import PublishedComparison
from server.release.current import Release
from transform.comparison.sentences import name_evolution, name_movement
from transform.text.csv_injection import Cell, SpreadsheetWriter

HEADER = (
    "nom", "libelle", "effectif", "minimum", "maximum", "anterieur", "posterieur",
    "sans_resolution", "uri",
)  # fmt: skip


def write_csv(published: PublishedComparison, release: Release, language: str) -> bytes:
    """Return the CSV (RFC 4180) in UTF-8, for spreadsheets; a cell without a number is empty."""
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out)
    writer.writerow(HEADER)
    comparison = published.comparison
    label = partial(published.label, release, language=language)
    words = release.register.words_in(language)
    prefix = f"{release.base_uri}{comparison.path}/"
    for m in comparison.movements.values():
        description = name_movement(comparison, m, label, language, words)
        unresolved = str(m.unresolved).lower()
        numbers: tuple[Cell, ...] = (m.number, m.least, m.most, "", "")
        writer.writerow((m.name, description, *numbers, unresolved, prefix + m.name))
    for e in comparison.evolutions:
        description = name_evolution(comparison, e, label, language)
        unresolved = str(e.text is not None).lower()
        numbers = ("", "", "", e.before, e.after)
        writer.writerow((e.name, description, *numbers, unresolved, prefix + e.name))
    return out.getvalue().encode()
