"""Record what was fetched in the folder's `fetched.json`, which is written last.

    DIR/fetched.json                          the dataset and its current files
    DIR/2025/<digest>/portrait-2025.csv       one version of a file, kept for good
    DIR/2025/<digest>/fetched.json            the record of that version, as it was then
    DIR/.partial/                             incomplete files, deleted when a fetch ends

A new version stands next to the old one, so that writing the record replaces one set of files
by the next in one step. Names are ours, never the server's.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from transform.errors import MisusedCommand, UnreadableFile
from transform.fetch.choose import FORMATS
from transform.files import (
    LOCK,
    as_json,
    exclusive_lock,
    reason_and_file,
    reason_message,
    write_whole,
)
from transform.text.message import message

FILE = "fetched.json"
_FORM = 1
Entry = Mapping[str, Any]


class Record(NamedTuple):
    """What the portal stated of the dataset, and each year's entry: what was fetched, and when."""

    dataset: Mapping[str, str]
    files: Mapping[int, Entry]


def read_record(folder: Path) -> Record | None:
    """Read the record of a folder, None where there is none; raises UnreadableFile."""
    path = folder / FILE
    try:
        raw = json.loads(path.read_bytes())
        files = {int(entry["year"]): entry for entry in raw["files"]}
        valid = raw["record"] == _FORM and all(map(_fits, files.values()))
        record = Record({key: str(text) for key, text in raw["dataset"].items()}, files)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        reason = reason_message(error)
        raise UnreadableFile(
            message("fetch.record_unreadable", file=path, reason=reason, folder=path.parent)
        ) from error
    if not valid:
        raise UnreadableFile(message("fetch.record_unknown", file=path, folder=path.parent))
    return record


def _fits(entry: Entry) -> bool:
    digest, form, year = entry["sha256"], entry["format"], entry["year"]
    texts = ("url", "fetched", "etag", "last_modified")
    return (
        bool(re.fullmatch("[0-9a-f]{64}", digest))
        and form in FORMATS
        and type(year) is type(entry["bytes"]) is int
        and 1900 <= year <= 2999
        and all(isinstance(entry[key], str) for key in texts)
        and str(entry["resource"]["url"]).startswith(("http://", "https://"))
    )


def write_record(folder: Path, record: Record) -> None:
    """Write the record of each new version, then that of the folder, which makes them current."""
    files = [record.files[year] for year in sorted(record.files)]
    for entry in files:
        version_record = place(folder, entry).with_name(FILE)
        if not version_record.exists():
            write_whole(version_record, _as_bytes(record.dataset, [entry]))
    write_whole(folder / FILE, _as_bytes(record.dataset, files))


def _as_bytes(dataset: Mapping[str, str], files: list[Entry]) -> bytes:
    return as_json({"record": _FORM, "dataset": dict(dataset), "files": files})


def place(folder: Path, entry: Entry) -> Path:
    """Return the path of the file of an entry."""
    year, digest = str(entry["year"]), str(entry["sha256"])
    return folder / year / digest[:16] / f"portrait-{year}.{entry['format']}"


@contextmanager
def fetching(folder: Path) -> Iterator[Path]:
    """Yield an empty folder of parts while no other fetch writes there; raises MisusedCommand."""
    parts = folder / ".partial"
    busy = MisusedCommand(message("fetch.busy", folder=folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(folder / LOCK, busy):
            try:
                if parts.exists():  # left by a fetch that was killed
                    shutil.rmtree(parts)
                parts.mkdir()
                yield parts
            finally:
                shutil.rmtree(parts, ignore_errors=True)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(folder: Path, error: OSError) -> MisusedCommand:
    return MisusedCommand(message("fetch.unwritable", folder=folder, reason=reason_and_file(error)))
