"""Read the sheet of a workbook of old (.xls, OLE 2) that holds a portrait."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

import transform
from transform.layouts.model import Layout
from transform.tables.faults import unreadable
from transform.tables.sheet_choice import Sheets, choose_sheet
from transform.tables.table import Records
from transform.text.message import Message, message
from transform.text.printable import shown

# The streams that a workbook is in, from Excel 97 on and before ([MS-XLS], 2.1.2).
_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_BOF, _FILE_PASS = 0x0809, 0x002F
# The record of a password stands behind the first one, or that of write protection ([MS-XLS],
# 2.1.7.20.1).
_FIRST_RECORDS = 4
_SECONDS = 600  # of the clock; its processor time is limited besides
_AGAIN = message("tables.step_workbook_again")
_PROCESS = "transform.tables.xls_process"


def read_old_workbook(
    raw: bytes, file: str, layout: Layout, year: int | None = None
) -> tuple[str, Records]:
    """Return the name of the portrait's sheet, and its records; raises UnreadableFile.

    What a workbook says of its cells beside their values is not read: formats, and what is hidden
    but whole sheets. Dates are written as ISO 8601.
    """
    refuse_others(raw, file)
    sheets = _read_sheets(raw, file)
    frames = {name: pd.DataFrame(rows, dtype=object).fillna("") for name, _, rows in sheets}
    visible = [name for name, seen, _ in sheets if seen]
    name, frame = choose_sheet(Sheets([*frames], visible, frames.__getitem__), file, layout, year)
    return name, [tuple(row) for row in frame.itertuples(index=False, name=None)]


def refuse_others(raw: bytes, file: str) -> None:
    """Refuse a file of OLE 2 that is no workbook, or that a password protects."""
    if "EncryptedPackage".encode("utf-16-le") in raw or _has_password(raw):
        step = message("tables.step_without_password")
        raise unreadable(file, message("tables.locked"), step)
    if not any(name in raw for name in _STREAMS):
        raise unreadable(file, message("tables.old_office"), message("tables.step_give_as_table"))


def _has_password(raw: bytes) -> bool:
    at = raw.find(_BOF.to_bytes(2, "little") + b"\x10\x00\x00\x06")
    for _ in range(_FIRST_RECORDS if at >= 0 else 0):
        kind, length = (int.from_bytes(raw[n : n + 2], "little") for n in (at, at + 2))
        if kind == _FILE_PASS:
            return True
        at += 4 + length
    return False


def _read_sheets(raw: bytes, file: str) -> list[tuple[str, bool, list[list[str]]]]:
    """Read all sheets in another process, whatever the file does to it."""
    # It imports what this process does, wherever it was started.
    paths = (str(Path(transform.__file__).parents[1]), os.environ.get("PYTHONPATH"))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", _PROCESS],
            input=raw,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
    except subprocess.TimeoutExpired as late:
        raise unreadable(file, message("tables.workbook_breaks"), _AGAIN) from late
    if done.returncode:
        raise unreadable(file, message("tables.workbook_breaks"), _AGAIN)
    content = json.loads(done.stdout)
    if "excess" in content:
        excess = Message(content["excess"], {"number": content["number"]})
        problem = message("tables.holds_too_much", what=excess)
        raise unreadable(file, problem, message("tables.step_sheet_alone"))
    if "fault" in content:
        reason = shown(content["fault"])
        raise unreadable(file, message("tables.workbook_unreadable", reason=reason), _AGAIN)
    return [(name, seen, rows) for name, seen, rows in content["sheets"]]
