"""Record which releases were published, and when: one line of `history` a publication."""

from datetime import UTC, datetime
from pathlib import Path

from transform.files import write_whole

FILE = "history"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def add(releases_folder: Path, name: str) -> None:
    """Record that a release is published now; raises OSError, and leaves the file as it was.

    The order of the lines says what came after what: the clock may have been set back since. The
    caller must hold the lock of the folder.
    """
    now = datetime.now(UTC).strftime(_TIME)
    before = _read(releases_folder)
    if before and not before.endswith("\n"):  # an earlier version was stopped within a line
        before += "\n"
    text = f"{before}{name} {now}\n"
    write_whole(releases_folder / FILE, text.encode("ascii", errors="surrogateescape"))


def names(releases_folder: Path) -> list[str]:
    """Return the names of published releases, each once, by last publication, oldest first."""
    published = [name for name, _ in _lines(releases_folder)]
    return list(reversed(dict.fromkeys(reversed(published))))


def names_at_first(releases_folder: Path) -> list[str]:
    """Return the names of published releases, each once, by first publication, oldest first."""
    return list(dict.fromkeys(name for name, _ in _lines(releases_folder)))


def times(releases_folder: Path) -> dict[str, datetime]:
    """Return when each release was first published, where the history has a time.

    Its content has not changed since, even if another release was current in between.
    """
    first: dict[str, datetime] = {}
    for name, written in _lines(releases_folder):
        if time := _parse_time(written):
            first.setdefault(name, time)
    return first


def publications(releases_folder: Path) -> list[tuple[datetime, str]]:
    """Return when which release was published, in the order of the history, with a time each."""
    times = ((_parse_time(written), name) for name, written in _lines(releases_folder))
    return [(time, name) for time, name in times if time]


def _lines(releases_folder: Path) -> list[tuple[str, str]]:
    parts = (line.partition(" ") for line in _read(releases_folder).splitlines() if line)
    return [(name, time) for name, _, time in parts]


def _parse_time(written: str) -> datetime | None:
    """Parse a time; return None for none, and for one that was not written to its end."""
    try:
        return datetime.strptime(written, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _read(releases_folder: Path) -> str:
    try:
        return (releases_folder / FILE).read_text(encoding="ascii", errors="surrogateescape")
    except FileNotFoundError:
        return ""
