"""Name the graphs of a release: as queries name them, and as the store does."""

from collections.abc import Iterable
from typing import NamedTuple

from transform.release import remote_graphs


class Graphs(NamedTuple):
    """The graphs of one release, by their names in queries.

    Through this server all names are those of the release; only in `FROM` and `GRAPH` does the
    store see those of `transform.release.remote_graphs`.
    """

    base_uri: str
    release: str
    names: tuple[str, ...]

    @property
    def nothing(self) -> str:
        """Return the name of a graph that no store holds, for all that the release does not."""
        return remote_graphs.in_store(self.base_uri, self.release, f"{self.base_uri}graph/")

    def stored(self, name: str) -> str:
        """Return the name in the store: that of a graph without statements for any other graph.

        A graph that a release does not hold is empty, and no error (docs/endpoint.md).
        """
        if name not in self.names:
            return self.nothing
        return remote_graphs.in_store(self.base_uri, self.release, name)


def list_graphs(base_uri: str, release: str, names: Iterable[str]) -> Graphs:
    """Return the graphs of a release, of which the manifest lists the names."""
    return Graphs(base_uri, release, tuple(f"{base_uri}graph/{name}" for name in sorted(names)))
