"""A file is read for what it holds, whatever its name says, or refused in one line."""

import codecs
import csv
import datetime as dt
import gzip
import hashlib
import io
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PROJECT
from transform.errors import UnreadableFile
from transform.layouts.model import load_layout
from transform.tables import csv_reader, reader, zip_limits
from transform.tables.reader import read_table
from transform.tables.table import Table

Read = Callable[..., Table]
SMALL = PROJECT / "tests/layouts/petit.toml"
HEADER = ("Nom", "Catégorie", "Organisme", "Portefeuille", "Statut")
ROW = ("Un projet", "Automatisation", "Régie", "Santé", "En cours")
LAYOUT = load_layout(str(SMALL))
CODECS = {
    "utf-8": ("utf-8", b""),
    "utf-8-sig": ("utf-8", codecs.BOM_UTF8),
    "utf-16-le": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be": ("utf-16-be", codecs.BOM_UTF16_BE),
    "windows-1252": ("cp1252", b""),
}
AS_TABLE = "Give the file as .csv in UTF-8, as .xlsx, .xls, .ods or .json."


def as_csv(*records: Sequence[object], separator: str = ",", **how: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, **how).writerows(records)
    return out.getvalue()


def as_xlsx(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, records in sheets.items():
        sheet = book.create_sheet(name)
        for record in records:
            sheet.append(record)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_zip(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def repacked(raw: bytes, **replaced: bytes) -> bytes:
    """Put other bytes in the place of some parts of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(Path(name).stem) or old.read(name))
    return out.getvalue()


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = {
    SPREADSHEET.encode(): b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}
HEAD = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in HEADER)
HEAD = f'<row r="1">{HEAD}</row>'


def sheet_of(rows: str) -> bytes:
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(raw: bytes, name: str = "portrait.csv") -> Table:
        file = tmp_path / name
        file.write_bytes(raw)
        return read_table(file, LAYOUT)

    return reading


def refusal(read: Read, raw: bytes, name: str = "portrait.csv") -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(raw, name)
    assert "\n" not in str(refused.value)
    return str(refused.value).replace(str(SMALL), SMALL.name)


@pytest.mark.parametrize("encoding", CODECS)
@pytest.mark.parametrize("separator", csv_reader.SEPARATORS)
def test_encoding_and_separator_are_found(read: Read, encoding: str, separator: str) -> None:
    codec, mark = CODECS[encoding]
    records = [("Un titre, et; du | texte",), HEADER, ("a, b; c\td | e", *ROW[1:])]
    raw = mark + as_csv(*records, separator=separator).encode(codec)
    table = read(raw)
    assert (table.encoding, table.separator) == (encoding, separator)
    assert [tuple(filter(None, record)) for record in table.records] == records
    assert (table.raw_sha256, table.bytes) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert (table.format, table.sheet) == ("csv", None)


def test_the_separator_of_the_header_beats_the_most_frequent(read: Read) -> None:
    row = ("a, b, c, d", "e, f, g, h, i, j, k, l, m", *ROW[2:])
    raw = "\n".join(";".join(record) for record in (HEADER, row, row, row)).encode()
    table = read(raw)
    assert (table.separator, table.records[1]) == (";", row)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_outside_of_quotes_part_records_and_inside_stay(read: Read, end: str) -> None:
    cell = "a\r\nb\nc\rd\x85e\u2028f\x0bg\x0ch"
    text = as_csv(HEADER, (cell, *ROW[1:]), lineterminator=end, quoting=csv.QUOTE_ALL)
    table = read(text.encode())
    assert table.records == [HEADER, (cell, *ROW[1:])]


@pytest.mark.parametrize(
    "cell",
    ["NA", "nan", "NULL", "None", "#N/A", "007", "1e5", "1,5", "TRUE", " x ", "\t", "# non",
     '=HYPERLINK("x")', "\x1b[0m\x01", "\u202eabc", "\U0001f600", "l'«été»", "\\", "\\n", "''"],
)  # fmt: skip
def test_a_cell_of_text_is_left_as_it_is(read: Read, cell: str) -> None:
    assert read(as_csv(HEADER, (cell, *ROW[1:])).encode()).records[1][0] == cell


def test_blank_and_short_records_keep_their_place(read: Read) -> None:
    table = read(("\n" + ",".join(HEADER) + "\n\n,,,,\na\n" + ",".join(ROW)).encode())
    blank = ("",) * 5
    assert table.records == [blank, HEADER, blank, blank, ("a", *blank[1:]), ROW]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)
simple = st.text(st.characters(codec="cp1252", exclude_characters="\0\ufeff"), max_size=8)


def comes_back(folder: Path, records: list[tuple[str, ...]], encoding: str, separator: str) -> None:
    codec, mark = CODECS[encoding]
    file = folder / "random.csv"
    file.write_bytes(mark + as_csv(HEADER, *records, separator=separator).encode(codec))
    assert read_table(file, LAYOUT).records == [HEADER, *records]


@given(
    st.lists(st.tuples(*[cells] * 5), max_size=4),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
    st.sampled_from(csv_reader.SEPARATORS),
)
def test_random_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[str, ...]],
    encoding: str,
    separator: str,
) -> None:
    comes_back(tmp_path_factory.getbasetemp(), records, encoding, separator)


@given(st.lists(st.tuples(*[simple] * 5), max_size=4), st.sampled_from(csv_reader.SEPARATORS))
def test_random_cells_of_windows_1252_come_back(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, ...]], separator: str
) -> None:
    # Enough accents that no chance makes the random ones look like UTF-8.
    many = [*records, ("é " * 500, *ROW[1:])]
    comes_back(tmp_path_factory.getbasetemp(), many, "windows-1252", separator)


BROKEN = [
    (
        as_csv(HEADER, ROW, ROW).encode().replace(b"Sant\xc3\xa9", b"Sant\xe9", 1),
        'portrait.csv, row 2, column 4 "Portefeuille": byte 0xE9 is not utf-8, in "Sant\\xe9".'
        " Correct the cell, or save the file again as UTF-8.",
    ),
    (
        as_csv(("Titre\n2",), HEADER, ROW, (*ROW[:2], "x" * 40 + "?" + "y" * 40, *ROW[3:]))
        .encode().replace(b"?", b"\xff"),
        'portrait.csv, row 4, column 3 "Organisme": byte 0xFF is not utf-8,'
        f' in "{"x" * 30}\\xff{"y" * 29}".'
        " Correct the cell, or save the file again as UTF-8.",
    ),
    (
        as_csv(HEADER, ROW).encode("cp1252").replace(b"projet", b"pro\x9djet"),
        'portrait.csv, row 2, column 1 "Nom": byte 0x9D is not windows-1252,'
        ' in "Un pro\\x9djet". Correct the cell, or save the file again as UTF-8.',
    ),
    (
        as_csv(HEADER, ROW).encode().replace(b"Statut", b"\xe9tat"),
        'portrait.csv, row 1, column 5: byte 0xE9 is not utf-8, in "\\xe9tat".'
        " Correct the cell, or save the file again as UTF-8.",
    ),
    (
        codecs.BOM_UTF16_LE + as_csv(HEADER, ROW).encode("utf-16-le")[:-4] + b"\x00\xd8",
        'portrait.csv, row 2, column 5 "Statut": byte 0x00 is not utf-16-le,'
        ' in "En cours\\x00\\xd8". Correct the cell, or save the file again as UTF-8.',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "message"), BROKEN)
def test_one_broken_byte_is_named_with_its_cell(read: Read, raw: bytes, message: str) -> None:
    assert refusal(read, raw) == message


MISQUOTED = [
    (
        'Nom,Statut\nun,b\n"deux,b\ntrois,b\n',
        'portrait.csv, row 3 (line 3 of the text), column 1 "Nom": a quote that opens here is not'
        ' closed, or not doubled inside the cell: "deux,b trois,b … Close it,'
        ' or write "" for each quote inside the cell.',
    ),
    (
        'Nom,Statut\n"a\nb",b\nun,"le "grand" pas"\n',
        'portrait.csv, row 3 (line 4 of the text), column 2 "Statut": a quote that opens here is'
        ' not closed, or not doubled inside the cell: "le "grand" pas" … Close it,'
        ' or write "" for each quote inside the cell.',
    ),
    (
        'Nom,Statut\nun,"ouvert\n"deux",b\n',
        'portrait.csv, row 2 (line 2 of the text), column 2 "Statut": a quote that opens here is'
        ' not closed, or not doubled inside the cell: "ouvert "deux",b … Close it,'
        ' or write "" for each quote inside the cell.',
    ),
    *(
        (
            f'Nom,Statut\nun,"{long}',
            "portrait.csv: row 2 (line 2 of the text) has a cell of over 1,000,000 characters,"
            " more than the file of a year can need. Check separators and quotes.",
        )
        for long in ("x" * 1_000_001 + '"\n', "x\n" * 600_000)
    ),
]


@pytest.mark.parametrize(("text", "message"), MISQUOTED)
def test_a_quote_out_of_place_is_named_where_it_opens(read: Read, text: str, message: str) -> None:
    limit = csv.field_size_limit()
    assert refusal(read, text.encode()) == message
    assert csv.field_size_limit() == limit


PAGE = b"\xef\xbb\xbf\n <!DOCTYPE HTML><html><body><table><tr><td>Nom</td></tr></table></body>"
FOREIGN = [
    (b"", "an empty file. Download or save it again."),
    (b" \n\t\n;;;\n", f"holds nothing but blanks. {AS_TABLE}"),
    (codecs.BOM_UTF8, f"holds nothing but blanks. {AS_TABLE}"),
    (PAGE, "a web page. Download the file itself, not the page that shows it."),
    (
        PAGE.decode().encode("utf-16"),
        "a web page. Download the file itself, not the page that shows it.",
    ),
    (
        b"<?xml version='1.0'?><html xmlns='x'>",
        "a web page. Download the file itself, not the page that shows it.",
    ),
    (b"<?xml version='1.0'?><Workbook>", f"an XML document. {AS_TABLE}"),
    (b"%PDF-1.7\n%\xe2\xe3\n", f"a PDF document. {AS_TABLE}"),
    (b"\x89PNG\r\n\x1a\n\0\0", f"an image. {AS_TABLE}"),
    (gzip.compress(b"Nom,Statut", mtime=0), "a gzip archive. Unpack it first."),
    (
        reader.OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
        f"an old Office file that is no workbook, such as .doc. {AS_TABLE}",
    ),
    (
        reader.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "a workbook with a password."
        " Save it from a spreadsheet as .xlsx without password, or as .csv in UTF-8.",
    ),
    (
        as_zip(readme="x"),
        "a zip archive that is no workbook. Unpack it, or open it in a spreadsheet and save it"
        " as .xlsx or as .csv in UTF-8.",
    ),
    (
        as_zip(**{"content.xml": "<x/>"}),
        "an OpenDocument file that is no spreadsheet. Unpack it, or open it in a spreadsheet and"
        " save it as .xlsx or as .csv in UTF-8.",
    ),
    (
        as_zip(**{"content.xml": "<x/>", "xl__worksheets__sheet1.xml": "<x/>"}),
        "two workbooks of different kinds in one zip archive. Unpack it, or open it in a"
        " spreadsheet and save it as .xlsx or as .csv in UTF-8.",
    ),
    (
        as_zip(**{"[Content_Types].xml": "<x/>", "xl__workbook.bin": "x"}),
        "a binary workbook (.xlsb). Unpack it, or open it in a spreadsheet and save it"
        " as .xlsx or as .csv in UTF-8.",
    ),
    (
        b"PK\x03\x04 and no more",
        "a damaged or protected zip archive (File is not a zip file)."
        " Download or save the file again.",
    ),
    (
        bytes(range(256)) * 20,
        "holds NUL characters: a binary file, or an encoding other than UTF-8, UTF-16"
        f" and Windows-1252. {AS_TABLE}",
    ),
]


@pytest.mark.parametrize(("raw", "message"), FOREIGN)
@pytest.mark.parametrize("name", ["portrait.csv", "portrait.xlsx"])
def test_a_file_that_is_no_table_is_refused_by_its_content(
    read: Read, raw: bytes, message: str, name: str
) -> None:
    assert refusal(read, raw, name) == f"{name}: {message}"


def test_a_name_with_another_ending_does_not_matter(read: Read) -> None:
    assert read(as_csv(HEADER, ROW).encode(), "portrait.xlsx").format == "csv"
    assert read(as_xlsx(a=[HEADER, ROW]), "portrait.csv").format == "xlsx"


def test_paths_that_are_no_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in [
        (tmp_path, "a folder. Give the path of one .csv or .xlsx file."),
        (tmp_path / "none.csv", "no such file. Check the path."),
        (tmp_path / "none.csv" / "x", "no such file. Check the path."),
        (tmp_path / "pipe", f"no regular file. {AS_TABLE}"),
    ]:
        with pytest.raises(UnreadableFile) as refused:
            read_table(path, LAYOUT)
        assert str(refused.value) == f"{path}: {message}"
    with pytest.raises(
        UnreadableFile, match=r"^a\\x00b: a name with a control character .* Rename"
    ):
        read_table(Path("a\0b"), LAYOUT)


def test_sizes_beyond_a_portrait_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = as_csv(HEADER, ["x"] * 1025).encode()
    assert refusal(read, wide) == (
        "portrait.csv: row 2 has 1,025 cells, more than the file of a year can need."
        " Check separators and quotes."
    )
    monkeypatch.setattr(csv_reader, "CELLS", 9)
    assert refusal(read, as_csv(HEADER, ROW).encode()) == (
        "portrait.csv: 2 rows of up to 5 cells, more than the file of a year can need."
        " Check separators and quotes."
    )
    monkeypatch.setattr(reader, "LARGEST", 3)
    assert refusal(read, b"Nom,").startswith("portrait.csv: larger than 0 MB, more than")


SEEN = [
    ("texte ", "texte "), (5, "5"), (5.0, "5"), (-0.5, "-0.5"), (0.1 + 0.2, "0.3"),
    (12345678901234, "12345678901234"), (True, "TRUE"), (False, "FALSE"), (None, ""),
    (dt.date(2025, 12, 19), "2025-12-19"),
    (dt.datetime.fromisoformat("2025-12-19T08:05"), "2025-12-19T08:05:00"),
    (dt.time(8, 5), "08:05:00"), ("#N/A", "#N/A"), ("#DIV/0!", "#DIV/0!"), ("nan", "nan"),
    ("NA", "NA"), ("NULL", "NULL"), ("007", "007"), ("a\nb", "a\nb"),
    ("\U0001f600 é", "\U0001f600 é"),
    # ECMA-376 part 1, 22.4.2.4: _xHHHH_ is a character, and _x005F_ a line that begins none.
    ("a_x000D_\nb", "a\r\nb"), ("_x00E9_t_x00e9_", "été"), ("_x005F_x000D_", "_x000D_"),
    ("0x005F_FFFF", "0x005F_FFFF"), ("a_x00G1_b", "a_x00G1_b"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SEEN)
def test_a_cell_of_a_workbook_reads_as_it_is_seen(read: Read, value: object, text: str) -> None:
    assert read(as_xlsx(a=[HEADER, (value, *ROW[1:])])).records[1] == (text, *ROW[1:])


SHOWN = [
    (7, "0000", "0007"), (-7, "0000", "-0007"), (12345, "0000", "12345"), (7, "0", "7"),
    (7, "@", "7"), (999, "#,##0", "999"), (dt.timedelta(hours=36), "[h]:mm", "36:00"),
    (dt.timedelta(hours=1, seconds=5), "[mm]:ss", "60:05"),
    (dt.timedelta(days=-1), "[h]:mm:ss", "-24:00:00"),
    (dt.date(2025, 3, 1), "yyyy", "2025"), (dt.date(2025, 3, 1), 'd" yyy "mmm yy', "2025-03-01"),
    (dt.time(8, 5), "h:mm", "08:05:00"),
]  # fmt: skip
NOT_SHOWN = [
    (0.25, "0%", "0.25"), (3.5, "0.00", "3.5"), (1000, "#,##0", "1000"), (0.5, "0000", "0.5"),
    (7, '"no "0', "7"), (dt.date(2025, 3, 1), "mmm yyyy", "2025-03-01"),
    (dt.timedelta(hours=36), "[h] h", "36:00:00"), (7, "000;-000", "7"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "code", "text"), [*SHOWN, *NOT_SHOWN])
def test_a_value_reads_in_its_format_or_is_marked_as_shown_otherwise(
    read: Read, value: object, code: str, text: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(ROW)
    book.active["A2"] = value
    book.active["A2"].number_format = code
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue())
    assert table.records[1][0] == text
    marked = [(2, 0, code)] if (value, code, text) in NOT_SHOWN else []
    assert list(table.marks.formatted()) == marked


def test_a_format_that_a_workbook_names_by_number_is_known(read: Read) -> None:
    """Number 10 is 0.00%, which needs no declaration; number 41 depends on the reader's country."""
    styles = f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf/>'
    styles += '<xf numFmtId="10"/><xf numFmtId="41"/></cellXfs></styleSheet>'
    row = '<row r="2"><c r="A2" s="1"><v>0.5</v></c><c r="B2" s="2"><v>5</v></c></row>'
    raw = repacked(as_xlsx(a=[HEADER]), sheet1=sheet_of(HEAD + row), styles=styles.encode())
    assert list(read(raw).marks.formatted()) == [(2, 0, "0.00%"), (2, 1, "#41")]


FORMULAS = {
    "<c r='A2' t='str'><f>B2</f></c>": True,
    "<c r='A2'><f>B2</f><v/></c>": True,
    "<c r='A2'><f>B2</f><v></v>\n</c>": True,
    "<c r='A2'><f t='shared' si='0'/></c>": True,
    "<c r='A2' t='str'><f>B2</f><v></v></c>": False,
    "<c r='A2' t='str'><f>B2</f><v>x</v></c>": False,
    "<c r='A2'><f>B2</f><v>0</v></c>": False,
    "<c r='A2' t='e'><f>B2</f><v>#REF!</v></c>": False,
    "<c r='A2' t='inlineStr'><is><t>x</t></is></c>": False,
    "<c r='A2' s='0'/>": False,
}


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_whose_value_is_not_stored_is_marked(read: Read, cell: str) -> None:
    sheet = sheet_of(f"{HEAD}<row r='2'>{cell}<c r='B2'><v>1</v></c></row>")
    table = read(repacked(as_xlsx(a=[HEADER]), sheet1=sheet))
    assert list(table.marks.formulas()) == ([(2, 0)] if FORMULAS[cell] else [])


def test_a_hidden_row_and_a_hidden_column_are_marked(read: Read) -> None:
    book = openpyxl.Workbook()
    for record in (HEADER, ROW, ROW):
        book.active.append(record)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue())
    assert (table.marks.hidden_rows, table.marks.hidden_columns) == ([3], [(1, 1)])
    assert table.records == [HEADER, ROW, ROW]


def strict(raw: bytes) -> bytes:
    """Write a workbook in the namespaces of Strict Open XML (ISO/IEC 29500-1)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            for transitional, other in STRICT.items():
                part = part.replace(transitional, other)
            new.writestr(name, part)
    return out.getvalue()


def test_a_strict_workbook_and_parts_in_another_case_are_read(read: Read) -> None:
    raw = as_xlsx(a=[HEADER, ROW])
    assert read(strict(raw)).records == [HEADER, ROW]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name.replace("worksheets/sheet1", "Worksheets/Sheet1"), old.read(name))
    assert read(out.getvalue()).records == [HEADER, ROW]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_the_portrait_only_where_the_layout_names_it(
    read: Read, tmp_path: Path, state: str
) -> None:
    def book(**sheets: Sequence[Sequence[object]]) -> bytes:
        made = openpyxl.load_workbook(io.BytesIO(as_xlsx(**sheets)))
        made["Vieux"].sheet_state = state
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()

    both = book(Neuf=[HEADER, ROW], Vieux=[HEADER, ROW, ROW])
    assert read(both).sheet == "Neuf"
    alone = book(Aide=[("Statut",)], Vieux=[HEADER, ROW])
    assert refusal(read, alone) == (
        'portrait.csv: only the hidden sheet "Vieux" has a header that fits petit.toml'
        ' (sheets: "Aide", "Vieux"). Unhide it in a spreadsheet if it is the one with the data, or'
        " name it as sheet under [portraits.YYYY] of petit.toml."
    )
    named = tmp_path / "nomme.toml"
    named.write_text(f'layout = 1\nextends = "{SMALL}"\n[portraits.2025]\nsheet = "Vieux"\n')
    (tmp_path / "portrait.xlsx").write_bytes(alone)
    layout = load_layout(str(named))
    assert read_table(tmp_path / "portrait.xlsx", layout, 2025).records == [HEADER, ROW]
    (tmp_path / "portrait.xlsx").write_bytes(as_xlsx(Neuf=[HEADER, ROW]))
    with pytest.raises(UnreadableFile) as refused:
        read_table(tmp_path / "portrait.xlsx", layout, 2025)
    assert str(refused.value) == (
        'portrait.xlsx: no sheet is named "Vieux" (sheets: "Neuf").'
        f" Correct sheet under [portraits.2025] of {named}."
    )


def test_the_sheet_whose_header_fits_is_found(read: Read) -> None:
    notes = [("Nom", "Ce que c'est"), ("Statut", "Où en est le projet")]
    table = read(as_xlsx(Vide=[], Dictionnaire=notes, Portrait=[("Titre",), HEADER, ROW]))
    assert (table.sheet, table.records[2]) == ("Portrait", ROW)
    assert (table.encoding, table.separator) == (None, None)


def test_of_sheets_that_lack_a_column_the_nearest_is_read(read: Read) -> None:
    assert read(as_xlsx(a=[("Nom",), ("x",)], b=[HEADER[:3], ROW[:3]])).sheet == "b"


@pytest.mark.parametrize(
    ("sheets", "fault"),
    [
        ({"2024": [HEADER, ROW], "2025": [HEADER, ROW], "n": [("x",)]}, "several sheets have"),
        ({"2024": [HEADER[:2]], "2025": [HEADER[:2]], "n": [("x",)]}, "several sheets have"),
        ({"2024": [("a",)], "2025": [], "n": [("x",)]}, "no sheet has"),
    ],
)
def test_sheets_that_leave_a_doubt_are_listed(
    read: Read, sheets: dict[str, list[tuple[str, ...]]], fault: str
) -> None:
    step = "add its columns to those under [fields.…] of petit.toml."
    if fault == "several sheets have":
        step = "name it as sheet under [portraits.YYYY] of petit.toml."
    assert refusal(read, as_xlsx(**sheets), "portrait.xlsx") == (
        f'portrait.xlsx: {fault} a header that fits petit.toml (sheets: "2024", "2025", "n").'
        f" Save the sheet with the data alone, or {step}"
    )


def test_rows_of_a_workbook_keep_their_place(read: Read) -> None:
    def row(number: int, letters: str, texts: Sequence[str]) -> str:
        cells = "".join(
            f'<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for letter, text in zip(letters, texts, strict=True)
        )
        return f'<row r="{number}">{cells}</row>'

    sheet = sheet_of(row(2, "ABCDE", HEADER) + row(7, "BD", "xy"))
    table = read(repacked(as_xlsx(a=[HEADER]), sheet1=sheet))
    assert table.records[1] == HEADER
    assert table.records[6] == ("", "x", "", "y", "")
    assert len(table.records) == 7


def test_a_number_has_the_fifteen_digits_that_a_spreadsheet_shows(read: Read) -> None:
    sheet = sheet_of(f"{HEAD}<row><c><v>0.30000000000000004</v></c></row>")
    assert read(repacked(as_xlsx(a=[HEADER]), sheet1=sheet)).records[1][0] == "0.3"


def test_a_workbook_may_hold_images(read: Read) -> None:
    out = io.BytesIO(as_xlsx(a=[HEADER, ROW]))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/media/image1.png", b"\x89PNG\r\n")
        packed.writestr("docProps/part", b"<open")
    assert read(out.getvalue()).records == [HEADER, ROW]


UNPACKED = (
    ", more than the file of a year can need. Save only the sheet with the data as a new .xlsx,"
)
BOMBS = [
    ('<row r="1048577"/>', "more than 1,048,576 rows"),
    ('<row r="1"/>' * 1_048_577, "more than 1,048,576 rows"),
    ('<row r="1"><c r="XFE1"/></row>', "more than 16,384 columns"),
    ('<row r="1">' + "<c/>" * 16_385 + "</row>", "more than 16,384 columns"),
    ('<row><c r="XFD1"/></row>' * 980, "more than 16,000,000 cells"),
    ('<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1000"><c><v>1</v></c></row>',
     "more than 16,000,000 cells"),
    ('<row r="1"><c r="XFD1"><is/></c></row><row r="1000"><c><is/></c></row>',
     "more than 16,000,000 cells"),
    # The reader places a cell by its own reference, not by that of its row.
    ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
     "more than 16,000,000 cells"),
    ('<row r="1"><c r="A1048577"><v>1</v></c></row>', "more than 1,048,576 rows"),
    ("<a/>" * 2_000_001, "more than 2,000,000 elements outside of rows"),
    ("<row><c><v>" + "1" * (2 << 20) + "1</v></c></row>", "a text of more than 2 MB"),
    ('<row x="' + "1" * (3 << 20) + '"/>', "a tag of more than 2 MB"),
    ("<!--" + "1" * (3 << 20) + "-->", "a tag of more than 2 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "what"), BOMBS, ids=[case[1] for case in BOMBS])
def test_a_sheet_that_would_fill_the_memory_is_refused(read: Read, rows: str, what: str) -> None:
    raw = repacked(as_xlsx(a=[HEADER]), sheet1=sheet_of(rows))
    assert refusal(read, raw).startswith(f"portrait.csv: unpacks to {what}{UNPACKED}")


def test_the_cells_of_all_sheets_are_counted_together(read: Read) -> None:
    """Each sheet alone would be read, and all of them are, to find the portrait."""
    large = sheet_of('<row r="900000"><c r="J900000"><v>1</v></c></row>')
    raw = repacked(as_xlsx(a=[HEADER, ROW], b=[ROW]), sheet1=large, sheet2=large)
    message = f"portrait.csv: unpacks to more than 16,000,000 cells{UNPACKED}"
    assert refusal(read, raw).startswith(message)


@pytest.mark.parametrize("name", ["count", "uniqueCount"])
def test_a_list_that_declares_billions_of_entries_is_refused(read: Read, name: str) -> None:
    part = f'<sst xmlns="{SPREADSHEET}" {name}="4294967296"><si><t>x</t></si></sst>'
    raw = repacked(as_xlsx(a=[HEADER, ROW]), styles=part.encode())
    message = f"portrait.csv: unpacks to a list of 4,294,967,296 entries{UNPACKED}"
    assert refusal(read, raw).startswith(message)


def test_entities_are_refused(read: Read) -> None:
    growing = b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'
    raw = repacked(as_xlsx(a=[HEADER, ROW]), theme1=growing)
    assert refusal(read, raw) == (
        "portrait.csv: a damaged or protected zip archive (a document type declaration)."
        " Download or save the file again."
    )


def test_too_many_members_are_refused(read: Read) -> None:
    raw = as_zip(**{f"xl__{number}": "" for number in range(2001)})
    message = f"portrait.csv: unpacks to more than 2,000 files{UNPACKED}"
    assert refusal(read, raw).startswith(message)


def test_other_compressions_are_refused(read: Read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
    assert "zip archive (neither stored nor deflated)" in refusal(read, out.getvalue())


@pytest.mark.parametrize("part", ["sheet1", "theme1", "workbook", "styles"])
def test_a_damaged_part_is_refused(read: Read, part: str) -> None:
    raw = repacked(as_xlsx(a=[HEADER, ROW]), **{part: b"<broken"})
    assert refusal(read, raw).startswith("portrait.csv: a damaged or protected zip archive (")


@pytest.mark.parametrize("part", ["workbook", "workbook.xml"])
def test_a_part_that_is_another_is_refused(read: Read, part: str) -> None:
    raw = repacked(as_xlsx(a=[HEADER, ROW]), **{part: b"<other/>"})
    assert refusal(read, raw).startswith("portrait.csv: ")


def test_a_cut_workbook_is_refused(read: Read) -> None:
    raw = as_xlsx(a=[HEADER, ROW])
    for length in range(4, len(raw), 97):
        assert refusal(read, raw[:length]).startswith("portrait.csv: a damaged or protected zip")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.csv"
    file.write_bytes(raw)
    refused = ""
    try:
        read_table(file, LAYOUT)
    except UnreadableFile as error:
        refused = str(error)
    assert refused.isprintable()


def gigabytes(declared: int) -> bytes:
    """Pack three gigabytes of blanks as a sheet, and declare some number of bytes."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * (4 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    out = io.BytesIO(as_xlsx(a=[HEADER, ROW]))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/worksheets/sheet2.xml", block * 768 + packer.flush())
        member = packed.getinfo("xl/worksheets/sheet2.xml")
        member.compress_type, member.file_size = zipfile.ZIP_DEFLATED, declared
    return out.getvalue()


