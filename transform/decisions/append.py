"""Find the decisions file of a build or a review, and append lines to it."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from transform.decisions.sssom import (
    SHORT,
    FileKind,
    records,
    separator,
)
from transform.errors import MisusedCommand
from transform.files import exclusive_lock, reason_message, write_whole
from transform.text.csv_injection import SpreadsheetWriter
from transform.text.message import message

Result = TypeVar("Result")


def find_file(kind: FileKind, named: Path | None, *folders: Path | None) -> Path | None:
    """Return the file of a kind: the one that an option names, else the one in a folder.

    Raises MisusedCommand where two folders have one: only a person knows which is meant.
    """
    if named:
        return named
    candidates = [folder / kind.name for folder in folders if folder]
    paths = {path.resolve(): path for path in candidates}
    files = [path for path in paths.values() if path.is_file()]
    if len(files) > 1:
        raise MisusedCommand(
            message("decisions.two_files", files=files, kind=kind.key, option=kind.option)
        )
    return files[0] if files else None


def append_lines(
    kind: FileKind, file: str, raw: bytes, lines: Sequence[Mapping[str, str]]
) -> bytes:
    """Append lines to the content of a decisions file, whose own bytes stay as they are.

    `raw` is a whole file, or empty for a new one; each line maps SSSOM columns to texts. People
    open the file in a spreadsheet: `DecisionCells.cell` reads back what is made safe here. Raises
    MisusedCommand for a text that UTF-8 cannot hold.
    """
    text = raw.decode("utf-8-sig")
    header = next((names for _, names in records(file, text)), None)
    names = header or list(kind.columns)
    end = "\r\n" if "\r\n" in text else "\n"
    out = io.StringIO(newline="")
    delimiter = separator(text) if header else ","
    writer = SpreadsheetWriter(out, delimiter=delimiter, lineterminator=end)
    if not header:
        writer.writerow(names)
    for line in lines:
        columns = [name.strip().casefold() for name in names]
        writer.writerow([line.get(SHORT.get(name, name), "") for name in columns])
    between = end.encode() if raw and not raw.endswith((b"\n", b"\r")) else b""
    return raw + between + _encode(out.getvalue())


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # bytes from the terminal that Python could not decode
        bad = ascii(text[error.start : error.end])
        raise MisusedCommand(message("decisions.not_utf8_text", bad=bad)) from error


def add_lines(
    kind: FileKind,
    path: Path,
    lines: Sequence[Mapping[str, str]],
    check: Callable[[bytes], Result],
) -> Result:
    """Append lines to a file as it is now, and return what `check` returns for the new content.

    `check` raises DecisionRefused where a build would refuse the file; nothing is written then.
    Two processes that add lines at once wait for each other, so neither loses the other's.
    """
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(path.parent):
            raw = path.read_bytes() if path.is_file() else b""
            content = append_lines(kind, path.name, raw, lines)
            result = check(content)
            write_whole(path, content)
    except OSError as error:
        raise MisusedCommand(
            message(
                "decisions.unwritable", file=path, reason=reason_message(error), option=kind.option
            )
        ) from error
    return result
