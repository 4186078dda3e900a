"""Find the name and password for a remote store: in two variables, or in netrc."""

import netrc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from transform.errors import MisusedCommand
from transform.files import reason_message
from transform.text.message import message

USER, PASSWORD = "PORTRAIT_IA_STORE_USER", "PORTRAIT_IA_STORE_PASSWORD"


class Credentials(NamedTuple):
    """A name and a password; as a text neither shows."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"


def find_credentials(url: str, environment: Mapping[str, str] | None = None) -> Credentials | None:
    """Return who to be for the host of a URL; None where neither variables nor netrc say so.

    netrc is the file that `NETRC` names, or `~/.netrc`. Raises MisusedCommand where one variable
    stands without the other, for control characters, and for a file that cannot be read; no part
    of it is shown.
    """
    variables = os.environ if environment is None else environment
    user, password = variables.get(USER, ""), variables.get(PASSWORD, "")
    if not user and not password:
        return _in_netrc(urlsplit(url).hostname or "", variables)
    if not (user and password):
        raise MisusedCommand(message("push.half_credentials", user=USER, password=PASSWORD))
    return _printable(Credentials(user, password))


def _in_netrc(host: str, variables: Mapping[str, str]) -> Credentials | None:
    named = variables.get("NETRC")
    file = Path(named) if named else Path(variables.get("HOME", "~")).expanduser() / ".netrc"
    if not named and not file.exists():
        return None
    try:
        found = netrc.netrc(file).authenticators(host)
    except netrc.NetrcParseError as error:  # its message may quote a password
        raise MisusedCommand(message("push.bad_netrc", file=file, line=error.lineno)) from None
    except (OSError, ValueError) as error:
        reason = reason_message(error) if isinstance(error, OSError) else "UTF-8"
        raise MisusedCommand(message("push.unreadable_netrc", file=file, reason=reason)) from None
    return _printable(Credentials(found[0], found[2] or "")) if found else None


def _printable(credentials: Credentials) -> Credentials:
    if not all(part.isprintable() for part in credentials):
        raise MisusedCommand(message("push.unprintable_credentials"))
    return credentials
