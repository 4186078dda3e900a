"""The lists of bodies, portfolios, categories and statuses, with their numbers by year."""

from collections.abc import Callable, Mapping, Sequence

from server.lists.database import Row, Tables
from server.lists.kind import (
    PRESENCE,
    PRESENCES,
    YEAR,
    Cell,
    Facet,
    ListKind,
    Order,
    ReadRows,
    RelatedRows,
    Shape,
    Shown,
    year_facet,
)
from server.lists.names import TableNames
from transform.release.thing_tables import TABLES

_ENTRIES = RelatedRows("inscriptions e", "e.organisme = t.organisme")
_BODY_FACETS = (
    Facet(
        "genre",
        ("t.genre",),
        pattern="?organisme org:classification ?genre .",
        term="id/genre/{}",
        things="genre",
    ),
    Facet(
        "portefeuille",
        (
            "e.portefeuille",
            "(SELECT ensemble FROM portefeuilles p WHERE p.portefeuille = e.portefeuille)",
        ),
        pattern="?inscription pia:portefeuille/skos:broader? ?portefeuille .",
        term="id/portefeuille/{}",
        relation=_ENTRIES,
        of_entry=True,
        needs="portefeuille",
        things="portefeuille",
    ),
    year_facet("e.annee", _ENTRIES),
    Facet(
        PRESENCE,
        (
            """CASE WHEN t.derniere_annee < (SELECT max(annee) FROM portraits) THEN 'absente'
               WHEN t.premiere_annee = (SELECT max(annee) FROM portraits) THEN 'nouvelle'
               ELSE 'poursuivie' END""",
        ),
        tests={
            "absente": "!({now})",
            "nouvelle": "{now} && !({before})",
            "poursuivie": "{now} && {before}",
        },
        values=PRESENCES,
    ),
)


def _read_things(kind: str, *, more: str = "") -> ReadRows:
    def read(
        tables: Tables,
        keys: Sequence[str],
        _years: tuple[int, ...],
        shape: Shape,
        _names: TableNames,
    ) -> list[Shown]:
        """Return each thing with its numbers by year, and what else is said of it."""
        marks = ", ".join("?" * len(keys))
        rows = tables.rows(
            f"SELECT t.{kind} AS cle, t.* FROM {TABLES[kind]} t WHERE t.{kind} IN ({marks})",  # noqa: S608
            keys,
        )
        things = {row["cle"]: row for row in rows}
        numbers: dict[str, dict[int, Row]] = {key: {} for key in keys}
        counted = tables.rows(
            f"SELECT * FROM nombres WHERE sorte = ? AND cle IN ({marks})",  # noqa: S608
            (kind, *keys),
        )
        for row in counted:
            numbers[row["cle"]][row[YEAR]] = row
        related: dict[str, list[str]] = {key: [] for key in keys}
        if more:
            for row in tables.rows(more.format(marks), (shape.newest, *keys)):
                related[row["cle"]].append(row["autre"])
        return [
            {"key": key, "thing": things[key], "numbers": numbers[key], "related": related[key]}
            for key in keys
        ]

    return read


# The portfolios of a body in the newest portrait in which it is.
_PORTFOLIOS = """SELECT DISTINCT e.organisme AS cle, e.portefeuille AS autre
  FROM inscriptions e JOIN organismes t USING (organisme)
  WHERE e.annee = min(t.derniere_annee, ?) AND e.portefeuille IS NOT NULL
    AND e.organisme IN ({}) ORDER BY autre"""


def _body_columns(shape: Shape) -> list[str]:
    portfolios = ["portefeuilles"] if "portefeuille" in shape.fields else []
    return [
        "organisme_uri",
        "nom",
        "genre_uri",
        "genre",
        *portfolios,
        "site",
        "premiere_annee",
        "derniere_annee",
        "initiatives",
        *(f"initiatives_{year}" for year in shape.years),
    ]


