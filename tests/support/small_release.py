"""Write a release of a few statements, as far as it is loaded into a store."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from transform.release.paths import CATALOGUE_QUADS, QUADS


def write_small_release(
    folder: Path, base_uri: str, graphs: Mapping[str, Sequence[str]], name: str = "0" * 16
) -> Path:
    """Write a release whose graphs hold these statements, each `S P O` as N-Triples without a dot.

    It becomes the current one of the folder; the graph `catalogue` goes into a file of its own.
    """
    release = folder / name
    (release / "dumps").mkdir(parents=True)
    files = {}
    for path in (QUADS, CATALOGUE_QUADS):
        lines = [
            f"{statement} <{base_uri}graph/{graph}> .\n"
            for graph, statements in graphs.items()
            for statement in statements
            if (graph == "catalogue") == (path == CATALOGUE_QUADS)
        ]
        content = "".join(lines).encode()
        (release / path).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        files[path] = {"bytes": len(content), "sha256": digest, "media_type": "application/n-quads"}
    empty = ("software", "series", "publisher", "portraits", "quads", "classes", "properties")
    manifest = {**dict.fromkeys(empty), "base_uri": base_uri, "graphs": {}, "files": files}
    (release / "manifest.json").write_text(json.dumps(manifest))
    current = folder / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(name)
    return release


def numbered(number: int, of: str = "value") -> list[str]:
    """Return that many statements."""
    return [f'<http://e.example/{i}> <http://e.example/p> "{of} {i}"@fr' for i in range(number)]
