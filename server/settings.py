"""Read the settings of the site from PORTRAIT_IA_… variables."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from server.engine.interface import Limits
from server.networks import read_networks
from transform.errors import MisusedCommand

PREFIX = "PORTRAIT_IA_"
ENGINE = (
    f"{PREFIX}ENGINE"  # how `server.http.process.listen` tells its workers what `--engine` says
)
_IDLE = 6  # query processes; with fewer, a busy minute forks and kills one for most queries
# RFC 9116, 2.5.3: a page or a form over https, a mailbox, a telephone.
_CONTACT = re.compile(r"(?:https://|mailto:|tel:)[!#-+\-.-;=?-Z_a-z~]+")
_LEAST = {
    "query_seconds": 0.1,
    "queue_seconds": 0.1,
    "queries_waiting": 0,
    "requests_per_minute": 0,
    "cache_mb": 0,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client may ask for; each field is a variable (`PORTRAIT_IA_QUERY_SECONDS`).

    What is for all queries together is for the whole site: each worker has its part of it.
    """

    query_seconds: float = 10.0
    query_memory_mb: int = 1024
    result_mb: int = 100
    query_kb: int = 1024
    queries_at_once: int = 32
    queries_waiting: int = 128
    queue_seconds: float = 5.0  # how long one of them waits
    total_memory_mb: int = 4096  # of all queries that run
    total_result_mb: int = 2000  # of all answers that are not read to the end
    requests_per_minute: int = 0  # 0: no limit
    cache_mb: int = 64  # answers that a worker keeps
    workers: int = 2  # given by the option --workers
    trusted_proxies: str = ""  # addresses and networks whose word on the client's address counts

    security_contacts: str = ""  # whom to tell of a weakness, as addresses with commas

    @property
    def contacts(self) -> tuple[str, ...]:
        """Give whom to tell of a weakness, the one to be asked first before the others."""
        return _items(self.security_contacts)

    @property
    def shown(self) -> dict[str, str | int]:
        """Give what the sentence about the limits names (`rule_limits` of texts.toml)."""
        return {
            "seconds": f"{self.query_seconds:g}",
            "memory": self.query_memory_mb,
            "result": self.result_mb,
            "query": self.query_kb,
        }

    @property
    def most_body(self) -> int:
        """Give the bytes that a body may have.

        A form writes a byte as up to three characters, and has other parameters too.
        """
        return 3 * self.query_kb * 1024 + 65536

    @property
    def limits(self) -> Limits:
        """Give what the engine of one worker needs to know."""
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
        """Give a worker's part of what all may take; not less than one of what there is."""
        return math.ceil(whole / self.workers)


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read the settings from the environment; raises MisusedCommand for what is no number."""
    given: dict[str, float | str] = {}
    for field in fields(Settings):
        name = PREFIX + field.name.upper()
        if variables.get(name, "").strip():
            if field.name in _TEXTS:
                given[field.name] = _TEXTS[field.name](name, variables[name])
                continue
            least = _LEAST.get(field.name, 1)
            whole = isinstance(field.default, int)
            given[field.name] = _number(name, variables[name].strip(), whole, least)
    return Settings(**given)  # type: ignore[arg-type]  # each is whole where its field is


def _networks(name: str, text: str) -> str:
    try:
        read_networks(text)
    except ValueError as error:
        raise MisusedCommand(
            f"{name}: {error}; give addresses or networks with commas, such as 10.0.0.0/8."
        ) from error
    return text.strip()


def _contacts(name: str, text: str) -> str:
    for address in _items(text):
        if not _CONTACT.fullmatch(address):
            raise MisusedCommand(
                f"{name}: {address!r}; give addresses with commas, such as"
                " mailto:securite@example.org or https://example.org/securite."
            )
    return text.strip()


def _items(text: str) -> tuple[str, ...]:
    """Give what stands between commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


_TEXTS: dict[str, Callable[[str, str], str]] = {
    "trusted_proxies": _networks,
    "security_contacts": _contacts,
}


def _number(name: str, text: str, whole: bool, least: float) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= least):
        kind = "whole number" if whole else "number"
        raise MisusedCommand(f"{name} is {text!r}; give a {kind} of at least {least:g}.")
    return number
