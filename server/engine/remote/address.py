"""Read the address of a store, and who asks it: never from the address itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from transform.errors import MisusedCommand
from transform.push.credentials import PASSWORD, USER, Credentials, find_credentials
from transform.text.message import message
from transform.text.urls import url_problem


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """Where a SPARQL endpoint is, and who asks it where it wants to know."""

    url: str
    credentials: Credentials | None = None

    @property
    def host(self) -> str:
        """Return the name of its machine."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Return its port."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_tls(self) -> bool:
        """Check whether it is asked over TLS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def target(self) -> str:
        """Return what stands behind the machine: path and query."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def check_url(url: str) -> str:
    """Return the URL of a store; raises MisusedCommand for none, and for one with a password."""
    if problem := message("server.store_url_hidden") if "@" in url else url_problem(url):
        raise MisusedCommand(
            message("server.store_url", problem=problem, user=USER, password=PASSWORD)
        )
    if urlsplit(url).fragment:
        raise MisusedCommand(message("server.store_url_fragment", url=url))
    return url


def read_store(url: str) -> EndpointAddress:
    """Return a store with its credentials: of two variables, or of netrc.

    Raises MisusedCommand for an impossible URL, half a pair of variables, an unreadable netrc.
    """
    return EndpointAddress(check_url(url), find_credentials(url))
