"""Check the addresses that come from elsewhere."""

import re
from urllib.parse import urlsplit

import pyoxigraph as ox

from transform.text.message import Message, message


def url_problem(url: str) -> Message | None:
    """Return why a text is no http(s) URL that may be requested or shown, None if it is one."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not url.isprintable() or " " in url:
        return message("text.url_none", url=url)
    if parts.username is not None or parts.password is not None:
        return message("text.url_password", host=parts.hostname)
    return None


def is_page(text: str) -> bool:
    """Check whether a text is an http(s) URL that may be published as the IRI of a page."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return url_problem(text) is None


def as_page(text: str) -> str | None:
    """Return an http(s) URL as the IRI of a page, its scheme in lower case; None for another text.

    A scheme is written in either case, and lower case is the normal form (RFC 3986, section 3.1).
    """
    scheme, mark, rest = text.partition(":")
    return f"{scheme.lower()}{mark}{rest}" if is_page(text) else None


def is_email(text: str) -> bool:
    """Check whether a text is an e-mail address that needs no escape in a «mailto:»."""
    # RFC 6068, section 2.
    return bool(re.fullmatch(r"[\w.!$'*+~-]+@[\w-]+(\.[\w-]+)*", text))
