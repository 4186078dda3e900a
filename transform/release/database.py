"""Write the tables of a release into one SQLite file, with an index for search.

The tables (`database.sql`) hold what the portraits say, a line a thing, tied by foreign keys, each
with its URI. One SQLite library writes the same bytes for the same release; another writes its
version into the header, so that the file does not enter the release's name.
"""

import errno
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

from transform.graphs.decision_terms import Verdict, full_iri
from transform.graphs.mapping import subject
from transform.graphs.own_fields import list_iri
from transform.graphs.portraits import Edition, descriptions, titles
from transform.graphs.prepared import Prepared, Rejected
from transform.identity.bodies import Body
from transform.identity.keyed_rows import KeyedRow
from transform.layouts.fields import MORE_FIELDS, OWN
from transform.rdf.namespaces import property_iri
from transform.release.entry_texts import EntryTexts
from transform.release.names import GraphNames, read_names
from transform.release.search_index import index_texts
from transform.release.thing_tables import CONCEPTS
from transform.text.search_words import fold

_OF_THE_DISK = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_FOLDER = files("transform.release")
# The published rows of each initiative by year, in the order of the list.
Entries = Mapping[str, Sequence[KeyedRow]]


def write_database(
    path: Path,
    work: Prepared,
    editions: Sequence[Edition],
    rejected: Rejected,
    bodies: Iterable[Body],
    graphs: Iterable[Path],
    verdicts: Iterable[Verdict],
) -> None:
    """Write tables and index; `graphs` are the N-Triples of lists, bodies and framework.

    Raises OSError where the disk is full or fails.
    """
    languages = list(dict.fromkeys(context.layout.language for context in work.contexts))
    names = read_names(graphs, languages)
    entries = _collect(work, rejected)
    with new_database(path) as connection:
        # A file that is not whole is thrown away: it needs no journal.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.executescript((_FOLDER / "database.sql").read_text(encoding="utf-8"))
        connection.execute("BEGIN")
        _fill(connection, "portraits", _portraits(work, editions))
        for name, table in CONCEPTS.items():
            _fill(connection, table, _concepts(work.base_uri, name, names))
        _fill(connection, "organismes", _bodies(work, bodies, entries, names))
        _fill(connection, "initiatives", _initiatives(work.base_uri, entries))
        texts = EntryTexts(work.contexts)
        first = index_texts(connection, work.base_uri, entries, texts, work.languages.tags, names)
        groups = _Groups()
        _fill(connection, "inscriptions", _entries(work, entries, texts, first, groups))
        if len(work.languages.tags) > 1:
            _fill(connection, "traductions", _translations(entries, texts))
        _fill(connection, "groupes", groups.rows())
        _fill_own(connection, work, entries, texts, names)
        _fill(connection, "decisions", (_decision(work.base_uri, one) for one in verdicts))
        _fill(connection, "libelles", names.labels())
        _fill(connection, "libelles", _titles(work.base_uri, editions))
        if len(work.languages.tags) > 1:
            _fill(connection, "libelles", _names(work.base_uri, entries, texts))
        connection.execute("COMMIT")
        connection.executescript((_FOLDER / "database_indexes.sql").read_text(encoding="utf-8"))


@contextmanager
def new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an empty database; raises OSError for what SQLite says of the disk."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        # Extended codes have the primary one in their last eight bits.
        if number := _OF_THE_DISK.get(error.sqlite_errorcode & 0xFF):
            raise OSError(number, os.strerror(number), str(path)) from error
        raise


def _collect(work: Prepared, rejected: Rejected) -> Entries:
    """Return the published rows of each initiative by year, initiatives in the order of names.

    In that order they stand in the tables, so that a list is read as it lies there.
    """
    entries: dict[str, list[KeyedRow]] = {}
    for year in sorted(work.rows):
        for row in work.published(year, rejected):
            entries.setdefault(row.key, []).append(row)
    forms = {key: fold(_name(own)) for key, own in entries.items()}
    return {key: entries[key] for key in sorted(entries, key=lambda key: (forms[key], key))}


def _name(own: Sequence[KeyedRow]) -> str:
    return own[-1].row.cells.nom.strip()


def _fill(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[object]]) -> None:
    columns = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    places = ", ".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608


def _portraits(work: Prepared, editions: Iterable[Edition]) -> Iterator[tuple[object, ...]]:
    for edition in editions:
        texts = (text[edition.layout.language] for text in (titles(edition), descriptions(edition)))
        uri = f"{work.base_uri}id/portrait/{edition.year}"
        yield edition.year, uri, *texts, edition.rows, edition.source_url


def _concepts(base_uri: str, name: str, names: GraphNames) -> Iterator[tuple[object, ...]]:
    begin = f"{base_uri}id/{name}/"
    for iri, thing in names.below(begin):
        row = (iri.removeprefix(begin), iri, thing.name)
        if name == "genre":
            yield row
            continue
        listed = (*row, fold(thing.name), 0)  # initiatives are counted once all are there
        broader = (thing.broader or "").removeprefix(begin) or None
        yield (*listed, broader) if name == "portefeuille" else listed


