"""Check the addresses that come from elsewhere."""

from urllib.parse import urlsplit

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
