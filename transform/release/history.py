"""Record which releases were published, and when: one line of `history` a publication."""

import os
from datetime import UTC, datetime
from pathlib import Path

FILE = "history"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def add(releases_folder: Path, name: str) -> None:
    """Record that a release is published now; raises OSError."""
    now = datetime.now(UTC).strftime(_TIME)
    with (releases_folder / FILE).open("a", encoding="ascii") as history:
        history.write(f"{name} {now}\n")
        history.flush()
        os.fsync(history.fileno())


def names(releases_folder: Path) -> list[str]:
    """Return the names of published releases, each once, by last publication, oldest first."""
    published = [name for name, _ in _lines(releases_folder)]
    return list(reversed(dict.fromkeys(reversed(published))))


def times(releases_folder: Path) -> dict[str, datetime]:
    """Return when each release was first published, where the history has a time.

    Its content has not changed since, even if another release was current in between.
    """
    first: dict[str, datetime] = {}
    for name, time in _lines(releases_folder):
        if time:
            first.setdefault(name, datetime.strptime(time, _TIME).replace(tzinfo=UTC))
    return first


def publications(releases_folder: Path) -> list[tuple[datetime, str]]:
    """Return when which release was published, in the order of the history, with a time each."""
    return [
        (datetime.strptime(time, _TIME).replace(tzinfo=UTC), name)
        for name, time in _lines(releases_folder)
        if time
    ]


def _lines(releases_folder: Path) -> list[tuple[str, str]]:
    try:
        lines = (releases_folder / FILE).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return []
    parts = (line.partition(" ") for line in lines if line)
    return [(name, time) for name, _, time in parts]
