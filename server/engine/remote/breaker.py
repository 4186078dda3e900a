"""Leave a store alone for a while that does not answer: a circuit breaker."""

import logging
import math
import threading
import time
from collections.abc import Callable

from server.engine.faults import EngineFault, StoreDown
from transform.text.message import message

_log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds


class Breaker:
    """Refuses questions to a store that fails; thread-safe.

    After a failure the next question is preceded by a probe, a query that takes a store no time:
    a client whose query fails, or takes too long, cannot keep others from a store that is well.
    Where the probe fails, questions are refused for a while, longer each time; then one probes
    again.
    """

    def __init__(self, probe: Callable[[], None], host: str) -> None:
        """Probe a store by a function that raises an EngineFault where it does not answer."""
        self._probe = probe
        self._host = host
        self._lock = threading.Lock()
        self._suspect = self._open = self._probing = False
        self._until = 0.0
        self._pause = _FIRST_PAUSE

    def check(self) -> None:
        """Raise StoreDown while the store is left alone, or where a probe that is due fails."""
        with self._lock:
            self._refuse()
            if not self._suspect or (self._probing and not self._open):
                return
            if self._probing:
                raise self._fault(1)
            self._probing = True
        try:
            self._probe()
        except EngineFault as fault:
            with self._lock:
                self._trip(fault)
                raise self._fault(math.ceil(self._until - time.monotonic())) from fault
        else:
            with self._lock:
                if self._open:
                    _log.info("%s answers again", self._host)
                self._suspect = self._open = False
                self._pause = _FIRST_PAUSE
        finally:
            with self._lock:
                self._probing = False

    def note(self) -> None:
        """Note a failure: the next question is preceded by a probe."""
        with self._lock:
            self._suspect = True

    def _refuse(self) -> None:
        left = self._until - time.monotonic()
        if self._open and left > 0:
            raise self._fault(math.ceil(left))

    def _trip(self, fault: EngineFault) -> None:
        pause = min(2 * self._pause, _LONGEST_PAUSE) if self._open else _FIRST_PAUSE
        self._pause, self._open = pause, True
        self._until = time.monotonic() + pause
        _log.error("%s is not asked for %g s: %s", self._host, pause, fault)

    def _fault(self, seconds: int) -> StoreDown:
        return StoreDown(message("engine.store_silent"), max(1, seconds))
