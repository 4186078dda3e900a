"""Find the line on which each key and each element of a TOML text stands."""

import re
import tomllib
from bisect import bisect_right

# Keys and numbers of elements, from 0, from the outermost table on.
Path = tuple[str | int, ...]
# Deeper than any key of a layout; paths of thousands of keys would fill the memory.
DEEPEST = 12

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})'
    r'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]+")


def find_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each key and element of a text that is sound TOML.

    A table stands where it is first named. Beyond DEEPEST keys, nothing is noted.
    """
    return _Scan(text).run()


class _Scan:
    """One way through a text; what is not sound TOML was refused before."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        # How many tables each array of tables has so far.
        self._tables: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._value(self._key(table))
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise AssertionError("a text that is sound TOML")
        self._at = match.end()
        return self._at

    def _note(self, path: Path) -> Path:
        path = path[:DEEPEST]
        self._lines.setdefault(path, bisect_right(self._breaks, self._at - 1) + 1)
        return path

    def _header(self) -> Path:
        """Read [a.b] or [[a.b]], and return the path of the table that follows."""
        several = self._text.startswith("[[", self._at)
        self._at += 2 if several else 1
        path: Path = ()
        for key in self._keys():
            path = self._within(path)
            path = self._note((*path, key))
        if several:
            self._tables[path] = self._tables.get(path, 0) + 1
        self._at = self._text.index("]", self._at) + (2 if several else 1)
        return self._note(self._within(path))

    def _within(self, path: Path) -> Path:
        """Return the newest table of an array of tables, any other path as it is."""
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _key(self, table: Path) -> Path:
        """Read a key with its equals sign, and return the path of its value."""
        path = table
        for key in self._keys():
            path = self._note((*path, key))
        self._at = self._text.index("=", self._at) + 1
        return path

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            start = self._skip(_SPACE)
            written = self._text[start : self._skip(_KEY)]
            quoted = written[0] in "\"'"
            keys.append(tomllib.loads(f"k = {written}")["k"] if quoted else written)
            if self._text[self._skip(_SPACE)] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        """Read a value; arrays and inline tables that are open stand on a stack."""
        # The path of what is open, and the number of its next element, None for a table.
        stack: list[tuple[Path, int | None]] = []
        self._skip(_SPACE)
        while True:
            sign = self._text[self._at]
            if sign == "[":
                stack.append((path, 0))
                self._at += 1
            elif sign == "{":
                stack.append((path, None))
                self._at += 1
            else:
                self._skip(_STRING if sign in "\"'" else _BARE)
            while stack and self._text[self._skip(_BLANK)] in "]},":
                if self._text[self._at] != ",":
                    stack.pop()
                self._at += 1
            if not stack:
                return
            outer, number = stack[-1]
            if number is None:
                path = self._key(outer)
                self._skip(_BLANK)
            else:
                stack[-1] = (outer, number + 1)
                path = self._note((*outer, number))
