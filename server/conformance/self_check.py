"""Have a site check itself, once a release, while it answers others."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from server.conformance.check import CheckResult, Outcome
from server.conformance.checks import CHECKS
from server.conformance.in_process import InProcessClient, OtherRelease
from server.conformance.report import Report
from server.conformance.run import run
from server.conformance.site import CheckedSite
from server.faults import ReleaseUnready
from server.release.current import Release
from transform.text.message import Message, message

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_AGAIN = timedelta(hours=1)  # after which what was not decided, or failed, is checked again
log = logging.getLogger(__name__)


class SelfCheck:
    """The report of an application on itself: the last one, and the thread that makes the next.

    However many ask, one thread at a time makes a report, one for each release, or one an hour
    where that is not clean; its requests come one after the other.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._lock = threading.Lock()
        self._report: Report | None = None
        self.thread: threading.Thread | None = None

    def report_on(self, release: Release) -> Report | None:
        """Return the report on a release, or None and begin to make it."""
        with self._lock:
            report = self._report
            if report and report.release != release.name:
                report = None
            if report and (report.decided or datetime.now(UTC) - report.time < _AGAIN):
                return report
            # A thread does not outlive a fork: `is_alive` is false in the child.
            if self.thread is None or not self.thread.is_alive():
                arguments = (release.base_uri, release.name)
                self.thread = threading.Thread(target=self._make, args=arguments, daemon=True)
                self.thread.start()
            return report

    def _make(self, base_uri: str, release: str) -> None:
        client = InProcessClient(self._app, base_uri, release)
        site = CheckedSite(client, base_uri)
        try:
            results = tuple(run(CHECKS, site, (), lambda _: None))
        except (OtherRelease, ReleaseUnready):
            return  # whoever asks next has the release that is served then checked
        except Exception:  # a defect: kept as such, so that it is not met at each request
            log.exception("the checks of release %s ended", release)
            results = untested(message("conformance.defect"))
        with self._lock:
            self._report = Report(base_uri, base_uri, release, datetime.now(UTC), results)


def untested(reason: Message) -> tuple[CheckResult, ...]:
    """Return that no check has been run, and why."""
    return tuple(CheckResult(check, Outcome.UNTESTED, reason=reason) for check in CHECKS)
