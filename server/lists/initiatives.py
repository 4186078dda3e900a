"""The list of initiatives, whole or of one portrait: its facets, orders, rows and columns."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from server.lists.database import Row, Tables
from server.lists.kind import (
    PRESENCE,
    PRESENCES,
    YEAR,
    Cell,
    Facet,
    ListKind,
    Order,
    RelatedRows,
    Shape,
    Shown,
    rows_by_key,
    year_facet,
)
from server.lists.names import TableNames
from server.release.current import Release
from server.release.register import OwnText
from transform.layouts.fields import MORE_FIELDS

OWN = "own."  # before the name of a field of the register's own
_REFERRED = ("organisme", "portefeuille", "categorie", "statut")
_BODY = " LEFT JOIN organismes o ON o.organisme = g.organisme"
_PORTFOLIO = " LEFT JOIN portefeuilles p ON p.portefeuille = g.portefeuille"


def _referring(name: str) -> Facet:
    return Facet(
        name,
        (f"g.{name}",),
        pattern=f"?inscription pia:{name} ?{name} .",
        term=f"id/{name}/{{}}",
        of_entry=True,
        needs=name,
        things=name,
    )


_FACETS = (
    year_facet("g.annee"),
    Facet(
        "portefeuille",
        ("g.portefeuille", "p.ensemble"),
        pattern="?inscription pia:portefeuille/skos:broader? ?portefeuille .",
        term="id/portefeuille/{}",
        join=_PORTFOLIO,
        of_entry=True,
        needs="portefeuille",
        things="portefeuille",
    ),
    _referring("organisme"),
    Facet(
        "genre",
        ("o.genre",),
        pattern="?inscription pia:organisme/org:classification ?genre .",
        term="id/genre/{}",
        join=_BODY,
        of_entry=True,
        things="genre",
    ),
    _referring("categorie"),
    _referring("statut"),
    Facet(
        PRESENCE,
        ("g.presence",),
        pattern="?initiative pia:premiereAnnee ?premiere ; pia:derniereAnnee ?derniere .",
        tests={
            "absente": "?derniere < {newest}",
            "nouvelle": "?premiere = {newest}",
            "poursuivie": "?premiere < {newest} && ?derniere = {newest}",
        },
        values=PRESENCES,
    ),
)


_used: WeakKeyDictionary[Release, frozenset[str]] = WeakKeyDictionary()


def used_fields(tables: Tables, release: Release) -> frozenset[str]:
    """Return the fields beside the six of which some entry of the release has a value."""
    if release not in _used:
        columns = ", ".join(f"max({name} IS NOT NULL) AS {name}" for name in MORE_FIELDS)
        (row,) = tables.rows(f"SELECT {columns} FROM inscriptions")  # noqa: S608
        _used[release] = frozenset(name for name in MORE_FIELDS if row[name])
    return _used[release]


def own_fields(tables: Tables) -> tuple[str, ...]:
    """Return the names of the fields of the register's own."""
    return tuple(row[0] for row in tables.rows("SELECT champ FROM champs_propres ORDER BY champ"))


def own_facets(tables: Tables, names: TableNames) -> list[Facet]:
    """Return a facet for each field of the register's own that is a list, or yes or no."""
    rows = tables.rows(
        """SELECT c.champ, c.nom, c.uri, c.etendue, l.texte FROM champs_propres c
           LEFT JOIN libelles l ON l.uri = c.uri AND l.langue = ? AND l.sorte = 'principal'
           WHERE c.etendue IN ('list', 'yes-no')""",
        (names.language,),
    )
    return [
        Facet(
            OWN + row["champ"],
            ("v.valeur",),
            pattern=f"?inscription <{row['uri']}> ?own_{row['champ']} .",
            term=f"id/liste/{row['champ']}/{{}}" if row["etendue"] == "list" else "{}",
            relation=RelatedRows(
                "valeurs_propres v",
                f"v.initiative = e.initiative AND v.annee = g.annee AND v.champ = '{row['champ']}'",
            ),
            of_entry=True,
            values=() if row["etendue"] == "list" else ("true", "false"),
            label=names.choose(row),
        )
        for row in rows
        if row["champ"].isidentifier()
    ]


def read_own_names(tables: Tables, facet: Facet, names: TableNames) -> dict[str, OwnText]:
    """Return what the values of a list of the register's own are called, by value."""
    rows = tables.rows(
        """SELECT v.valeur, v.nom, l.texte FROM listes_propres v
           LEFT JOIN libelles l ON l.uri = v.uri AND l.langue = ? AND l.sorte = 'principal'
           WHERE v.champ = ?""",
        (names.language, facet.name.removeprefix(OWN)),
    )
    return {row["valeur"]: names.choose(row) for row in rows}


