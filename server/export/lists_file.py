"""Write what a browser computes lists and searches from: one JSON file for the whole copy.

Values of facets are read by the SQL of the lists, words from the full-text index itself, so that
both find what the server finds. What a reader writes is folded by `server/static/copy/fold.js`,
with the tables of characters that stand in the file.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask import Flask

from server.lists.database import Tables, open_tables
from server.lists.initiatives import own_facets, read_own_names
from server.lists.kind import Facet, ListKind, RelatedRows
from server.lists.names import NAMED, TableNames, is_foreign
from server.lists.parts import PARTED, read_parts
from server.lists.views import KINDS
from server.lists.words import WEIGHTS
from server.release.current import Release
from server.web.release_scope import RELEASE
from server.web.search_sources import sources
from transform.release.thing_tables import TABLES
from transform.text.search_words import Stems, synonyms

NAME = "listes.json"
Json = dict[str, Any]


def describe_lists(app: Flask, release: Release) -> Json:
    """Return the content of the file; its tables are read at once, as the browser's will be."""
    request = app.test_request_context("/", environ_overrides={RELEASE: release})
    with request, open_tables(release) as tables:
        tables.time_each_query()
        readers = release.register.interface
        names = [TableNames(tables, release.register, reader) for reader in readers]
        own = own_facets(tables, names[0])
        own_names = _own_names(tables, names, own)
        has_several = len(release.register.languages) > 1
        kinds = [kind.within(release.register.fields, own) for kind in KINDS]
        needed = [k for k in kinds if not k.needs or k.needs in release.register.fields]
        return {
            "languages": list(readers),
            "spoken": list(release.register.languages),
            "years": sorted(release.years, reverse=True),
            **_names(tables, names, [*TABLES, *(["initiative"] if has_several else [])]),
            "parts": {PARTED: read_parts(tables, PARTED)},
            "own": {facet.name: {"values": own_names[facet.name]} for facet in own},
            "kinds": {kind.path: _kind(tables, kind) for kind in needed},
            "search": _search(app, tables, release),
            "folding": _folding(),
        }


def _names(tables: Tables, readers: Sequence[TableNames], kinds: Iterable[str]) -> Json:
    """Return what keys are called, by kind of thing, in the language of each reader.

    `foreign` has the language of each name, by reader, where one is in another than the reader's.
    """
    named: Json = {}
    foreign: Json = {}
    for kind in kinds:
        keys = [row[0] for row in tables.rows(f"SELECT {kind} FROM {NAMED[kind]}")]  # noqa: S608
        by_reader = [names.read(kind, keys) for names in readers]
        named[kind] = {key: [names[key].name.value for names in by_reader] for key in keys}
        tags = {
            key: [
                one if is_foreign(one := own[key].name.language, names.reader) else ""
                for own, names in zip(by_reader, readers, strict=True)
            ]
            for key in keys
        }
        foreign[kind] = {key: listed for key, listed in tags.items() if any(listed)}
    return {"names": named, "foreign": foreign}


def _own_names(tables: Tables, readers: Sequence[TableNames], facets: Sequence[Facet]) -> Json:
    """Return what values of lists of the register's own are called, in each reader's language."""
    named: Json = {}
    for facet in facets:
        by_reader = [read_own_names(tables, facet, names) for names in readers]
        named[facet.name] = {key: [own[key].value for own in by_reader] for key in by_reader[0]}
    return named


def _kind(tables: Tables, kind: ListKind) -> Json:
    relations = list(dict.fromkeys(f.relation for f in kind.facets if f.relation))
    plain = [facet for facet in kind.facets if not facet.relation]
    orders = {name: _order(tables, kind, name) for name in kind.orders if name != "pertinence"}
    things = orders[kind.order]
    place = {key: number for number, key in enumerate(things)}
    marks = "g.annee, g.derniere" if kind.by_entry else "0, 1"
    rows: dict[tuple[str, int], Json] = {}
    for key, year, last, *values in _read(tables, kind, f"{kind.key}, {marks}", plain):
        row = {"thing": place[key], "year": year, "last": last, "values": values}
        rows[key, year] = {**row, "related": [[] for _ in relations]}
    year = "g.annee" if kind.by_entry else "0"
    for number, relation in enumerate(relations):
        own = [facet for facet in kind.facets if facet.relation == relation]
        for key, when, *values in _read(tables, kind, f"{kind.key}, {year}", own, relation):
            rows[key, when]["related"][number].append(values)
    return {
        "thing": kind.thing,
        "byEntry": kind.by_entry,
        "things": things,
        "orders": {name: [place[key] for key in keys] for name, keys in orders.items()},
        "facets": [
            {
                "name": facet.name,
                "things": facet.things,
                "values": list(facet.values),
                "relation": relations.index(facet.relation) if facet.relation else -1,
            }
            for facet in kind.facets
        ],
        "rows": list(rows.values()),
    }


