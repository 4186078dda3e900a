"""Write the tables of a release into one SQLite file, with an index for search.

The tables (`database.sql`) hold what the portraits say, a line a thing, tied by foreign keys, each
with its URI. One SQLite library writes the same bytes for the same release; another writes its
version into the header, so that the file does not enter the release's name.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from transform.graphs.decision_terms import Verdict, full_iri
from transform.graphs.mapping import subject
from transform.graphs.portraits import Edition, titles
from transform.graphs.prepared import Prepared, Rejected
from transform.identity.bodies import Body
from transform.identity.keyed_rows import KeyedRow
from transform.release.names import Names, read_names
from transform.release.search_index import index_texts
from transform.text.search_words import fold

# The table of each list of concepts, by the path of its concepts below id/.
CONCEPTS = {
    "categorie": "categories",
    "genre": "genres",
    "portefeuille": "portefeuilles",
    "statut": "statuts",
}
_FOLDER = files("transform.release")


def write_database(
    path: Path,
    work: Prepared,
    editions: Sequence[Edition],
    rejected: Rejected,
    bodies: Iterable[Body],
    graphs: Iterable[Path],
    verdicts: Iterable[Verdict],
) -> None:
    """Write tables and index; `graphs` are the N-Triples of lists, bodies and framework."""
    languages = list(dict.fromkeys(setting.layout.language for setting in work.settings))
    names = read_names(graphs, languages)
    rows = {year: work.published(year, rejected) for year in work.rows}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # A file that is not whole is thrown away: it needs no journal.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.executescript((_FOLDER / "database.sql").read_text(encoding="utf-8"))
        connection.execute("BEGIN")
        _fill(connection, "portraits", _portraits(work, editions))
        for name, table in CONCEPTS.items():
            _fill(connection, table, _concepts(work.base_uri, name, names))
        _fill(connection, "organismes", _bodies(work, bodies, names))
        _fill(connection, "initiatives", _initiatives(work.base_uri, rows))
        _fill(connection, "inscriptions", _entries(work, rows))
        _fill(connection, "decisions", (_decision(work.base_uri, one) for one in verdicts))
        _fill(connection, "libelles", names.labels())
        index_texts(connection, work, rows, names)
        connection.execute("COMMIT")
        connection.executescript((_FOLDER / "database_indexes.sql").read_text(encoding="utf-8"))


def _fill(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[object]]) -> None:
    columns = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    places = ", ".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608


def _portraits(work: Prepared, editions: Iterable[Edition]) -> Iterator[tuple[object, ...]]:
    for edition in editions:
        names = titles(edition)
        title = names.get(edition.layout.language) or next(iter(names.values()))
        uri = f"{work.base_uri}id/portrait/{edition.year}"
        yield edition.year, uri, title, edition.rows, edition.source_url


def _concepts(base_uri: str, name: str, names: Names) -> Iterator[tuple[object, ...]]:
    begin = f"{base_uri}id/{name}/"
    for iri, thing in names.below(begin):
        row = (iri.removeprefix(begin), iri, thing.name)
        broader = (thing.broader or "").removeprefix(begin) or None
        yield (*row, broader) if name == "portefeuille" else row


def _bodies(work: Prepared, bodies: Iterable[Body], names: Names) -> Iterator[tuple[object, ...]]:
    registered = work.identities.bodies.registry.bodies
    for body in bodies:
        known = registered.get(body.slug)
        iri = f"{work.base_uri}id/organisme/{body.slug}"
        about = (known.kind, known.homepage) if known else (None, None)
        name = names.of(iri).name or body.label
        yield body.slug, iri, name, fold(name), about[0], body.reviewed, about[1]


def _initiatives(
    base_uri: str, rows: Mapping[int, Sequence[KeyedRow]]
) -> Iterator[tuple[object, ...]]:
    spans: dict[str, tuple[int, int, str]] = {}
    for year in sorted(rows):
        for row in rows[year]:
            first = spans[row.key][0] if row.key in spans else year
            spans[row.key] = first, year, row.row.cells.nom.strip()
    for key, (first, last, name) in spans.items():
        yield key, f"{base_uri}id/initiative/{key}", name, fold(name), first, last


def _entries(
    work: Prepared, rows: Mapping[int, Sequence[KeyedRow]]
) -> Iterator[tuple[object, ...]]:
    sources = {setting.reading.year: setting.source_url for setting in work.settings}
    for year, portrait in rows.items():
        for row in portrait:
            cells, concepts = row.row.cells, row.concepts
            yield (
                row.key,
                year,
                subject(work.base_uri, row.key, year),
                cells.nom.strip(),
                row.body.slug if row.body else None,
                concepts.portefeuille,
                concepts.categorie,
                concepts.statut,
                cells.benefices if cells.benefices.strip() else None,
                cells.organisme,
                cells.portefeuille,
                cells.categorie,
                cells.statut,
                row.row.number,
                f"{sources[year]}#row={row.row.number}",
            )


def _decision(base_uri: str, verdict: Verdict) -> tuple[object, ...]:
    subject_, object_ = (full_iri(base_uri, thing) for thing in verdict.things)
    return (
        verdict.key,
        f"{base_uri}id/decision/{verdict.key}",
        verdict.rule,
        verdict.conclusion,
        subject_,
        object_,
        verdict.author,
        verdict.date,
        verdict.confidence,
        verdict.evidence,
    )
