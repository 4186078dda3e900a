"""Write why a request gets no answer: as a problem (RFC 9457) or as text; pages are templates."""

import json
import logging
import secrets
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from server import texts
from server.bounds import EXHAUSTED
from server.engine import faults as engine
from server.faults import ABANDONED, Fault, ReleaseUnready
from server.negotiation import (
    HTML,
    LONGEST,
    PLAIN,
    PROBLEM,
    Format,
    NothingAcceptable,
    choose_language,
    read_ranges,
)
from transform.errors import Said
from transform.text.message import Message, message, text_in

log = logging.getLogger(__name__)
_ASK_AGAIN = 5  # seconds, where the system is short of something
_RETRY_AFTER = (
    engine.EngineBusy | engine.StoreDown | engine.StoreUnfit | engine.StoreTooSlow | ReleaseUnready
)


class Problem(NamedTuple):
    """A status, a stable kind, a detail for people; `more` are members for programs.

    `way` is the path of a page that works. A detail that is no message is in English.
    """

    status: int
    kind: str
    detail: Said
    more: dict[str, Any] = {}  # noqa: RUF012  # never written to
    headers: tuple[tuple[str, str], ...] = ()
    way: str | None = None

    @property
    def title(self) -> str:
        """Return the phrase of the status."""
        return HTTPStatus(self.status).phrase

    def detail_for(self, language: str) -> tuple[str, str]:
        """Return the detail for a reader, and its language: English where it has no other."""
        language = language if isinstance(self.detail, Message) else "en"
        return text_in(language, self.detail), language

    def write(self, form: Format, language: str = "en") -> bytes:
        """Write the problem as text or as JSON, whose detail is in a language where it can be."""
        detail, language = self.detail_for(language)
        if self.kind == engine.ServiceRefused.kind:
            detail = _add_how_to_join(detail, language)
        if form is PLAIN:
            body = f"{self.status} {self.title}: {detail}\n"
        else:
            # «about:blank»: the status is the type of problem (RFC 9457, 4.2.1); kind narrows it.
            members = {"type": "about:blank", "title": self.title, "status": self.status}
            members |= {"detail": detail, "kind": self.kind, **self.more}
            body = json.dumps(members, ensure_ascii=False) + "\n"
        # A path of half a surrogate pair may be part of the detail.
        return body.encode("utf-8", "replace")


def stated_language(accept_language: str | None, requested: str | None) -> str:
    """Return the language of a problem for a program: what `?lang=` or Accept-Language states.

    English where they state none, whatever language the pages of the site open in.
    """
    return choose_language(accept_language, requested, ("en", "fr"))


def choose_form(accept: str) -> Format:
    """Choose by Accept: a page for browsers, text for clients of text, else a problem."""
    return _choose_form(accept[:LONGEST])  # bounds the size of the cached key


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
    """Return the problem that describes a fault; any other exception is logged as a defect.

    `request` is its method and path.
    """
    if isinstance(fault, NothingAcceptable):
        offered = [offer.media_type for offer in fault.offers]
        names = [f"{offer.suffix} ({offer.media_type})" for offer in fault.offers]
        wanted = fault.requested[:200]
        detail = message("pages.nothing_on_offer", wanted=wanted, offered=names)
        return Problem(406, "not-acceptable", detail, {"offered": offered})
    if isinstance(fault, engine.Abandoned):
        return Problem(ABANDONED, fault.kind, fault.detail)
    if isinstance(fault, engine.EngineFault) and not isinstance(fault, engine.EngineDefect):
        more = {
            name: getattr(fault, name)
            for name in ("line", "column", "seconds", "megabytes")
            if getattr(fault, name, None) is not None
        }
        return Problem(fault.status, fault.kind, fault.detail, more, _retry_headers(fault))
    if isinstance(fault, Fault):
        headers = _retry_headers(fault)
        return Problem(fault.status, fault.kind, fault.detail, headers=headers, way=fault.way)
    if isinstance(fault, OSError) and fault.errno in EXHAUSTED:
        log.error("the system has no more to give: %s: %s", request, fault)
        retry = (("Retry-After", str(_ASK_AGAIN)),)
        detail = message("pages.too_many_open")
        return Problem(503, "too-many-connections", detail, headers=retry)
    number = secrets.token_hex(6)
    log.error("defect %s: %s", number, request, exc_info=fault)
    return Problem(500, "defect", message("pages.defect", number=number), {"id": number})


def _retry_headers(fault: BaseException) -> tuple[tuple[str, str], ...]:
    if isinstance(fault, _RETRY_AFTER):
        return (("Retry-After", str(fault.retry_after)),)
    if isinstance(fault, engine.EngineDown | engine.QueryEnded):
        return (("Retry-After", str(_ASK_AGAIN)),)
    return ()


def _add_how_to_join(detail: str, language: str) -> str:
    """Add what a page says below: to a French detail in French, to an English one in both.

    Who states no language gets the English one.
    """
    if language == "fr":
        return f"{detail} {texts.text('join_elsewhere', 'fr')}"
    french = (texts.text(key, "fr") for key in ("rule_no_service", "join_elsewhere"))
    return " ".join((detail, texts.text("join_elsewhere", "en"), *french))