def _read(
    tables: Tables,
    keys: Sequence[str],
    years: tuple[int, ...],
    shape: Shape,
    names: TableNames,
) -> list[Shown]:
    """Return for each initiative the entry that the list shows, and the entries by year."""
    marks = ", ".join("?" * len(keys))
    condition = f"initiative IN ({marks})"
    rows = tables.rows(f"SELECT * FROM inscriptions WHERE {condition} ORDER BY annee", keys)  # noqa: S608
    entries = rows_by_key(rows, "initiative")
    texts = names.texts(keys)
    own: dict[tuple[str, int], dict[str, list[Row]]] = {}
    if shape.own:
        values = tables.rows(f"SELECT * FROM valeurs_propres WHERE {condition}", keys)  # noqa: S608
        for row in values:
            fields = own.setdefault((row["initiative"], row["annee"]), {})
            fields.setdefault(row["champ"], []).append(row)
    listed: list[Shown] = []
    for key in keys:
        entry = [row for row in entries[key] if not years or row["annee"] in years][-1]
        said = texts.get((key, entry["annee"]), {})
        described = {
            name: _in_one_language(values, names)
            for name, values in own.get((key, entry["annee"]), {}).items()
        }
        listed.append(
            {
                "key": key,
                "name": said.get("nom") or OwnText(entry["nom"], names.own),
                "texts": said,
                "entry": entry,
                "entries": entries[key],
                "own": described,
            }
        )
    return listed


def _in_one_language(values: Sequence[Row], names: TableNames) -> list[str]:
    """Return the values in the reader's language, else in the register's, else in any."""
    tags = {row["langue"] for row in values}
    order = (names.language, names.own, *sorted(tags))
    best = next(tag for tag in order if tag in tags)
    return [row["valeur"] for row in values if row["langue"] == best]


def _columns(shape: Shape) -> list[str]:
    referred = [column for name in _here(shape) for column in (f"{name}_uri", name)]
    benefits = ["benefices"] if "benefices" in shape.fields else []
    more = [name for name in MORE_FIELDS if name in shape.fields]
    years = ["premiere_annee", "derniere_annee"]
    return ["initiative_uri", "nom", YEAR, *referred, *benefits, *years, *more, *shape.own]


def _cells(row: Shown, shape: Shape, names: TableNames) -> list[Cell]:
    entry, entries, own = row["entry"], row["entries"], row["own"]
    said: dict[str, str | None] = {name: entry[name] for name in ("benefices", *MORE_FIELDS)}
    said |= {name: text.value for name, text in row["texts"].items()}
    uri = f"{shape.base_uri}id/initiative/{row['key']}"
    cells: list[Cell] = [uri, row["name"].value, entry[YEAR]]
    for name in _here(shape):
        named = names.get(name, entry[name])
        cells += [named.uri, named.name.value] if named else [None, None]
    if "benefices" in shape.fields:
        cells.append(said["benefices"])
    cells += [entries[0][YEAR], entries[-1][YEAR]]
    cells += [said[name] for name in MORE_FIELDS if name in shape.fields]
    values = (own.get(name, []) for name in shape.own)
    return [*cells, *("\n".join(listed) or None for listed in values)]


def _here(shape: Shape) -> list[str]:
    return [name for name in _REFERRED if name in shape.fields]


INITIATIVES = ListKind(
    path="initiatives",
    thing="initiative",
    source="inscriptions e LEFT JOIN groupes g ON g.groupe = e.groupe",
    key="e.initiative",
    facets=_FACETS,
    # Initiatives are numbered in the order of their names.
    orders={
        "nom": Order("e.chose", of_names=True),
        "organisme": Order("o.tri, e.chose", _BODY, of_names=True),
        "pertinence": Order("f.rang, e.chose", of_words=True),
    },
    template="lists/initiatives.html",
    statements="?initiative a pia:Initiative ; rdfs:label ?nom .",
    entries="?initiative pia:derniereInscription ?inscription .",
    entries_by_year="?inscription pia:inscriptionDe ?initiative ; pia:annee ?annee .",
    read_rows=_read,
    columns=_columns,
    cells=_cells,
    by_entry=True,
    is_found="e.chose = f.chose",
)
