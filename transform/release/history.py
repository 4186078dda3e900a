"""Remember which releases were published, and when: `history`, a line a publication."""

import os
from datetime import UTC, datetime
from pathlib import Path

FILE = "history"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def add(shelf: Path, name: str) -> None:
    """Note that a release is published now; raises OSError."""
    now = datetime.now(UTC).strftime(_TIME)
    with (shelf / FILE).open("a", encoding="ascii") as history:
        history.write(f"{name} {now}\n")
        history.flush()
        os.fsync(history.fileno())


def names(shelf: Path) -> list[str]:
    """Give the names that builds published, the last time each, oldest first."""
    found = [name for name, _ in _lines(shelf)]
    return list(reversed(dict.fromkeys(reversed(found))))


def times(shelf: Path) -> dict[str, datetime]:
    """Give when each release was published for the first time, where that was noted.

    What it holds has not changed since then, whatever was current in between.
    """
    found: dict[str, datetime] = {}
    for name, time in _lines(shelf):
        if time:
            found.setdefault(name, datetime.strptime(time, _TIME).replace(tzinfo=UTC))
    return found


def _lines(shelf: Path) -> list[tuple[str, str]]:
    try:
        lines = (shelf / FILE).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return []
    parts = (line.partition(" ") for line in lines if line)
    return [(name, time) for name, _, time in parts]
