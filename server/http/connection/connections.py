"""Know the connections of a worker, and who of them must give way when there is no room left."""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

# Open connections in a worker, also those that ask nothing: browsers keep some for later.
MOST_CONNECTIONS = 2048
# Bytes in a worker of requests that are not answered and of replies that are not read.
HELD_BYTES = 64 << 20
_SIXTEENTH = 16  # so much room is made at once, so that looking for it costs little


class Member(Protocol):
    """A connection, as the crowd sees it."""

    client: str
    held: int

    @property
    def since(self) -> float:
        """Say when its present wait began."""
        ...

    @property
    def is_busy(self) -> bool:
        """Say whether a request is being answered."""
        ...

    def give_way(self) -> None:
        """End, with a reason if one can still be given."""
        ...


class Connections:
    """The connections of a worker; whoever has most gives way first."""

    def __init__(self, most: int = MOST_CONNECTIONS, most_held: int = HELD_BYTES) -> None:
        self.most = most
        self._most_held = most_held
        self._members: set[Member] = set()
        self._held = 0

    @property
    def held(self) -> int:
        """Give the bytes that all hold together."""
        return self._held

    def __len__(self) -> int:
        return len(self._members)

    def enter(self, member: Member) -> None:
        """Count a connection in."""
        self._members.add(member)

    def leave(self, member: Member) -> None:
        """Count a connection out, with all that it holds."""
        self._members.discard(member)
        self.weigh(member, 0)

    def weigh(self, member: Member, held: int) -> None:
        """Note what a connection holds now; it may have to give way for it."""
        self._held += held - member.held
        grows = held > member.held
        member.held = held
        if grows and self._held > self._most_held:
            self._lighten()

    def has_room(self, client: str) -> bool:
        """Say whether one more may come; idle connections make room, then those of a throng.

        A throng is one client that has more than half of all connections.
        """
        if len(self._members) < self.most:
            return True
        number = Counter(member.client for member in self._members)
        idle = [member for member in self._members if not member.is_busy]
        if not idle:
            idle = [m for m in self._members if 2 * number[m.client] > self.most]
            idle = [m for m in idle if m.client != client]
        idle.sort(key=lambda member: (-number[member.client], member.since))
        _end(idle[: max(1, self.most // _SIXTEENTH)])
        return bool(idle)

    def _lighten(self) -> None:
        """Have those end who hold most, of the clients that hold most."""
        held: Counter[str] = Counter()
        for member in self._members:
            held[member.client] += member.held
        heavy = sorted(
            (member for member in self._members if member.held),
            key=lambda member: (held[member.client], member.held),
            reverse=True,
        )
        over = self._held - self._most_held + self._most_held // _SIXTEENTH
        chosen: list[Member] = []
        while over > 0 and heavy:
            chosen.append(heavy.pop(0))
            over -= chosen[-1].held
        _end(chosen)

    def each(self, look: Callable[[Member], None]) -> None:
        """Look at every connection; it may leave meanwhile."""
        for member in tuple(self._members):
            look(member)


def _end(members: list[Member]) -> None:
    for member in members:
        member.give_way()
