"""Answer questions about the statements of one subject in the process that asks.

To hand a question to a query process and to take its answer back costs more than to look up some
statements. A lookup is one triple pattern whose subject is given, with one comparison at most: it
nests nothing and joins nothing, so it cannot exhaust the stack, and the statements about its
subject bound its time, its memory and its answer. Every other question, those about a
subject with many statements, and faults are left to the query processes, which are sealed.
"""

import logging
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox

from server.engine.disk_loader import files_of
from server.engine.faults import unloadable
from server.engine.interface import JSON, Question, WholeAnswer

log = logging.getLogger(__name__)

MOST_BYTES = 16 << 20  # of N-Quads; a release takes about twice as much memory
MOST_ABOUT = 1 << 14  # bytes of N-Quads that are about one subject
_LONGEST = 2000  # characters
_IRI = r"<[a-z][a-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`]*>"
_VARIABLE = r"\?[a-z_][a-z0-9_]*"
_NAME = r"[a-z][a-z0-9]*:[a-z][a-z0-9_]*"
# Resolving takes such dots away, so that an IRI stands for another (RFC 3986, section 5.2.4).
_DOTS = re.compile(r"[/:]\.")
_LOOKUP = re.compile(
    rf"""\s*(?:PREFIX\s+[a-z][a-z0-9]*:\s*{_IRI}\s*){{0,20}}
    SELECT\s+(?:\*|{_VARIABLE}(?:\s+{_VARIABLE}){{0,8}})\s*(?:WHERE\s*)?
    {{\s*(?P<subject>{_IRI})\s+(?:{_VARIABLE}|{_IRI}|{_NAME}|a)\s+{_VARIABLE}\s*(?:\.\s*)?
    (?:FILTER\s*\(\s*(?:{_VARIABLE}|LANG\s*\(\s*{_VARIABLE}\s*\))\s*(?:!=|=|<=|>=|<|>)\s*
    (?:[0-9]+|{_IRI}|{_NAME}|"[^"\\\x00-\x1f]*"(?:@[a-z\-]+)?)\s*\)\s*(?:\.\s*)?)?
    }}\s*(?:LIMIT\s+[0-9]+\s*)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


class Lookups:
    """A release in the memory of this process; for one thread."""

    def __init__(self, store: ox.Store, large: frozenset[str]) -> None:
        self._store = store
        self._large = large  # the subjects with many statements, as N-Quads writes them

    def answer(self, question: Question) -> WholeAnswer | None:
        """Return the answer to a lookup, as a query process would; None to any other question."""
        text = question.text
        if question.solutions != JSON or len(text) > _LONGEST:
            return None
        match = _LOOKUP.fullmatch(text)
        if match is None or not question.plain:
            return None
        if match["subject"] in self._large or _DOTS.search(match["subject"]):
            return None
        try:
            results = self._store.query(
                text, base_iri=question.base_iri, use_default_graph_as_union=True
            )
            assert isinstance(results, ox.QuerySolutions)  # noqa: S101  # it begins with SELECT
            body = results.serialize(format=ox.QueryResultsFormat.JSON)
        except SyntaxError:  # a query process says where and what
            return None
        except Exception:
            log.exception("a lookup is left to a query process")
            return None
        return WholeAnswer("solutions", JSON, body or b"")


def open_lookups(release_file: Path) -> Lookups | None:
    """Load a release (N-Quads), unless it is too large for another copy in memory.

    Raises UnreadableRelease.
    """
    try:
        return _load(files_of(release_file))
    except (OSError, SyntaxError, ValueError) as error:
        raise unloadable(release_file, error) from error


def _load(files: list[Path]) -> Lookups | None:
    if sum(file.stat().st_size for file in files) > MOST_BYTES:
        return None
    store, about = ox.Store(), Counter[bytes]()
    for file in files:
        store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
        with file.open("rb") as lines:
            for line in lines:
                about[line.partition(b" ")[0]] += len(line)
    large = (subject for subject, size in about.items() if size > MOST_ABOUT)
    return Lookups(store, frozenset(subject.decode() for subject in large))
