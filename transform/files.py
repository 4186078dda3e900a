"""Write files whole or not at all, on the disk itself, and one process at a time."""

import errno
import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from transform.errors import MisusedCommand, PortraitError, Said
from transform.text.message import Message, is_known, message

# The file whose lock keeps a folder to one process at a time.
LOCK = ".lock"


def reason_of(error: BaseException) -> str:
    """Return why a file or folder could not be used, in the system's words where there are any."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def reason_message(error: BaseException) -> Said:
    """Return why a file or folder could not be used, for a reader of either language.

    What the catalogue does not have stays in the system's words.
    """
    if error.args and isinstance(error.args[0], Message):
        return error.args[0]
    key = f"system.{errno.errorcode.get(getattr(error, 'errno', None) or 0, '')}"
    return Message(key) if is_known(key) else reason_of(error)


def reason_and_file(error: OSError) -> Said:
    """Return why a file or folder could not be used, and which where the system names one.

    It names none where writing to an open file fails, as on a full disk.
    """
    reason = reason_message(error)
    if error.filename is None:
        return reason
    return message("files.reason_and_file", reason=reason, file=error.filename)


def no_room_for_scratch(error: OSError) -> MisusedCommand:
    """Return the fault of a command that cannot write its temporary files."""
    return MisusedCommand(message("files.no_room_for_scratch", reason=reason_and_file(error)))


def sync(path: Path) -> None:
    """Flush a file, or the names that a folder holds, so that a power cut does not undo them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open an empty file, in the place of any other; when the block ends, it is on the disk."""
    path.unlink(missing_ok=True)
    with path.open("xb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for a part of it; its permissions stay.

    It is first written as `.NAME.new`, so the caller must hold the lock of the folder.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with new_file(temporary) as out:
            out.write(content)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, path: Path) -> None:
    """Rename a complete file in one step, in the place of any other of that name."""
    temporary.replace(path)
    sync(path.parent)


def as_json(value: object) -> bytes:
    """Return JSON in one way only: the same value is the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_blocks(file: Path) -> Iterator[bytes]:
    """Yield the content of a file, of whatever size, a megabyte at a time."""
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


class Stored(NamedTuple):
    """A file that was written: its name, its size in bytes, and the SHA-256 of its content."""

    name: str
    bytes: int
    sha256: str


class _MeasuredFile:
    """Count and hash what is written to a file."""

    def __init__(self, path: Path, out: IO[bytes]) -> None:
        self._path, self._out = path, out
        self._size, self._sha256 = 0, hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._size += len(data)
        self._sha256.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    def stored(self) -> Stored:
        return Stored(self._path.name, self._size, self._sha256.hexdigest())


def measure(name: str, content: bytes) -> Stored:
    """Return the size and digest of a file of some content."""
    return Stored(name, len(content), hashlib.sha256(content).hexdigest())


def write_with_copy(path: Path, blocks: Iterable[bytes]) -> tuple[Stored, Stored]:
    """Write a file and, next to it, its compressed copy `NAME.gz`, reading the blocks once.

    The same blocks are the same bytes whenever they are written.
    """
    packed = path.with_name(f"{path.name}.gz")
    with path.open("wb") as plain_out, packed.open("wb") as packed_out:
        plain, copy = _MeasuredFile(path, plain_out), _MeasuredFile(packed, packed_out)
        # No name and no time in the header (RFC 1952, 2.3).
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=copy, mtime=0) as packer:
            for block in blocks:
                plain.write(block)
                packer.write(block)
    return plain.stored(), copy.stored()


@contextmanager
def exclusive_lock(path: Path, taken: PortraitError | None = None) -> Iterator[None]:
    """Lock a folder, or a file that is created if need be, while the block runs.

    Where another process has the lock, wait, or raise `taken` if given. The system frees the
    lock when a process is killed. Raises OSError where the file cannot be opened.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    handle = os.open(path, flags, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if taken else 0))
        except BlockingIOError as error:
            raise taken or error from error
        yield
    finally:
        os.close(handle)
