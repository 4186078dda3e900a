"""JSON and NDJSON are read as CSV is: an object a row, a key a column."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HEADER, PROJECT, ROW, Run
from transform.errors import UnreadableFile
from transform.layouts.model import load_layout
from transform.tables import json_reader
from transform.tables.encoding import decode
from transform.tables.rows import Reading, read_rows
from transform.tables.table import row_of

SMALL = PROJECT / "tests/layouts/petit.toml"
NAMES = ("Nom", *HEADER[1:])
OBJECT = dict(zip(NAMES, ROW, strict=True))
Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a text with the small layout, and what is added to it."""

    def reading(text: str | bytes, more: str = "", name: str = "portrait.json") -> Reading:
        layout, file = tmp_path / "essai.toml", tmp_path / name
        layout.write_text(f'extends = "{SMALL}"\ncolumns.other = "list"\n{more}', "utf-8")
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_rows(file, 2025, load_layout(str(layout)))

    return reading


def as_json(*objects: dict[str, Any], **around: Any) -> str:
    return json.dumps({**around, "result": {"records": objects}} if around else objects, indent=1)


def test_objects_are_rows_counted_from_one(read: Read) -> None:
    reading = read(as_json(OBJECT, {**OBJECT, "Nom": "Autre", "Statut": None}))
    assert [row.number for row in reading.rows] == [1, 2]
    assert reading.rows[0].cells == ROW
    assert (reading.rows[1].cells.nom, reading.rows[1].cells.statut) == ("Autre", "")
    assert (reading.table.format, reading.table.encoding, reading.read) == ("json", "utf-8", 2)
    assert reading.table.fragment(2) == "/1"


def test_the_layout_names_the_path_of_the_rows(read: Read) -> None:
    reading = read(as_json(OBJECT, help="x"), 'file.path = "result.records"')
    assert reading.table.fragment(1) == "/result/records/0"
    for path in ("", "result.rows", "help"):
        with pytest.raises(UnreadableFile) as refused:
            read(as_json(OBJECT, help="x"), f'file.path = "{path}"' if path else "")
        assert 'Lists of objects: "result.records" (1).' in str(refused.value)
        assert "path under [file] of " in str(refused.value)


def test_a_line_is_a_row_and_a_blank_line_is_listed(read: Read) -> None:
    lines = [json.dumps(OBJECT), "", json.dumps({**OBJECT, "Nom": "Autre"}), ""]
    reading = read("\r\n".join(lines))
    assert [row.number for row in reading.rows] == [1, 3]
    assert [(line.row, line.kind) for line in reading.listed] == [(2, "blank")]
    assert (reading.table.format, reading.table.fragment(3)) == ("ndjson", "line=2,3")


@pytest.mark.parametrize("line", ["{}", "\n{}\n\n"])
def test_one_line_is_one_row(read: Read, line: str) -> None:
    reading = read(line.replace("{}", json.dumps(OBJECT)))
    assert (reading.table.format, [tuple(row.cells) for row in reading.rows]) == ("ndjson", [ROW])


def test_numbers_stay_as_written_and_what_is_within_is_flattened(read: Read) -> None:
    text = (
        '[{"n": 1.50, "big": 123456789012345678901234567890, "yes": true, "none": null,'
        ' "org": {"title": {"fr": "Régie"}}, "tags": ["a", 2, null], "Nom": "N"}]'
    )
    # «Nom» alone names a column of the layout; the rest is what a table of it would hold.
    _, _, records = json_reader.read_json(decode(text.encode(), "x"), "x", load_layout(str(SMALL)))
    assert records == [
        ("n", "big", "yes", "none", "org.title.fr", "tags", "Nom"),
        ("1.50", "123456789012345678901234567890", "true", "", "Régie", "a\n2\n", "N"),
    ]


REFUSED = [
    ('[{"a": 1, "a": 2}]', 'portrait.json, row 1: an object has the key "a" twice'),
    ('[{"x": {"a": 1, "a": 2}}]', 'row 1, "x": an object has the key "a" twice'),
    ('[{"x.a": 1, "x": {"a": 2}}]', 'row 1: an object has the key "x.a" twice'),
    ('[{"a": NaN}]', "portrait.json: NaN is no value of JSON. Write null"),
    ('[{"a": "\\ud800"}]', 'row 1, "a": holds \\ud800, which is no character'),
    ('[{"a": "\\u0000"}]', 'row 1, "a": holds \\u0000, which is no character'),
    ('[{"a": [[1]]}]', 'row 1, "a": an array of objects or arrays'),
    ("[{}, 3]", "portrait.json, row 2: no object. Write each row as an object"),
    ('[{"a": 1},\n {"b" 2}]', "portrait.json, line 2: no JSON from character 7 on"),
    ('{"a": 1}\n{"b" 2}\n', "portrait.json, line 2: no JSON from character 6 on"),
    ('{"a": 1}\n[2]\n', "portrait.json, line 2: no object"),
    ('[{"a": ' + "[" * 100_000, "portrait.json: arrays and objects within each other"),
    ('[{"a":' * 17 + "1" + "}]" * 17, "an array of objects or arrays"),
    ("[" + '{"a":' * 20 + "1" + "}" * 20 + "]", "more than 16 deep"),
    ('{"a": "b"}', "no list of rows stands at the top. It has no list of objects."),
    ("[]", "holds nothing but blanks"),
    ("[" + "{}," * 2_000_001 + "{}]", "more than 2,000,000 arrays and objects"),
    ('[{"a":"' + "x" * 1_000_001 + '"}]', "over 1,000,000 characters"),
    ("[{" + ",".join(f'"{n}":1' for n in range(1025)) + "}]", "more than 1,024 keys"),
    (b'[{"a": "\xc3\xa9\xe9\xc3\xa9"},\n{"b": "\xff"}]', "line 1: byte 0xE9 is not utf-8"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[case[1][:40] for case in REFUSED])
def test_what_no_table_could_hold_is_refused_with_its_place(
    read: Read, text: str | bytes, words: str
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(text)
    assert words in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("head", ['{"a"', "[{", '[\n {"a"', "[]"])
def test_json_is_told_from_csv(head: str) -> None:
    assert json_reader.is_json(head)
    assert not json_reader.is_json(head.replace("{", "(").replace("[", "[Nom"))


def test_a_json_file_is_published_with_its_rows(portrait_ia: Run, tmp_path: Path) -> None:
    rows = [dict(zip(HEADER, ROW, strict=True))]
    for year in (2024, 2025):
        text = json.dumps({"result": {"a~/é": rows}})
        (tmp_path / f"p{year}.json").write_text(text, encoding="utf-8")
    (tmp_path / "l.toml").write_text('extends = "quebec"\nfile.path = "result.a~/é"', "utf-8")
    files = [f"{year}={tmp_path}/p{year}.json" for year in (2024, 2025)]
    done = portrait_ia(
        "build", *files, "--layout", tmp_path / "l.toml", "--to", tmp_path / "releases"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    dumps = (tmp_path / "releases/current/dumps/portraits.nt").read_text(encoding="utf-8")
    source = "dumps/sources/2025/p2025.json#/result/a~0~1%C3%A9/0>"
    assert source in dumps
    assert [row_of(f"x#{end}") for end in ("/a/7", "/0", "line=2,3", "row=9")] == [8, 1, 3, 9]
