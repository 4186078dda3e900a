"""Read once what clients that send the same header lines want."""

from functools import lru_cache
from typing import NamedTuple

from server import texts
from server.http.messages import Request
from server.http.responses.compression import CodingChoice, choose_coding
from server.negotiation import HTML, LONGEST, choose_language
from server.problem import choose_form


class Preferences(NamedTuple):
    """What the headers of a request say about the form of its answer."""

    name: str  # the same for all that get the same form
    accept: str
    coding: CodingChoice
    page: bool  # a fault is shown as a page


def read_preferences(request: Request) -> Preferences:
    """Return the preferences of a request, read from its headers the first time."""
    headers = request.headers
    if headers.preferences is None:
        get = headers.get
        headers.preferences = _read(
            get(b"accept", b"")[:LONGEST].decode("latin-1"),
            get(b"accept-language", b"")[:LONGEST].decode("latin-1"),
            get(b"accept-encoding", b"")[:LONGEST].decode("latin-1"),
            get(b"host"),
        )
    preferences: Preferences = headers.preferences
    return preferences


@lru_cache(maxsize=256)  # for clients that send other lines each time
def _read(accept: str, languages: str, codings: str, host: bytes | None) -> Preferences:
    # Whichever language a site opens in, those of one name get the same page.
    orders = texts.LANGUAGES, texts.LANGUAGES[::-1]
    chosen = [choose_language(languages, None, order) for order in orders]
    coding = choose_coding(codings)
    name = repr((accept, *chosen, *coding, host))
    return Preferences(name, accept, coding, choose_form(accept) is HTML)
