"""Keep what has been counted of a release, so that a query for another slice of it is answered.

Who looks at a portrait asks for the same counts again and again with another filter: of one
status, of all but one body. None of these is an answer that was kept, but each is a sum of the
same numbers: how often each combination of values fills the pattern. When a pattern is counted
for the second time, a query process is asked for all of them at once, as it would be by a client.
From then on the slices of that cube (`slices`) are summed up where they are asked (`cube`).

An answer from a cube is what a query process would say, but for the order of rows that the query
leaves open. Whatever is not beyond doubt is left to a query process (`UnsureError`).
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from server.engine import JSON, Answer, Question
from server.engine.cubes.comparing import UnsureError
from server.engine.cubes.cube import Cube, write_question
from server.engine.cubes.slices import Slice, read_slice
from server.engine.faults import Abandoned, EngineBusy, EngineDown, EngineFault
from server.engine.seat import Whole

log = logging.getLogger(__name__)

MOST_CUBES = 32
MOST_BYTES = 1 << 18  # of the answer that a cube is made of
_MOST_SEEN = 256
_SECONDS = 1.0  # a cube is a convenience: it takes no more from those who wait for an answer
_MOST_TRIES = 3  # a busy machine may be why a cube was not made in time

_Key = tuple[str, str, str, tuple[str, ...]]  # base IRI, prologue, pattern, dimensions


class Cubes:
    """The cubes of one release. `answer` is for one thread."""

    def __init__(self, ask: Callable[[Question, Callable[[], bool]], Answer]) -> None:
        """Begin without any; `ask` is that of the release's engine."""
        self._ask = ask
        self._lock = threading.Lock()
        self._seen: OrderedDict[_Key, int] = OrderedDict()  # how often a cube was not to be had
        self._made: OrderedDict[_Key, Cube] = OrderedDict()
        self._making = False

    def answer(
        self, question: Question, later: Callable[[Callable[[], None]], object]
    ) -> Whole | None:
        """Give the answer to a slice of a cube; None to anything else.

        A cube that is wanted is made by what `later` is given, which runs it in a thread.
        """
        if question.solutions != JSON or not question.plain:
            return None
        asked = read_slice(question.text)
        if asked is None:
            return None
        key = (question.base_iri, asked.prologue, asked.pattern, asked.dimensions)
        cube, wanted = self._find(key)
        if wanted:
            later(lambda: self._make(key, asked))
        try:
            return Whole(JSON, cube.count(asked)) if cube else None
        except UnsureError:
            return None
        except Exception:
            log.exception("a slice is left to a query process: %s", question.text)
            return None

    def _find(self, key: _Key) -> tuple[Cube | None, bool]:
        """Give the cube if there is one, and say whether it is to be made now."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key], False
            return None, self._is_wanted(key)

    def _is_wanted(self, key: _Key) -> bool:
        """Say that of what is asked again, of one cube at a time."""
        if key not in self._seen:
            self._see(key, 0)
            return False
        if self._making or self._seen[key] >= _MOST_TRIES:
            return False
        self._making = True
        return True

    def _see(self, key: _Key, tries: int) -> None:
        self._seen[key] = tries
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)

    def _make(self, key: _Key, asked: Slice) -> None:
        cube, tries = None, _MOST_TRIES
        try:
            cube = self._fetch(Question(write_question(asked), key[0], solutions=JSON), asked)
        except (EngineBusy, EngineDown):
            tries = 0
        except Abandoned:
            tries = 1
        except (EngineFault, UnsureError):
            pass  # who asks for a slice is told what is wrong with it, if anything is
        except Exception:
            log.exception("a cube is not kept: %s", asked.pattern)
        with self._lock:
            self._making = False
            if cube is None:
                self._see(key, self._seen.get(key, 0) + tries)
                return
            self._seen.pop(key, None)
            self._made[key] = cube
            if len(self._made) > MOST_CUBES:
                self._made.popitem(last=False)

    def _fetch(self, question: Question, asked: Slice) -> Cube:
        end = time.monotonic() + _SECONDS
        with self._ask(question, lambda: time.monotonic() > end) as answer:
            if answer.length > MOST_BYTES:
                raise UnsureError
            return Cube(asked.dimensions, b"".join(answer.body))
