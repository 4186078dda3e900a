"""Look up the documents of a release in its sorted list, without holding them in memory."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Documents:
    """The paths below `id/` that have a document, sorted, one a line."""

    def __init__(self, content: "mmap.mmap | bytes") -> None:
        self._content = content

    def __iter__(self) -> Iterator[str]:
        begin = 0
        while (end := self._content.find(b"\n", begin)) >= 0:
            yield self._content[begin:end].decode()
            begin = end + 1

    def __len__(self) -> int:
        count, place = 0, -1
        while (place := self._content.find(b"\n", place + 1)) >= 0:
            count += 1
        return count

    def __contains__(self, path: object) -> bool:
        """Check for a path by halving the list; UTF-8 sorts as its code points do."""
        sought = str(path).encode("utf-8", "surrogatepass")
        low, high = 0, len(self._content)
        while low < high:
            begin = self._content.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._content.find(b"\n", begin)
            line = self._content[begin:end]
            if line == sought:
                return True
            low, high = (end + 1, high) if line < sought else (low, begin)
        return False


@contextmanager
def open_documents(file: Path | None) -> Iterator[Documents]:
    """Open the list of a release; an empty one where it has none."""
    if file is None or not file.stat().st_size:
        yield Documents(b"")
        return
    with (
        file.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        yield Documents(content)
