"""CSV of a portrait: URIs beside labels, nothing that a spreadsheet runs, described as CSVW."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from csvw import CSVW
from uritemplate import expand

from tests.conftest import ROW, Run
from transform.layouts.model import FIELDS, load_layout
from transform.release.csv_dialects import FLAVOURS
from transform.release.spreadsheets import columns_of
from transform.text.csv_injection import safe_cell

SKOS = "http://www.w3.org/2004/02/skos/core#"
YEARS = {2024: 168, 2025: 258}


def dumps_of(releases_folder: Path) -> Path:
    return releases_folder / "current" / "dumps"


def read(file: Path, separator: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=separator, strict=True))


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=dumps_of(example) / "portraits.nq", format=ox.RdfFormat.N_QUADS)
    return store


def values_of(
    store: ox.Store, subject: str, predicate: str, language: str | None = None
) -> set[str]:
    objects = {
        quad.object
        for quad in store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None)
    }
    kept = [o for o in objects if not language or getattr(o, "language", None) == language]
    return {str(getattr(o, "value", "")) for o in kept}


@pytest.mark.parametrize("year", YEARS)
def test_each_entry_is_a_line_with_its_uris_and_labels(
    example: Path, store: ox.Store, year: int
) -> None:
    rows = read(dumps_of(example) / f"portrait-{year}.csv")
    assert len(rows) == len({row["inscription"] for row in rows}) == YEARS[year]
    assert list(rows[0]) == [column.name for column in columns_of(load_layout("quebec"), FIELDS)]
    for row in rows:
        base = row["inscription"].partition("id/initiative/")[0]
        for name in ("organisme", "portefeuille", "categorie", "statut"):
            iri = row[f"{name}_uri"]
            assert values_of(store, row["inscription"], f"{base}def#{name}") == (
                {iri} if iri else set()
            )
            assert {row[name]} <= values_of(store, iri, f"{SKOS}prefLabel")
            if english := row.get(f"{name}_en"):
                assert {english} == values_of(store, iri, f"{SKOS}prefLabel", "en")
        benefits = values_of(store, row["inscription"], f"{base}def#benefices")
        assert {row["benefices"]} == {safe_cell(text) for text in benefits or {""}}
        assert row["source"].endswith(tuple(f"#row={n}" for n in range(2, 400)))
    assert any(row["categorie_en"] for row in rows)


def test_the_file_for_excel_holds_the_same_cells(example: Path) -> None:
    folder = dumps_of(example)
    body = (folder / "portrait-2025-excel.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbfinscription;initiative;")
    assert not (folder / "portrait-2025.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    excel = read(folder / "portrait-2025-excel.csv", ";", "utf-8-sig")
    assert excel == read(folder / "portrait-2025.csv")


def test_hostile_rows_come_out_as_cells(portrait_ia: Run, portrait: Any, tmp_path: Path) -> None:
    name, benefits = '=HYPERLINK("http://exemple.invalid";"clic")', 'a;b,"c"\r\n=1+1;=2'
    file = portrait((name, *ROW[1:4], benefits, ROW[5]), ("@Deux", *ROW[1:4], "-1", ROW[5]))
    done = portrait_ia("build", f"2025={file}", "--to", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    for flavour in FLAVOURS:
        path = dumps_of(tmp_path / "out") / f"portrait-2025{flavour.ending}"
        rows = read(path, flavour.separator, flavour.encoding)
        cells = {(row["nom"], row["benefices"]) for row in rows}
        assert cells == {(f"'{name}", benefits), ("'@Deux", "-1")}


def text(value: Any) -> str | None:
    """Return a cell of the other library as text; it holds addresses as tuples."""
    cell_text: str | None = value.unsplit() if hasattr(value, "unsplit") else value
    return cell_text


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda f: f.ending)
def test_metadata_are_valid_csvw_and_say_what_the_graph_says(
    example: Path, tmp_path: Path, flavour: Any
) -> None:
    name = f"portrait-2025{flavour.ending}"
    for file in (name, f"{name}-metadata.json"):
        shutil.copyfile(dumps_of(example) / file, tmp_path / file)
    table = CSVW(
        str(tmp_path / name), md_url=str(tmp_path / f"{name}-metadata.json"), validate=True
    )
    assert table.is_valid, table.warnings
    assert table.warnings == []
    schema = json.loads((tmp_path / f"{name}-metadata.json").read_bytes())["tableSchema"]
    stated = set()
    rows = [{name: text(value) for name, value in row.items()} for row in table.t]
    assert len(rows) == YEARS[2025]
    for row in rows:
        given: dict[str, Any] = {k: v for k, v in row.items() if v is not None}
        subject = expand(schema["aboutUrl"], **given)
        for column in schema["columns"]:
            if not column.get("suppressOutput") and row[column["name"]] is not None:
                value = expand(column["valueUrl"], **given)
                stated.add((subject, column["propertyUrl"], value))
    graph = {
        (str(q.subject)[1:-1], q.predicate.value, str(q.object)[1:-1])
        for q in ox.parse(path=dumps_of(example) / "portrait-2025.nt")
    }
    assert len(stated) > 6 * YEARS[2025]
    assert stated <= graph


def test_metadata_that_do_not_fit_the_table_are_found(example: Path, tmp_path: Path) -> None:
    body = (dumps_of(example) / "portrait-2025.csv").read_bytes()
    (tmp_path / "portrait-2025.csv").write_bytes(body.replace(b"inscription,", b"autre,", 1))
    metadata = tmp_path / "portrait-2025.csv-metadata.json"
    shutil.copyfile(dumps_of(example) / metadata.name, metadata)
    with pytest.raises(ValueError, match="missing required columns"):
        list(CSVW(str(tmp_path / "portrait-2025.csv"), md_url=str(metadata)).t)
