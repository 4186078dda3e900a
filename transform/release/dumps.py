"""Write the dumps of a release: the whole and each year, in every syntax, plain and compressed.

Beside the syntaxes of RDF, each year is a table for spreadsheets (`spreadsheets.py`).
"""

import gzip
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from transform.files import digest
from transform.parallel import spread
from transform.rdf.convert import convert
from transform.rdf.syntaxes import BY_SUFFIX, SYNTAXES
from transform.release import csvw, spreadsheets
from transform.release.csv_dialects import FLAVOURS, METADATA, CsvDialect

WHOLE = "portraits"


def year_name(year: int) -> str:
    """Give the file name, without suffix, of the dumps of one portrait."""
    return f"portrait-{year}"


class Dump(NamedTuple):
    """A file of the dumps: what it is written from, in which syntax, and whether as it is."""

    source: Path
    suffix: str
    target: Path


def plan(graphs: Sequence[tuple[str, Path]], years: Sequence[int], folder: Path) -> list[Dump]:
    """Write the whole as N-Quads and N-Triples; say what else is to be written from them.

    `graphs` are pairs of IRI and N-Triples file.
    """
    quads, triples = folder / f"{WHOLE}.nq", folder / f"{WHOLE}.nt"
    with quads.open("wb") as out:
        for iri, file in graphs:
            end = f" <{iri}> .\n".encode()
            with file.open("rb") as lines:
                out.writelines(line[: -len(b" .\n")] + end for line in lines)
    _concatenate([file for _, file in graphs], triples)
    dumps = [
        Dump(quads if s.named_graphs else triples, s.suffix, folder / f"{WHOLE}.{s.suffix}")
        for s in SYNTAXES
    ]
    for year in years:
        graph = next(file for iri, file in graphs if iri.endswith(f"/graph/{year}"))
        _concatenate([graph], folder / f"{year_name(year)}.nt")
        dumps += [
            Dump(
                folder / f"{year_name(year)}.nt", s.suffix, folder / f"{year_name(year)}.{s.suffix}"
            )
            for s in SYNTAXES
            if not s.named_graphs
        ]
    return dumps


class Sheet(NamedTuple):
    """A table of the dumps: its portrait, the graph of that, graphs with labels, how it is.

    `about` says by language what the portrait is.
    """

    year: int
    source: Path
    labels: tuple[Path, ...]
    flavour: CsvDialect
    target: Path
    about: Mapping[str, str]


def plan_sheets(
    graphs: Sequence[tuple[str, Path]], about: Mapping[int, Mapping[str, str]], folder: Path
) -> list[Sheet]:
    """Say which tables are to be written; `graphs` are pairs of IRI and N-Triples file.

    `about` says of each year, by language, what its portrait is.
    """
    files = {iri.rpartition("/")[2]: file for iri, file in graphs}
    labels = tuple(files[name] for name in ("organismes", "vocabulaire"))
    return [
        Sheet(
            year,
            files[str(year)],
            labels,
            flavour,
            folder / (year_name(year) + flavour.ending),
            told,
        )
        for year, told in about.items()
        for flavour in FLAVOURS
    ]


def write_all(planned: Sequence[Dump | Sheet], base_uri: str, *, many: bool) -> Iterator[list[str]]:
    """Write the files and their compressed copies; gives their lines for SHA256SUMS."""
    return spread(_finish, [(one, base_uri) for one in planned], many=many)


def _finish(task: tuple[Dump | Sheet, str]) -> list[str]:
    one, base_uri = task
    files = [one.target]
    if isinstance(one, Sheet):
        spreadsheets.write(one.source, one.labels, one.flavour, one.target, base_uri)
        files.append(_write_metadata(one, base_uri))
    elif one.target != one.source:
        convert(one.source, BY_SUFFIX[one.suffix], one.target, base_uri)
    files.append(compress(one.target))
    return [f"{digest(file)}  {file.name}\n" for file in files]


def _write_metadata(sheet: Sheet, base_uri: str) -> Path:
    file = sheet.target.with_name(sheet.target.name + METADATA)
    told = csvw.describe(sheet.target.name, sheet.year, sheet.flavour, base_uri, sheet.about)
    file.write_bytes(told)
    return file


def compress(file: Path) -> Path:
    """Write FILE.gz beside FILE, the same bytes whenever it is written."""
    packed = file.with_name(f"{file.name}.gz")
    with (
        file.open("rb") as source,
        packed.open("wb") as out,
        # No name and no time in the header (RFC 1952, 2.3).
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6) as packer,
    ):
        shutil.copyfileobj(source, packer, 1 << 20)
    return packed


def _concatenate(files: Sequence[Path], target: Path) -> None:
    with target.open("wb") as out:
        for file in files:
            with file.open("rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)
