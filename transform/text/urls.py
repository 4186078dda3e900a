"""Check the addresses that come from elsewhere."""

import re
from urllib.parse import urlsplit

import pyoxigraph as ox


def url_problem(url: str) -> str:
    """Return why a text is no http(s) URL that may be requested or shown, "" if it is one."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not url.isprintable() or " " in url:
        return f"{url!r} is not an http(s) URL"
    if parts.username is not None or parts.password is not None:
        return f"a URL on {parts.hostname} that bears a name or password"
    return ""


def is_page(text: str) -> bool:
    """Check whether a text is an http(s) URL that may be published as the IRI of a page."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return not url_problem(text)


def is_email(text: str) -> bool:
    """Check whether a text is an e-mail address that needs no escape in a «mailto:»."""
    # RFC 6068, section 2.
    return bool(re.fullmatch(r"[\w.!$'*+~-]+@[\w-]+(\.[\w-]+)*", text))