def _body_cells(row: Shown, shape: Shape, names: TableNames) -> list[Cell]:
    thing, numbers = row["thing"], row["numbers"]
    named, kind = names.get("organisme", str(row["key"])), names.get("genre", thing["genre"])
    cells: list[Cell] = [named.uri, named.name.value] if named else [None, None]
    cells += [kind.uri, kind.name.value] if kind else [None, None]
    if "portefeuille" in shape.fields:
        related = (names.get("portefeuille", key) for key in row["related"])
        cells.append("\n".join(one.name.value for one in related if one) or None)
    cells += [thing["site"], thing["premiere_annee"], thing["derniere_annee"]]
    return [*cells, thing["initiatives"], *_yearly(numbers, shape, "initiatives")]


def _yearly(numbers: Mapping[int, Row], shape: Shape, column: str) -> list[Cell]:
    return [numbers[year][column] if year in numbers else 0 for year in shape.years]


def _concept_columns(kind: str) -> Callable[[Shape], list[str]]:
    def columns(shape: Shape) -> list[str]:
        within = ["ensemble_uri", "ensemble"] if kind == "portefeuille" else []
        numbers = [f"{one}_{year}" for one in ("initiatives", "organismes") for year in shape.years]
        return [f"{kind}_uri", "nom", "definition", *within, "initiatives", *numbers]

    return columns


def _concept_cells(kind: str) -> Callable[[Shown, Shape, TableNames], list[Cell]]:
    def cells(row: Shown, shape: Shape, names: TableNames) -> list[Cell]:
        thing, numbers = row["thing"], row["numbers"]
        named = names.get(kind, str(row["key"]))
        listed: list[Cell] = [named.uri, named.name.value] if named else [None, None]
        definition = names.definition(thing["uri"])
        listed.append(definition.value if definition else None)
        if kind == "portefeuille":
            whole = names.get(kind, thing["ensemble"])
            listed += [whole.uri, whole.name.value] if whole else [None, None]
        listed.append(thing["initiatives"])
        yearly = (_yearly(numbers, shape, column) for column in ("initiatives", "organismes"))
        return [*listed, *(cell for cells in yearly for cell in cells)]

    return cells


def _is_found(kind: str) -> str:
    return f"t.{kind} = (SELECT cle FROM choses WHERE choses.chose = f.chose)"  # noqa: S608


def _orders(key: str) -> dict[str, Order]:
    return {
        "nom": Order(f"t.tri, {key}", of_names=True),
        "nombre": Order(f"t.initiatives DESC, t.tri, {key}"),
        "pertinence": Order(f"f.rang, t.tri, {key}", of_words=True),
    }


def _concepts(kind: str, path: str, class_name: str, entries: str) -> ListKind:
    relation = RelatedRows("nombres n", f"n.sorte = '{kind}' AND n.cle = t.{kind}")
    return ListKind(
        path=path,
        thing=kind,
        source=f"{TABLES[kind]} t",
        key=f"t.{kind}",
        facets=(year_facet("n.annee", relation),),
        orders=_orders(f"t.{kind}"),
        template="lists/things.html",
        statements=f"?{kind} a pia:{class_name} .",
        entries=f"?inscription {entries} ?{kind} .",
        entries_by_year=f"?inscription {entries} ?{kind} ; pia:annee ?annee .",
        read_rows=_read_things(kind),
        columns=_concept_columns(kind),
        cells=_concept_cells(kind),
        needs=kind,
        is_found=_is_found(kind),
    )


BODIES = ListKind(
    path="organismes",
    thing="organisme",
    source="organismes t",
    key="t.organisme",
    facets=_BODY_FACETS,
    orders=_orders("t.organisme"),
    template="lists/things.html",
    statements="[] pia:organisme ?organisme .",
    entries="?inscription pia:organisme ?organisme .",
    entries_by_year="?inscription pia:organisme ?organisme ; pia:annee ?annee .",
    read_rows=_read_things("organisme", more=_PORTFOLIOS),
    columns=_body_columns,
    cells=_body_cells,
    is_found=_is_found("organisme"),
)
PORTFOLIOS = _concepts(
    "portefeuille", "portefeuilles", "Portefeuille", "pia:portefeuille/skos:broader?"
)
CATEGORIES = _concepts("categorie", "categories", "Categorie", "pia:categorie")
STATUSES = _concepts("statut", "statuts", "Statut", "pia:statut")
