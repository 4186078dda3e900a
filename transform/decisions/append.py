"""Find the decisions file of a build or a review, and add lines to it without losing any."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from transform.decisions.sssom import (
    SHORT,
    Kept,
    records,
    separator,
)
from transform.errors import MisusedCommand
from transform.files import exclusive_lock, write_whole

Held = TypeVar("Held")


def find_file(kept: Kept, named: Path | None, *folders: Path | None) -> Path | None:
    """Give the file of a kind: the one that is named, else the one that lies in a folder.

    Raises MisusedCommand where two folders hold one: which is meant, only a person knows.
    """
    if named:
        return named
    beside = [folder / kept.name for folder in folders if folder]
    there = {path.resolve(): path for path in beside}
    found = [path for path in there.values() if path.is_file()]
    if len(found) > 1:
        names = " and ".join(map(str, found))
        raise MisusedCommand(f"{names}: two {kept.key} files. Say which with {kept.option} FILE.")
    return found[0] if found else None


def with_lines(kept: Kept, file: str, raw: bytes, lines: Sequence[Mapping[str, str]]) -> bytes:
    """Give a decisions file with lines added; what is there stays as it is, byte by byte.

    `raw` is a whole file, or nothing for a new one; each line gives texts by SSSOM column. Raises
    MisusedCommand for a text that no file can hold.
    """
    text = raw.decode("utf-8-sig")
    header = next((names for _, names in records(file, text)), None)
    names = header or list(kept.columns)
    end = "\r\n" if "\r\n" in text else "\n"
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator(text) if header else ",", lineterminator=end)
    if not header:
        writer.writerow(names)
    for line in lines:
        said = [name.strip().casefold() for name in names]
        writer.writerow([line.get(SHORT.get(name, name), "") for name in said])
    between = end.encode() if raw and not raw.endswith((b"\n", b"\r")) else b""
    return raw + between + _encode(out.getvalue())


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # bytes of the terminal that Python could not read
        said = ascii(text[error.start : error.end])
        raise MisusedCommand(
            f"nothing was written: what you wrote holds {said}, which is no UTF-8. Set the terminal"
            " and LANG to UTF-8, and write it again."
        ) from error


def add_lines(
    kept: Kept,
    path: Path,
    lines: Sequence[Mapping[str, str]],
    hold: Callable[[bytes], Held],
) -> Held:
    """Add lines to what the file holds by now, and give what `hold` makes of it then.

    `hold` raises DecisionRefused where a build would refuse the file; nothing is written then.
    Two that add lines at once wait for each other, so none loses the other's.
    """
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(path.parent):
            there = path.read_bytes() if path.is_file() else b""
            content = with_lines(kept, path.name, there, lines)
            held = hold(content)
            write_whole(path, content)
    except OSError as error:
        raise MisusedCommand(
            f"{path}: cannot be written ({error.strerror}). What was there still is;"
            f" name another file with {kept.option}."
        ) from error
    return held
