"""Write why a request gets no answer: as a problem (RFC 9457) or as text; pages are templates."""

import json
import logging
import secrets
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from server import texts
from server.engine import faults as engine
from server.faults import ABANDONED, Fault
from server.negotiation import HTML, LONGEST, PLAIN, PROBLEM, Format, NothingAcceptable, read_ranges

log = logging.getLogger(__name__)
_ASK_AGAIN = 5  # seconds, where no query process can be had


class Problem(NamedTuple):
    """A status, a stable kind and a detail for people; what else a program may want to know."""

    status: int
    kind: str
    detail: str
    more: dict[str, Any] = {}  # noqa: RUF012  # never written to
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return the phrase of the status."""
        return HTTPStatus(self.status).phrase

    def write(self, form: Format) -> bytes:
        """Write it as text or as JSON."""
        detail = self.detail
        if self.kind == engine.ServiceRefused.kind:
            detail = _add_how_to_join(detail)
        if form is PLAIN:
            body = f"{self.status} {self.title}: {detail}\n"
        else:
            # «about:blank»: the status says the type of problem (RFC 9457, 4.2.1); kind narrows it.
            told = {"type": "about:blank", "title": self.title, "status": self.status}
            told |= {"detail": detail, "kind": self.kind, **self.more}
            body = json.dumps(told, ensure_ascii=False) + "\n"
        # A path of half a surrogate pair may be part of the detail.
        return body.encode("utf-8", "replace")


def choose_form(accept: str) -> Format:
    """Choose a page for who reads pages, text for who takes text, and a problem for all others."""
    return _choose_form(accept[:LONGEST])  # what is remembered is bounded in size, too


@lru_cache(maxsize=256)
def _choose_form(accept: str) -> Format:
    ranges = list(read_ranges(accept))
    best = max(ranges, key=lambda item: item.weight, default=None)
    if best is None or best.weight == 0:
        return PROBLEM
    if best.value in (HTML.media_type, *HTML.accepted_as):
        return HTML
    return PLAIN if best.value.startswith("text/") else PROBLEM


def describe(fault: BaseException, request: str) -> Problem:
    """Return the problem that a fault is; what is none of ours is a defect, and logged as one.

    `request` is its method and path.
    """
    if isinstance(fault, NothingAcceptable):
        offered = [offer.media_type for offer in fault.offers]
        names = ", ".join(f"{offer.suffix} ({offer.media_type})" for offer in fault.offers)
        detail = f"{fault.requested[:200]!r} names nothing that is on offer here: {names}."
        return Problem(406, "not-acceptable", detail, {"offered": offered})
    if isinstance(fault, engine.Abandoned):
        return Problem(ABANDONED, fault.kind, fault.detail)
    if isinstance(fault, engine.EngineFault) and not isinstance(fault, engine.EngineDefect):
        more = {
            name: getattr(fault, name)
            for name in ("line", "column", "seconds", "megabytes")
            if getattr(fault, name, None) is not None
        }
        return Problem(fault.status, fault.kind, fault.detail, more, _say_when(fault))
    if isinstance(fault, Fault):
        return Problem(fault.status, fault.kind, fault.detail)
    number = secrets.token_hex(6)
    log.error("defect %s: %s", number, request, exc_info=fault)
    detail = f"Something is wrong on our side; the log knows it as {number}."
    return Problem(500, "defect", detail, {"id": number})


def _say_when(fault: engine.EngineFault) -> tuple[tuple[str, str], ...]:
    if isinstance(fault, engine.EngineBusy):
        return (("Retry-After", str(fault.retry_after)),)
    if isinstance(fault, engine.EngineDown):
        return (("Retry-After", str(_ASK_AGAIN)),)
    return ()


def _add_how_to_join(detail: str) -> str:
    """Add to an English detail what a page says in the language of its reader, in both."""
    french = (texts.text(key, "fr") for key in ("rule_no_service", "join_elsewhere"))
    return " ".join((detail, texts.text("join_elsewhere", "en"), *french))
