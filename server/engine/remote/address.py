"""Read the address of a store, and who asks it: never from the address itself."""

import netrc
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from transform.errors import MisusedCommand
from transform.files import reason_message
from transform.text.message import message
from transform.text.urls import url_problem

USER, PASSWORD = "PORTRAIT_IA_STORE_USER", "PORTRAIT_IA_STORE_PASSWORD"


@dataclass(frozen=True, slots=True)
class Store:
    """Where a SPARQL endpoint is, and the name and password for it ("": none)."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

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
    if problem := url_problem(url):
        shown = message("server.store_url_hidden") if "@" in url else problem
        raise MisusedCommand(message("server.store_url", problem=shown))
    if urlsplit(url).fragment:
        raise MisusedCommand(message("server.store_url_fragment", url=url))
    return url


def read_store(url: str, variables: Mapping[str, str] = os.environ) -> Store:
    """Return a store with its credentials: of two variables, or of netrc.

    Raises MisusedCommand for an impossible URL, half a pair of variables, an unreadable netrc.
    """
    store = Store(check_url(url))
    user, password = variables.get(USER, ""), variables.get(PASSWORD, "")
    if bool(user) != bool(password):
        raise MisusedCommand(message("server.store_credentials", user=USER, password=PASSWORD))
    if not user:
        user, password = _read_netrc(store.host, variables)
    return Store(url, user, password)


def _read_netrc(host: str, variables: Mapping[str, str]) -> tuple[str, str]:
    file = variables.get("NETRC") or Path("~/.netrc").expanduser()
    try:
        found = netrc.netrc(file).authenticators(host)
    except FileNotFoundError:
        return "", ""
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_message(error) if isinstance(error, OSError) else str(error)
        raise MisusedCommand(message("server.store_netrc", file=file, reason=reason)) from error
    except netrc.NetrcParseError as error:  # its text may quote a password
        raise MisusedCommand(
            message("server.store_netrc_line", file=file, line=error.lineno)
        ) from error
    return (found[0], found[2] or "") if found else ("", "")
