"""Keep the connections of a worker, and end some of them when there is no room left."""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

# Open connections in a worker, idle ones included: browsers keep some for later.
MOST_CONNECTIONS = 2048
# Bytes in a worker of requests without a reply and of replies not yet read.
HELD_BYTES = 64 << 20
_SIXTEENTH = 16  # part of the room that is made free at once, so that the search is rare


class Member(Protocol):
    """A connection, as `Connections` sees it."""

    client: str
    held: int

    @property
    def since(self) -> float:
        """Return when its present wait began, in monotonic seconds."""
        ...

    @property
    def is_busy(self) -> bool:
        """Return whether a request is being answered."""
        ...

    def give_way(self) -> None:
        """End the connection, with a reason if one can still be sent."""
        ...


class Connections:
    """The connections of a worker; the client with most of them gives way first."""

    def __init__(self, most: int = MOST_CONNECTIONS, most_held: int = HELD_BYTES) -> None:
        self.most = most
        self._most_held = most_held
        self._members: set[Member] = set()
        self._held = 0

    @property
    def held(self) -> int:
        """Return the bytes that all connections hold together."""
        return self._held

    def __len__(self) -> int:
        return len(self._members)

    def enter(self, member: Member) -> None:
        """Add a connection."""
        self._members.add(member)

    def leave(self, member: Member) -> None:
        """Remove a connection, with the bytes that it holds."""
        self._members.discard(member)
        self.weigh(member, 0)

    def weigh(self, member: Member, held: int) -> None:
        """Record the bytes that a connection holds; over the limit, the largest give way."""
        self._held += held - member.held
        grows = held > member.held
        member.held = held
        if grows and self._held > self._most_held:
            self._free_bytes()

    def has_room(self, client: str) -> bool:
        """Return whether a client may open one more connection, after making room for it.

        Idle connections end first; where there are none, those of another client that has more
        than half of all places.
        """
        if len(self._members) < self.most:
            return True
        number = Counter(member.client for member in self._members)
        ending = [member for member in self._members if not member.is_busy]
        if not ending:
            ending = [m for m in self._members if 2 * number[m.client] > self.most]
            ending = [m for m in ending if m.client != client]
        ending.sort(key=lambda member: (-number[member.client], member.since))
        _end(ending[: max(1, self.most // _SIXTEENTH)])
        return bool(ending)

    def _free_bytes(self) -> None:
        """End the connections that hold most, of the clients that hold most."""
        held: Counter[str] = Counter()
        for member in self._members:
            held[member.client] += member.held
        largest = sorted(
            (member for member in self._members if member.held),
            key=lambda member: (held[member.client], member.held),
            reverse=True,
        )
        excess = self._held - self._most_held + self._most_held // _SIXTEENTH
        ending: list[Member] = []
        while excess > 0 and largest:
            ending.append(largest.pop(0))
            excess -= ending[-1].held
        _end(ending)

    def each(self, look: Callable[[Member], None]) -> None:
        """Call a function with every connection; connections may leave meanwhile."""
        for member in tuple(self._members):
            look(member)


def _end(members: list[Member]) -> None:
    for member in members:
        member.give_way()
