"""The statements of rows are written once, and copied without those that are kept back."""

import io
from pathlib import Path

import pytest

from transform.errors import MisusedCommand
from transform.graphs import rows_file
from transform.graphs.rows_file import copy_rows, write_texts
from transform.layouts.model import Languages
from transform.validation import shacl

TEXTS = [(key, f'<urn:{key}> <urn:p> "{key * 9} é" .\n') for key in "abcdefg"]


@pytest.mark.parametrize("rejected", ["", "a", "g", "cd", "aceg", "abcdefg"])
@pytest.mark.parametrize("block", [1, 30, 1 << 20])
def test_rows_that_are_kept_back_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rejected: str, block: int
) -> None:
    monkeypatch.setattr(rows_file, "BLOCK", block)
    rows, out = write_texts(tmp_path / "rows.nt", TEXTS), io.BytesIO()
    copy_rows(rows, set(rejected), out)
    assert out.getvalue().decode() == "".join(text for key, text in TEXTS if key not in rejected)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 9])
@pytest.mark.parametrize("less", [0, 1, 30])
def test_pieces_for_the_shapes_hold_whole_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, less: int
) -> None:
    (length,) = {len(text.encode()) for _, text in TEXTS}
    monkeypatch.setattr(shacl, "PIECE", size * length - less)
    rows = write_texts(tmp_path / "rows.nt", TEXTS)
    pieces = list(shacl.cut_rows(rows, "urn:", b"", Languages(("fr",), ("fr",))))
    texts = [text for _, text in TEXTS]
    assert [piece.read().decode() for piece in pieces] == [
        "".join(texts[first : first + size]) for first in range(0, len(texts), size)
    ]
    assert sum(piece.rows for piece in pieces) == len(texts)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(MisusedCommand, match=r"gone: cannot write there .* set TMPDIR"):
        write_texts(tmp_path / "gone" / "rows.nt", TEXTS)
