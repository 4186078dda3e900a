"""Write the files of a copy, and note their media types for the rules of a server."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import IO, NamedTuple

from server.negotiation import CITATIONS, CONSTRUCTED, CSV, EXCEL, HTML, PLAIN, TSV
from transform.errors import MisusedCommand
from transform.files import reason_message
from transform.text.message import message

OBJECTS = "rules/objects.jsonl"
_EXCEL = "excel.csv"
# What a server makes of the endings; where an answer has another type, it is noted.
USUAL = {
    form.suffix: form.content_type for form in (HTML, *CONSTRUCTED, CSV, TSV, PLAIN, *CITATIONS)
} | {
    _EXCEL: EXCEL.content_type,
    "atom": "application/atom+xml; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "gz": "application/gzip",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "rq": "application/sparql-query; charset=utf-8",
    "sqlite": "application/vnd.sqlite3",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
    "xml": "application/xml; charset=utf-8",
}


def ending_of(name: str) -> str:
    """Return the ending of a file's name, by which a server tells its media type; "" for none."""
    if name.endswith(f".{_EXCEL}"):
        return _EXCEL
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2] if "." in last[1:] else ""


class CopySize(NamedTuple):
    """How much a copy holds."""

    files: int
    bytes: int


class Folder:
    """The folder in which a copy is written; each file once."""

    def __init__(self, path: Path, objects: IO[str]) -> None:
        self._path, self._objects = path, objects
        self._files = self._bytes = 0
        # Files whose media type is not the usual one of their ending, which are few; and how many
        # files of each media type there are, by ending and first folder.
        self.types: dict[str, str] = {}
        self.kinds: dict[tuple[str, str], Counter[str]] = {}
        self.workers: list[str] = []  # scripts that run WebAssembly

    @property
    def count(self) -> CopySize:
        """Return how much was written."""
        return CopySize(self._files, self._bytes)

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Write a file of a media type; raises MisusedCommand where the system refuses it."""
        with self._new(name, len(content), content_type) as file:
            file.write_bytes(content)

    def copy(self, name: str, source: Path, content_type: str) -> None:
        """Write a file that is a file of a release."""
        with self._new(name, source.stat().st_size, content_type) as file:
            copyfile(source, file)

    def name_again(self, name: str, other: str, content_type: str) -> None:
        """Write a file that has the content of another one of the copy, at no cost of disk."""
        source = self._path / other
        with self._new(name, source.stat().st_size, content_type) as file:
            file.hardlink_to(source)

    @contextmanager
    def _new(self, name: str, size: int, content_type: str) -> Iterator[Path]:
        file = self._path / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            yield file
        except OSError as error:
            reason = reason_message(error)
            raise MisusedCommand(message("export.unwritten", file=file, reason=reason)) from error
        self._files += 1
        self._bytes += size
        ending, top = ending_of(name), name.partition("/")[0] if "/" in name else ""
        self.kinds.setdefault((top, ending), Counter())[content_type] += 1
        if USUAL.get(ending) != content_type:
            self.types[name] = content_type
        self.note(key=name, file=name, type=content_type)

    def note(self, **members: str) -> None:
        """Note an object: a key with its file and media type, or with where it redirects."""
        self._objects.write(json.dumps(members, ensure_ascii=False) + "\n")
