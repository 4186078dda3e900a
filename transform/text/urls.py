"""Check the addresses that come from elsewhere."""

from urllib.parse import urlsplit


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
