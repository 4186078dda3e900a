"""Write a whole list as a file: CSV, CSV for Excel, or JSON."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence

from server.lists.database import Row
from server.lists.initiatives import InitiativeList
from server.lists.names import Named
from server.negotiation import CSV, Format
from transform.release.csv_dialects import FLAVOURS
from transform.text.csv_injection import SpreadsheetWriter

_REFERRED = ("organisme", "portefeuille", "categorie", "statut")
COLUMNS = (
    "initiative_uri",
    "nom",
    "annee",
    *(column for name in _REFERRED for column in (f"{name}_uri", name)),
    "benefices",
    "premiere_annee",
    "derniere_annee",
)
_AT_ONCE = 500  # initiatives


def write_file(
    listed: InitiativeList, names: Mapping[str, Mapping[str, Named]], form: Format, base_uri: str
) -> Iterator[bytes]:
    """Yield the list in a format, a part of it at a time."""
    lines = _lines(listed, names, base_uri)
    if form.media_type == CSV.media_type:
        yield from _write_csv(lines, form)
    else:
        before = "[\n"
        for line in lines:
            cells = dict(zip(COLUMNS, line, strict=True))
            yield (before + json.dumps(cells, ensure_ascii=False)).encode()
            before = ",\n"
        yield b"[]\n" if before == "[\n" else b"\n]\n"


def _write_csv(lines: Iterator[Sequence[object]], form: Format) -> Iterator[bytes]:
    flavour = FLAVOURS[form is not CSV]
    out = io.StringIO(newline="")
    writer = SpreadsheetWriter(out, delimiter=flavour.separator)
    writer.writerow(COLUMNS)
    encoding = flavour.encoding
    for line in lines:
        writer.writerow(["" if cell is None else str(cell) for cell in line])
        if out.tell() > 1 << 16:
            yield out.getvalue().encode(encoding)
            encoding = "utf-8"  # a byte order mark stands at the beginning only
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode(encoding)


def _lines(
    listed: InitiativeList, names: Mapping[str, Mapping[str, Named]], base_uri: str
) -> Iterator[list[object]]:
    keys = listed.keys()
    for start in range(0, len(keys), _AT_ONCE):
        for key, entries in listed.entries(keys[start : start + _AT_ONCE]).items():
            entry = listed.entry_of(entries)
            referred = (_refer(entry, name, names) for name in _REFERRED)
            yield [
                f"{base_uri}id/initiative/{key}",
                entry["nom"],
                entry["annee"],
                *(cell for pair in referred for cell in pair),
                entry["benefices"],
                entries[0]["annee"],
                entries[-1]["annee"],
            ]


def _refer(
    entry: Row, name: str, names: Mapping[str, Mapping[str, Named]]
) -> tuple[str | None, str | None]:
    thing = names[name].get(entry[name] or "")
    return (thing.uri, thing.name.value) if thing else (None, None)
