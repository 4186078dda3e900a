"""Keep the release of each request open until the last byte of its answer is sent."""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from flask import request

from server.engine.interface import Answer, Question
from server.faults import Fault
from server.release.current import CurrentRelease, Release
from server.release.older import OlderReleases

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RELEASE = "portrait_ia.release"
GONE = "portrait_ia.gone"  # a function: has the client hung up?
KIND = "portrait_ia.kind"  # of the fault that is the answer
COPY = "portrait_ia.copy"  # true where the answer is written as a file of a static copy
PLAN = "portrait_ia.plan"  # of a query (`server.sparql.plan`), where the front has made one
BELOW = "portrait_ia.below"  # the name of the release that an address names
OLDER = "portrait_ia.older"  # true where that is an earlier one than the current
FAULT = "portrait_ia.fault"  # why that release cannot be asked
_VISIT = "portrait_ia.visit"
# The first part of each path that an earlier release has no own page for.
_OF_CURRENT = frozenset(
    (
        *(".well-known", "conformite", "dumps", "healthz", "metrics", "readyz"),
        *("reconciliation", "releases", "robots.txt", "sitemap", "sitemap.xml"),
        *("timegate", "timemap"),
    )
)
_OLDER = re.compile(r"(/releases/([^/]+))(/.*)", re.DOTALL)
_T = TypeVar("_T")


class ReleaseScope:
    """A WSGI layer that holds a release for as long as a body is being sent.

    Below `/releases/{name}/` the whole site is that of an earlier release: its links are relative.
    """

    def __init__(
        self, app: "WSGIApplication", current: CurrentRelease, older: OlderReleases
    ) -> None:
        self._app = app
        self._current = current
        self._older = older

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        visit = ExitStack()
        try:
            environ[RELEASE] = visit.enter_context(self._current.lend())
            environ[_VISIT] = visit
            if found := _OLDER.fullmatch(environ.get("PATH_INFO", "")):
                self._go_back(environ, visit, *found.groups())
            return _Body(self._app(environ, start_response), visit)
        except BaseException:
            visit.close()
            raise

    def _go_back(
        self, environ: "WSGIEnvironment", visit: ExitStack, prefix: str, name: str, path: str
    ) -> None:
        """Have a request answered from an earlier release; its fault is left to the application."""
        if path.split("/")[1] in _OF_CURRENT:
            return
        if name != environ[RELEASE].name:
            try:
                environ[RELEASE] = visit.enter_context(self._older.lend(name))
            except Fault as fault:
                environ[FAULT] = fault
                return
            environ[OLDER] = True
        environ[BELOW] = name
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = path


class _Body:
    def __init__(self, parts: Iterable[bytes], visit: ExitStack) -> None:
        self._parts = parts
        self._visit = visit

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        with self._visit:
            if hasattr(self._parts, "close"):
                self._parts.close()


def current_release() -> Release:
    """Return the release that this request is answered from."""
    release: Release = request.environ[RELEASE]
    return release


def is_below_release() -> bool:
    """Check whether an address below `/releases/` was asked, of whichever release."""
    return BELOW in request.environ


def is_earlier() -> bool:
    """Check whether this request is answered from an earlier release than the current one."""
    return OLDER in request.environ


def hold(resource: AbstractContextManager[_T]) -> _T:
    """Keep a resource open until the answer to this request is closed."""
    visit: Any = request.environ[_VISIT]
    held: _T = visit.enter_context(resource)
    return held


def ask(question: Question) -> Answer:
    """Ask the engine while the client is connected; keep the answer open for this request."""
    gone = request.environ.get(GONE)
    return hold(current_release().engine.ask(question, gone))
