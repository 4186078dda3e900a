"""Hold the values of a layout with the places where they stand, and the faults found in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from transform.errors import Said, UnreadableLayout
from transform.layouts.toml_lines import Path
from transform.text.message import Message, message
from transform.text.printable import visible

# A fault that comes a thousand times is mended in one way.
SHOWN = 40
LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """A line of one of the files that make a layout; `rank` is 0 for the topmost, that extends."""

    file: str
    rank: int = 0
    line: int | None = None

    @property
    def name(self) -> Said:
        """Return the file and the line, as messages name them."""
        if not self.line:
            return self.file
        return message("errors.file_line", file=self.file, line=self.line)

    @property
    def order(self) -> tuple[int, int]:
        """Return what puts places in order: the topmost file first, then by line."""
        return self.rank, self.line or 0


@dataclass(frozen=True, slots=True)
class Node:
    """A table, a list or a single value, and its place.

    `sound` is false for a value of the wrong kind: it is there, and holds nothing to go by.
    """

    place: LayoutLine
    value: Any
    sound: bool = True

    def plain(self) -> Any:
        """Return the value without places, and without what in it is not sound."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items() if node.sound}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value if node.sound]
        return self.value

    def find(self, *keys: str) -> "Node | None":
        """Return what stands under keys, one below the other; None where there is none."""
        node: Node | None = self
        for key in keys:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def tables(self, *keys: str) -> Iterator[tuple[str, "Node"]]:
        """Yield key and value of the table under keys; nothing where there is none."""
        node = self.find(*keys)
        if node and isinstance(node.value, dict):
            yield from node.value.items()

    def elements(self, *keys: str) -> "list[Node]":
        """Return the elements of the list under keys; none where there is none."""
        node = self.find(*keys)
        return node.value if node and isinstance(node.value, list) else []

    def get(self, *keys: str) -> Any:
        """Return the single value under keys; None where there is none or it is not sound."""
        node = self.find(*keys)
        return node.value if node and node.sound else None


@dataclass(slots=True)
class Faults:
    """The faults of a layout, each once, to be told together."""

    # By their text, which is the same only for the same fault.
    _found: dict[str, tuple[tuple[int, int], Message]] = field(default_factory=dict)

    def add(self, place: LayoutLine, problem: Message) -> None:
        """Add what is wrong at a place, and the next step."""
        fault = message("errors.place_and_problem", where=place.name, problem=problem)
        self._found.setdefault(str(fault), (place.order, fault))

    def told(self) -> list[Message]:
        """Return all faults, in the order of the files and of their lines."""
        return [fault for _, fault in sorted(self._found.values(), key=itemgetter(0))]

    def refuse(self) -> None:
        """Raise UnreadableLayout with all faults, if there are any."""
        if faults := self.told():
            number = len(faults) - SHOWN
            more = [message("layouts.more_faults", number=number)] if number > 0 else []
            raise UnreadableLayout(*faults[:SHOWN], *more)


def dotted(path: Path | str, *more: str | int) -> str:
    """Write the key of a path: lists.statut.values[2].concept; elements count from 1."""
    parts = (*(path.split(".") if isinstance(path, str) else path), *more)
    text = ""
    for part in parts:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return visible(text, LONGEST_KEY)
