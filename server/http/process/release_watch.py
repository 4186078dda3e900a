"""Watch for the release to serve, in a thread of the supervisor: check it once for all workers."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from server.http.process.shared_choice import SharedChoice
from server.release.choice import ReleaseChoice, ReleaseChooser, Vet
from transform.errors import CannotServe, UnreadableRelease
from transform.text.message import message

log = logging.getLogger(__name__)

# Seconds that the start waits for the first check: a release of some hundred megabytes is checked
# in that time. Until a longer check is over, the workers answer 503.
PATIENCE = 2.0
_LOOK_EVERY = 1.0  # seconds between two looks at the folder
_READ_EVERY = 0.2  # seconds between two looks at what workers could not open
_END_SECONDS = 1.0


# Makes a release ready for the workers; what it is given raises once the process ends.
Prepare = Callable[[Path, Callable[[], None]], None]


class ReleaseWatch:
    """Chooses and checks the release that the workers serve, as long as the process runs."""

    def __init__(
        self, folder: Path, shared: SharedChoice, workers: int, prepare: Prepare, vet: Vet
    ) -> None:
        """Watch a folder of releases; `prepare` is called with the first that was checked."""
        self._chooser = ReleaseChooser(folder, self._report, vet)
        self._shared = shared
        self._workers = workers
        self._prepare = prepare
        self._choice = ReleaseChoice()
        self._first_is_over = threading.Event()
        self._fault: Exception | None = None
        self._refused: set[tuple[str, str, str]] = set()
        self._due = 0.0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="release-watch", daemon=True)
        self.a_worker_was_ready = False

    def start(self) -> None:
        """Begin to watch; return once the first release is checked, or that takes long."""
        self._thread.start()
        if not self._first_is_over.wait(PATIENCE):
            log.warning(
                "the release is being made ready; until then each request is answered by 503"
            )
        self.check()

    def check(self) -> None:
        """Raise what keeps every release from being served, where no worker was ever ready."""
        if self._fault:
            raise self._fault

    def close(self) -> None:
        """Stop watching, and building a store."""
        self._closed.set()
        self._thread.join(_END_SECONDS)  # a check of a large file ends with the process

    def _watch(self) -> None:
        try:
            choice = self._chooser.choose()
            self._prepare(Path(choice.release), self._go_on)
            self._publish(choice)
        except Exception as fault:  # the supervisor raises it
            self._fault = fault
            return
        finally:
            self._first_is_over.set()
        while not self._closed.wait(_READ_EVERY):
            try:
                if self._read_refused() or time.monotonic() > self._due:
                    self._look()
            except Exception:  # no fault of a new release may end the watch
                log.exception("the releases could not be looked at")

    def _go_on(self) -> None:
        if self._closed.is_set():
            raise CannotServe(message("server.ended_early"))

    def _read_refused(self) -> bool:
        """Refuse what a worker could not open; return whether there is any that is new."""
        new = set(self._shared.list_refused(self._workers)) - self._refused
        for refused in new:
            self._chooser.refuse(*refused)
        self._refused |= new
        return bool(new)

    def _look(self) -> None:
        choice = self._chooser.choose()
        self._due = time.monotonic() + _LOOK_EVERY
        if choice != self._choice:
            self._publish(choice)
            if not choice.release and not self.a_worker_was_ready:
                self._fault = UnreadableRelease(
                    message("server.none_served", trouble=choice.trouble)
                )

    def _publish(self, choice: ReleaseChoice) -> None:
        self._choice = choice
        self._shared.publish(choice)

    def _report(self, checking: str) -> None:
        """Show how far the first check has come; the release that is served goes on meanwhile."""
        if not self._choice.release:
            self._shared.publish(self._choice._replace(checking=checking))
