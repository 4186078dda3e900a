"""Read once what clients that send the same header lines want."""

from functools import lru_cache
from typing import NamedTuple

from server import texts
from server.http.messages import Request
from server.http.responses.compression import Choice, choose_coding
from server.negotiation import HTML, LONGEST, choose_language
from server.problem import choose_form


class Preferences(NamedTuple):
    """What the headers of a request say about the form of its answer."""

    name: str  # the same for all that get the same form
    accept: str
    coding: Choice
    page: bool  # a fault is shown as a page


def read_preferences(request: Request) -> Preferences:
    """Return the preferences of a request."""
    get = request.headers.get
    return _read(
        get(b"accept", b"")[:LONGEST],
        get(b"accept-language", b"")[:LONGEST],
        get(b"accept-encoding", b"")[:LONGEST],
        get(b"host"),
    )


@lru_cache(maxsize=256)
def _read(accept: bytes, languages: bytes, codings: bytes, host: bytes | None) -> Preferences:
    text = accept.decode("latin-1")
    language = choose_language(languages.decode("latin-1"), None, texts.LANGUAGES)
    coding = choose_coding(codings.decode("latin-1"))
    name = repr((accept, language, *coding, host))
    return Preferences(name, text, coding, choose_form(text) is HTML)