def _bodies(
    work: Prepared, bodies: Iterable[Body], entries: Entries, names: GraphNames
) -> Iterator[tuple[object, ...]]:
    registered = work.identities.bodies.registry.bodies
    years: dict[str, set[int]] = {}
    initiatives: Counter[str] = Counter()
    for own in entries.values():
        slugs = {row.body.slug for row in own if row.body}
        initiatives.update(slugs)
        for row in own:
            if row.body:
                years.setdefault(row.body.slug, set()).add(row.year)
    for body in bodies:
        known = registered.get(body.slug)
        iri = f"{work.base_uri}id/organisme/{body.slug}"
        kind, homepage = (known.kind, known.homepage) if known else (None, None)
        name = names.of(iri).name or body.label
        own_years = years[body.slug]
        yield (
            body.slug,
            iri,
            name,
            fold(name),
            kind,
            body.reviewed,
            homepage,
            initiatives[body.slug],
            min(own_years),
            max(own_years),
        )


def _initiatives(base_uri: str, entries: Entries) -> Iterator[tuple[object, ...]]:
    for key, own in entries.items():
        name = _name(own)
        yield key, f"{base_uri}id/initiative/{key}", name, fold(name), own[0].year, own[-1].year


class _Groups:
    """Groups of entries that no facet of a list tells apart, numbered as they occur."""

    def __init__(self) -> None:
        self._sizes: Counter[tuple[object, ...]] = Counter()
        self._numbers: dict[tuple[object, ...], int] = {}

    def add(self, *values: object) -> int:
        """Add an entry by what facets tell it apart by, and return the number of its group."""
        self._sizes[values] += 1
        return self._numbers.setdefault(values, len(self._numbers) + 1)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield each group: its number, its values, and how many entries it has."""
        for values, number in self._numbers.items():
            yield number, *values, self._sizes[values]


def _translations(entries: Entries, texts: EntryTexts) -> Iterator[tuple[object, ...]]:
    for key, own in entries.items():
        for row in own:
            for translation in texts.translations(row):
                yield key, row.year, *translation


def _titles(base_uri: str, editions: Iterable[Edition]) -> Iterator[tuple[object, ...]]:
    """Yield the titles and descriptions of portraits in other languages, as labels."""
    for edition in editions:
        for kind, listed in (("principal", titles(edition)), ("definition", descriptions(edition))):
            for language, text in listed.items():
                if language != edition.layout.language:
                    yield f"{base_uri}id/portrait/{edition.year}", kind, language, text


def _names(base_uri: str, entries: Entries, texts: EntryTexts) -> Iterator[tuple[object, ...]]:
    """Yield the newest name of each initiative in other languages, as labels."""
    for key, own in entries.items():
        for name in list(texts.names(own[-1]))[1:]:
            yield f"{base_uri}id/initiative/{key}", "principal", name.language, name.text


def _entries(
    work: Prepared, entries: Entries, texts: EntryTexts, first: int, groups: _Groups
) -> Iterator[tuple[object, ...]]:
    """Yield the entries; `first` is the number of the first initiative among what is searched."""
    contexts = {context.reading.year: context for context in work.contexts}
    newest = max(work.rows)
    for number, (key, own) in enumerate(entries.items(), start=first):
        presence = (
            "absente"
            if own[-1].year < newest
            else ("nouvelle" if own[0].year == newest else "poursuivie")
        )
        for row in own:
            cells, concepts = row.row.cells, row.concepts
            body = row.body.slug if row.body else None
            listed = (concepts.portefeuille, concepts.categorie, concepts.statut)
            more = texts.more_fields(row)
            yield (
                key,
                row.year,
                subject(work.base_uri, key, row.year),
                cells.nom.strip(),
                body,
                *listed,
                cells.benefices if cells.benefices.strip() else None,
                *(more.get(name) for name in MORE_FIELDS),
                row is own[-1],
                presence,
                cells.organisme,
                cells.portefeuille,
                cells.categorie,
                cells.statut,
                row.row.number,
                f"{contexts[row.year].source_url}#row={row.row.number}",
                groups.add(row.year, body, *listed, row is own[-1], presence),
                number,
            )


def _fill_own(
    connection: sqlite3.Connection,
    work: Prepared,
    entries: Entries,
    texts: EntryTexts,
    names: GraphNames,
) -> None:
    """Write the fields of the register's own, the values of its lists, and those of each entry."""
    fields = {own.name: own for context in work.contexts for own in context.layout.own}
    if not fields:
        return
    language = work.languages.own
    _fill(
        connection,
        "champs_propres",
        (
            (
                name,
                property_iri(f"own:{name}", work.base_uri),
                own.label.get(language, name),
                own.range,
            )
            for name, own in sorted(fields.items())
        ),
    )
    lists = (name for name, own in sorted(fields.items()) if own.range == "list")
    _fill(
        connection,
        "listes_propres",
        (
            (name, iri.rpartition("/")[2], iri, thing.name)
            for name in lists
            for iri, thing in names.below(f"{list_iri(work.base_uri, name)}/")
        ),
    )
    _fill(
        connection,
        "valeurs_propres",
        (
            (key, row.year, slot.field.removeprefix(OWN), value, slot.language if is_text else "")
            for key, own_rows in entries.items()
            for row in own_rows
            for slot, value in dict.fromkeys(texts.own_values(row))
            for is_text in [fields[slot.field.removeprefix(OWN)].range == "text"]
        ),
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
