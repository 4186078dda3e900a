"""Say whether a release fits the memory of this machine before workers fail at it."""

from pathlib import Path

from transform.errors import MisusedCommand

# Bytes that a release takes in memory for each byte of its N-Quads; measured: see README.
_FOR_A_BYTE = 1.6
_CGROUP = Path("/sys/fs/cgroup")


def refuse_what_does_not_fit(release_file: Path, workers: int) -> None:
    """Raise MisusedCommand where so many workers cannot each hold a release in memory."""
    free = free_memory()
    if free is None or not release_file.is_file():
        return
    wanted = int(release_file.stat().st_size * _FOR_A_BYTE) * workers
    if wanted > free:
        raise MisusedCommand(
            f"{release_file}: takes about {wanted / 1e9:.1f} GB in the memory of {workers} workers,"
            f" and {free / 1e9:.1f} GB are free. Serve with --engine disk, or with fewer --workers."
        )


def free_memory() -> int | None:
    """Give the bytes of memory that new processes can take, None where nothing says it."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    told = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    left = told["MemAvailable"]
    try:  # cgroup v2, in a container
        most = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):
        return left
    return min(left, max(0, int(most) - used)) if most.isdigit() else left
