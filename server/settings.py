"""Read the settings of the site from PORTRAIT_IA_… variables."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from server.engine.interface import Limits
from server.engine.vetting import OWN
from server.networks import read_networks
from transform.errors import MisusedCommand
from transform.text.message import message

PREFIX = "PORTRAIT_IA_"
ENGINE = f"{PREFIX}ENGINE"  # how `server.http.process.listen` passes --engine to its workers
LOG_TEXT, LOG_JSON = LOG_FORMS = ("text", "json")
STORE = f"{PREFIX}STORE"  # and --store
_IDLE = 6  # idle query processes; with fewer, a busy minute forks and kills one for most queries
# RFC 9116, 2.5.3: a page or a form over https, an e-mail address, a telephone number.
_CONTACT = re.compile(r"(?:https://|mailto:|tel:)[!#-+\-.-;=?-Z_a-z~]+")
_LEAST = {
    "query_seconds": 0.1,
    "queue_seconds": 0.1,
    "queries_waiting": 0,
    "requests_per_minute": 0,
    "cache_mb": 0,
    "older_releases": 0,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits for clients; each field is a variable (`PORTRAIT_IA_QUERY_SECONDS`).

    A limit for all queries together is for the whole site: each worker gets its part of it.
    Those of memory are 0 where a remote store answers, whose memory is its own.
    """

    query_seconds: float = 10.0
    query_memory_mb: int = 1024
    result_mb: int = 100
    query_kb: int = 1024
    queries_at_once: int = 32
    queries_waiting: int = 128
    queue_seconds: float = 5.0  # the longest wait of one query
    total_memory_mb: int = 4096  # of all running queries
    total_result_mb: int = 2000  # of all answers not yet read to the end
    requests_per_minute: int = 0  # 0: no limit
    cache_mb: int = 64  # cached answers of a worker
    workers: int = 2  # set by the option --workers
    trusted_proxies: str = ""  # addresses and networks whose Forwarded headers are believed

    log: str = LOG_TEXT  # its form, one of LOG_FORMS
    log_addresses: str = "network"  # what a line of the log holds of a client's address
    security_contacts: str = ""  # where to report a vulnerability: addresses with commas
    older_releases: int = 1  # earlier releases that a worker keeps open; 0: none is opened

    @property
    def contacts(self) -> tuple[str, ...]:
        """Return the addresses for reports of vulnerabilities, the preferred one first."""
        return _items(self.security_contacts)

    @property
    def most_body(self) -> int:
        """Return the bytes that a body may have.

        A form writes a byte in up to three characters, and has other parameters too.
        """
        return 3 * self.query_kb * 1024 + 65536

    @property
    def limits(self) -> Limits:
        """Return the limits for the engine of one worker."""
        return Limits(
            seconds=self.query_seconds,
            memory_mb=self.query_memory_mb,
            total_memory_mb=self._part(self.total_memory_mb),
            result_mb=self.result_mb,
            total_result_mb=self._part(self.total_result_mb),
            processes=self._part(self.queries_at_once),
            idle=_IDLE,
            waiting=self._part(self.queries_waiting),
            waiting_seconds=self.queue_seconds,
        )

    def _part(self, whole: int) -> int:
        """Return a worker's part of a limit of the site, at least one."""
        return math.ceil(whole / self.workers)


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read the settings from the environment; raises MisusedCommand for an invalid value."""
    values: dict[str, float | str] = {}
    for field in fields(Settings):
        name = PREFIX + field.name.upper()
        if variables.get(name, "").strip():
            if field.name in _TEXTS:
                values[field.name] = _TEXTS[field.name](name, variables[name])
                continue
            least = _LEAST.get(field.name, 1)
            whole = isinstance(field.default, int)
            values[field.name] = _number(name, variables[name].strip(), whole, least)
    if variables.get(ENGINE, OWN[0]) not in OWN:
        values |= dict.fromkeys(("query_memory_mb", "total_memory_mb"), 0)
    return Settings(**values)  # type: ignore[arg-type]  # an int where its field is one


def _networks(name: str, text: str) -> str:
    try:
        read_networks(text)
    except ValueError as error:
        raise MisusedCommand(
            message("server.setting_networks", name=name, problem=error)
        ) from error
    return text.strip()


def _contacts(name: str, text: str) -> str:
    for address in _items(text):
        if not _CONTACT.fullmatch(address):
            raise MisusedCommand(message("server.setting_contacts", name=name, address=address))
    return text.strip()


def _items(text: str) -> tuple[str, ...]:
    """Return the items between commas, without spaces or empty ones."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def _choice(*allowed: str) -> Callable[[str, str], str]:
    """Return a reader of a setting that has one of some values."""

    def read(name: str, text: str) -> str:
        if text.strip() not in allowed:
            raise MisusedCommand(
                message("server.setting_choice", name=name, text=text, allowed=list(allowed))
            )
        return text.strip()

    return read


_TEXTS: dict[str, Callable[[str, str], str]] = {
    "log": _choice(*LOG_FORMS),
    "log_addresses": _choice("network", "full", "none"),
    "trusted_proxies": _networks,
    "security_contacts": _contacts,
}


def _number(name: str, text: str, whole: bool, least: float) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= least):
        values = {"name": name, "text": text, "least": f"{least:g}"}
        if whole:
            raise MisusedCommand(message("server.setting_whole", **values))
        raise MisusedCommand(message("server.setting_number", **values))
    return number
