"""Count what an engine is doing and has done."""

from typing import NamedTuple


class EngineStats(NamedTuple):
    """Queries and query processes of now; `started` and `lost` since the engine was opened."""

    running: int = 0
    waiting: int = 0
    most_waiting: int = 0
    processes: int = 0
    started: int = 0
    lost: int = 0  # processes that ended by themselves, or with their fork server

    def __add__(self, other: object) -> "EngineStats":
        """Return the sums with those of another engine."""
        assert isinstance(other, EngineStats)  # noqa: S101
        return EngineStats(*(own + others for own, others in zip(self, other, strict=True)))

    @property
    def past(self) -> "EngineStats":
        """Return the numbers that still count once the engine is closed."""
        return EngineStats(started=self.started, lost=self.lost)
