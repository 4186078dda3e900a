"""An OpenDocument spreadsheet is read as a workbook is, within the same limits."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import HEADER, PROJECT, ROW, Run
from transform.errors import UnreadableFile
from transform.layouts.model import load_layout
from transform.tables.rows import Reading, read_rows

SMALL = PROJECT / "tests/layouts/petit.toml"
URN = "urn:oasis:names:tc:opendocument:xmlns"
PREFIXES = {
    **{name: f"{URN}:{name}:1.0" for name in ("office", "table", "text", "style")},
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
HIDDEN = (
    '<style:style style:name="h" style:family="table"><style:table-properties'
    ' table:display="false"/></style:style>'
)


def as_ods(*tables: str, start: str = "<?xml version='1.0'?>") -> bytes:
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr(
            "content.xml",
            f"{start}<office:document-content {names}><office:automatic-styles>{HIDDEN}"
            f"</office:automatic-styles><office:body><office:spreadsheet>{''.join(tables)}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def table(*rows: str, name: str = "P", style: str = "", columns: str = "") -> str:
    shown = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{shown}>{columns}{"".join(rows)}</table:table>'


def cell(text: str, about: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {about}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, about: str = "") -> str:
    texts = "".join(text if text.startswith("<") else cell(text) for text in cells)
    return f"<table:table-row {about}>{texts}</table:table-row>"


REST = row(
    '<table:table-cell table:number-columns-repeated="16384"/>',
    about='table:number-rows-repeated="1048000"',
)
Read = Callable[[bytes], Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(raw: bytes) -> Reading:
        (tmp_path / "portrait.ods").write_bytes(raw)
        return read_rows(tmp_path / "portrait.ods", 2025, load_layout(str(SMALL)))

    return reading


def test_the_visible_sheet_whose_header_fits_is_read(read: Read) -> None:
    reading = read(
        as_ods(
            table(row(*HEADER), row(*ROW), row(*ROW), name="Vieux", style="h"),
            table(row("Portrait"), row(*HEADER), row(*ROW), REST),
        )
    )
    assert (reading.table.format, reading.table.sheet, reading.header.row) == ("ods", "P", 2)
    assert [row.cells for row in reading.rows] == [ROW]
    assert reading.rows[0].number == 3


def test_what_a_reader_does_not_see_is_noted(read: Read) -> None:
    number = 'office:value-type="float" office:value'
    odd = row(
        cell("0007", f'{number}="7"'), "B", "C", "D",
        "<table:table-cell table:formula='of:=[.A1]'/>",
        cell("#DIV/0!", 'office:value-type="string" office:string-value=""'
             ' calcext:value-type="error"'),
    )  # fmt: skip
    hidden = row(
        cell("1,5", f'{number}="1.5"'), "B", "C", "D", "E",
        cell("2 janv.", 'office:value-type="date" office:date-value="2025-01-02"'),
        about='table:visibility="filter"',
    )  # fmt: skip
    columns = (
        '<table:table-column table:number-columns-repeated="3"/>'
        '<table:table-column table:visibility="collapse"/>'
    )
    reading = read(as_ods(table(row(*HEADER), odd, hidden, REST, columns=columns)))
    assert [(row.cells.nom, row.cells.statut) for row in reading.rows] == [
        ("7", "#DIV/0!"),
        ("1.5", "2025-01-02"),
    ]
    assert [tuple(remark) for remark in reading.remarks] == [
        ("hidden", None, "portefeuille", "Portefeuille"),
        ("hidden", 3, "", ""),
        ("formula", 2, "benefices", "Bénéfices"),
        ("format", 2, "nom", "0007"),
    ]


def many(rows: int, columns: int) -> str:
    """Return a row that says in a few bytes that it fills so many cells."""
    filled = cell("x", f'office:value-type="string" table:number-columns-repeated="{columns}"')
    return row(filled, about=f'table:number-rows-repeated="{rows}"')


REFUSED: Sequence[tuple[bytes, str]] = [
    (as_ods(table(many(1_000, 16_384))), "more than 16,000,000 cells"),
    (as_ods(table(many(2_000_000, 1))), "more than 1,048,576 rows"),
    (as_ods(table(many(1, 20_000))), "more than 16,384 columns"),
    (as_ods(table(row("a"), name="A"), *[table(many(900, 9_000), name=n) for n in "BC"]),
     "more than 16,000,000 cells"),
    (as_ods(table(row("x" * (3 << 20)))), "a text of more than 2 MB"),
    (as_ods(table("<table:x/>" * 2_000_001)), "more than 2,000,000 elements"),
    (as_ods(table(row(f"<table:table-cell>{table(row('a'))}</table:table-cell>"))),
     "a table within a table"),
    (as_ods(table(row("&a;")), start='<!DOCTYPE x [<!ENTITY a "b">]>'), "a document type"),
    (as_ods(table(row("a")))[:-40], "damaged or protected"),
    (as_ods(table(many(-5, 2)) + "<table:table-row table:number-rows-repeated='x'/>"),
     "damaged or protected"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_would_fill_the_memory_is_refused(read: Read, raw: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(raw)
    assert words in str(refused.value)


def test_an_open_document_is_published(portrait_ia: Run, tmp_path: Path) -> None:
    (tmp_path / "p.ods").write_bytes(as_ods(table(row(*HEADER), row(*ROW), REST)))
    done = portrait_ia("build", f"2025={tmp_path}/p.ods", "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stdout + done.stderr
    release = tmp_path / "releases/current"
    assert "sources/2025/p.ods#row=2>" in (release / "dumps/portraits.nt").read_text("utf-8")
    catalogue = (release / "catalogue.ttl").read_text(encoding="utf-8")
    assert "media-types/application/vnd.oasis.opendocument.spreadsheet" in catalogue
