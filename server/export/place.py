"""Put a copy in its place in one step: SITE is a symbolic link to a folder beside it.

A copy is written under a temporary name. Once it is whole and on disk, the link is made, or
changed, by one rename; what SITE led to before is then removed. Who is killed leaves the old site
or the new one, and perhaps a folder that the next export removes.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transform.errors import MisusedCommand
from transform.files import as_json, exclusive_lock, put_in_place, reason_and_file, sync
from transform.text.message import message

RECORD = "export.json"
_KIND = "portrait-ia-export"


@contextmanager
def new_copy(site: Path) -> Iterator[Path]:
    """Create a folder to write a copy in; when the block ends without a fault, SITE is that copy.

    Raises MisusedCommand where SITE holds something else than a copy that was placed so, or
    another export to it is under way.
    """
    if not site.name or site.name in (".", ".."):
        raise MisusedCommand(message("export.no_name", site=site))
    check_place(site)
    beside = f".{site.name}.copy-"
    taken = MisusedCommand(message("export.under_way", site=site))
    try:
        site.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(site.with_name(f"{beside}lock"), taken):
            _remove_left(site, beside)
            folder = Path(tempfile.mkdtemp(prefix=f"{beside}new-", dir=site.parent))
            try:
                yield folder
                folder = _finish(folder, beside)
                _point(site, folder, beside)
            finally:
                _remove_left(site, beside)
    except OSError as error:
        reason = reason_and_file(error)
        raise MisusedCommand(message("export.unwritable", site=site, reason=reason)) from error


def check_place(site: Path) -> None:
    """Refuse a SITE that is something else than a copy, an empty folder or nothing."""
    if not os.path.lexists(site):
        return
    if site.is_symlink():
        if site.readlink().parent == Path() and (not site.exists() or read_record(site)):
            return
        raise MisusedCommand(message("export.link_elsewhere", site=site))
    if not site.is_dir():
        raise MisusedCommand(message("export.no_folder", site=site))
    if read_record(site):
        raise MisusedCommand(message("export.moved_copy", site=site))
    first = next(iter(sorted(site.iterdir())), None)
    if first is not None:
        raise MisusedCommand(message("export.holds_other", site=site, first=first.name))


def write_record(folder: Path, release: str, **members: object) -> None:
    """Write what the folder is: by this file the next export knows it."""
    (folder / RECORD).write_bytes(as_json({"kind": _KIND, "release": release, **members}))


def read_record(site: Path) -> dict[str, Any] | None:
    """Return what a copy says of itself; None for a folder that is none."""
    try:
        record = json.loads((site / RECORD).read_bytes())
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("kind") == _KIND else None


def _finish(folder: Path, beside: str) -> Path:
    """Put a copy on the disk, give it the permissions of a public folder, and a lasting name."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(0o755 if path.is_dir() else 0o644)
    folder.chmod(0o755)
    os.sync()  # one call: a copy may have a hundred thousand files
    lasting = folder.with_name(folder.name.replace(f"{beside}new-", beside, 1))
    folder.rename(lasting)
    sync(lasting.parent)
    return lasting


def _point(site: Path, folder: Path, beside: str) -> None:
    """Make SITE the copy; an empty folder makes way."""
    if site.is_dir() and not site.is_symlink():
        site.rmdir()
    link = site.with_name(f"{beside}link")
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    put_in_place(link, site)


def _remove_left(site: Path, beside: str) -> None:
    """Remove all copies beside SITE but that which it leads to."""
    kept = site.readlink().name if site.is_symlink() else None
    site.with_name(f"{beside}link").unlink(missing_ok=True)
    for left in [*site.parent.iterdir()]:
        is_ours = left.name.startswith(beside) and left.name != kept
        if is_ours and left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