def _order(tables: Tables, kind: ListKind, name: str) -> list[str]:
    order = kind.orders[name]
    last = " WHERE g.derniere = 1" if kind.by_entry else ""
    query = f"SELECT {kind.key} FROM {kind.source}{order.join}{last} ORDER BY {order.sql}"  # noqa: S608
    return [row[0] for row in tables.rows(query)]


def _read(
    tables: Tables,
    kind: ListKind,
    columns: str,
    facets: Sequence[Facet],
    relation: RelatedRows | None = None,
) -> list[list[Any]]:
    """Return rows of some columns, and for each facet the list of its values."""
    joins = "".join(dict.fromkeys(facet.join for facet in facets if facet.join))
    if relation:
        joins += f" JOIN {relation.table} ON {relation.link}"
    wanted = ", ".join((columns, *(text for facet in facets for text in facet.expressions)))
    fixed = columns.count(",") + 1
    listed = []
    for row in tables.rows(f"SELECT {wanted} FROM {kind.source}{joins}"):  # noqa: S608
        cells = iter(row[fixed:])
        values = [
            [str(v) for v in (next(cells) for _ in facet.expressions) if v is not None]
            for facet in facets
        ]
        listed.append([*row[:fixed], *values])
    return listed


def _search(app: Flask, tables: Tables, release: Release) -> Json:
    """Return the things to be found, with the words of each as the index has them."""
    languages = release.register.languages
    tables.run("CREATE VIRTUAL TABLE temp.stems USING fts5vocab('main', 'recherche', 'instance')")
    words = tables.rows("SELECT doc, col, term FROM temp.stems ORDER BY doc, col, offset")
    columns = ("nom", "texte", "contexte")
    stems: dict[int, list[str]] = {}
    for (number, column), group in groupby(words, key=lambda row: (row["doc"], row["col"])):
        own = stems.setdefault(number, [""] * len(columns))
        own[columns.index(column)] = " ".join(row["term"] for row in group)
    things: list[Any] = [
        [
            row["sorte"],
            row["cle"],
            row["uri"].removeprefix(release.base_uri),
            row["nom"],
            *stems.get(row["chose"], [""] * len(columns)),
        ]
        for row in tables.rows("SELECT * FROM choses ORDER BY chose")
    ]
    cut = Stems([*languages, *release.register.interface])
    offered = [
        [kind, reader, thing.path, thing.name.value, *_cut(cut, thing.name, thing.text), ""]
        for reader in release.register.interface
        for kind, list_things in sources(app).items()
        for thing in list_things(release, reader)
    ]
    known = [row["mot"] for row in tables.rows("SELECT mot FROM mots")]
    return {
        "weights": [float(weight) for weight in WEIGHTS.split(",")],
        "things": things,
        "offered": offered,
        "stems": {word: _stems(cut, word, languages) for word in known},
        "synonyms": {" ".join(k): [" ".join(other) for other in v] for k, v in synonyms().items()},
    }


def _stems(cut: Stems, word: str, languages: Sequence[str]) -> list[str]:
    return ["".join(cut.of_text(word, language)) for language in languages]


def _cut(cut: Stems, *texts: Any) -> list[str]:
    return [" ".join(cut.of_text(text.value, text.language)) for text in texts]


def _folding() -> Json:
    """Return the characters that JavaScript folds otherwise than `transform/text/search_words`."""
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    folds = {c: c.casefold() for c in every if c.casefold() != c.lower()}
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))]
    return {"folds": folds, "marks": list(_ranges(marks))}


def _ranges(codes: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Yield the first and last of each run of numbers."""
    numbered = enumerate(codes)
    for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0]):
        members = [code for _, code in run]
        yield members[0], members[-1]