MEASURE = """
import sys, zipfile
from pathlib import Path
from transform.errors import UnreadableFile
from transform.layouts.model import load_layout
from transform.tables.reader import read_table
unpacked, read = 0, zipfile.ZipExtFile.read
def count(*arguments):
    global unpacked
    part = read(*arguments)
    unpacked += len(part)
    return part
zipfile.ZipExtFile.read, layout = count, load_layout(sys.argv[2])
try:
    read_table(Path(sys.argv[1]), layout)
except UnreadableFile as refused:
    print(refused)
print(unpacked / 2**20)
# ru_maxrss of a new process begins with what its parent had (getrusage(2) counts before execve).
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
"""


@pytest.mark.parametrize(
    ("declared", "message"),
    [(3 << 30, "unpacks to 3,072 MB, more"), (1000, "damaged or protected zip archive")],
)
def test_gigabytes_are_refused_before_they_are_unpacked(
    tmp_path: Path, declared: int, message: str
) -> None:
    file = tmp_path / "bombe.xlsx"
    file.write_bytes(gigabytes(declared))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file), str(SMALL)],
        capture_output=True, text=True, check=True, cwd=PROJECT,
    )  # fmt: skip
    line, unpacked, megabytes = done.stdout.splitlines()
    assert message in line
    assert float(unpacked) < 1
    assert float(megabytes) < 1000


def test_sizes_are_counted_and_not_only_believed(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_limits, "refuse_declared", lambda _: None)
    monkeypatch.setattr(zip_limits, "UNPACKED", 4096)
    assert refusal(read, as_xlsx(a=[HEADER, ROW])).startswith(
        "portrait.csv: unpacks to more than 0 MB, more than"
    )
