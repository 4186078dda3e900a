"""Say what is wrong with an address that comes from elsewhere."""

from urllib.parse import urlsplit


def flaw(url: str) -> str:
    """Say why a text is no http(s) URL that may be asked or shown, "" if it is one."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not url.isprintable() or " " in url:
        return f"{url!r} is not an http(s) URL"
    if parts.username is not None or parts.password is not None:
        return f"a URL on {parts.hostname} that bears a name or password"
    return ""
