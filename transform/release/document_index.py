"""List what the site has a document about: one path a line, for its sitemap."""

from collections.abc import Iterable
from pathlib import Path

from transform.rdf.namespaces import IS_REPLACED_BY

FILE = "documents.txt"
_REPLACED = f"<{IS_REPLACED_BY}>"


def list_documents(graphs: Iterable[Path], base_uri: str) -> bytes:
    """Return the paths below `id/` of all subjects of N-Triples files, in order.

    What was replaced is left out: its address leads elsewhere.
    """
    begin = f"<{base_uri}id/"
    subjects: set[str] = set()
    replaced: set[str] = set()
    for graph in graphs:
        last = ""
        with graph.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                subject, predicate, _ = line.split(" ", 2)
                if subject != last and subject.startswith(begin):
                    subjects.add(subject)
                last = subject
                if predicate == _REPLACED:
                    replaced.add(subject)
    paths = sorted(subject[len(begin) : -1] for subject in subjects - replaced)
    return "".join(f"{path}\n" for path in paths).encode()
