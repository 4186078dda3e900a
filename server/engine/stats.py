"""Say in numbers what an engine does and has done."""

from typing import NamedTuple


class EngineStats(NamedTuple):
    """Queries and query processes: those of now, then all since the engine was opened."""

    running: int = 0
    waiting: int = 0
    most_waiting: int = 0
    processes: int = 0
    started: int = 0
    lost: int = 0  # processes that ended by themselves, or with their keeper

    def __add__(self, other: object) -> "EngineStats":
        """Add those of another engine."""
        assert isinstance(other, EngineStats)  # noqa: S101
        return EngineStats(*(own + more for own, more in zip(self, other, strict=True)))

    @property
    def past(self) -> "EngineStats":
        """Give what stays of them when the engine is closed."""
        return EngineStats(started=self.started, lost=self.lost)
