"""Define a check, and its result in the terms of EARL 1.0."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from server.conformance.model import Finding
from server.conformance.site import CheckedSite
from transform.text.message import Message, message

MOST_FINDINGS = 10  # of one check; a site that breaks a rule everywhere is told so often enough


class Outcome(StrEnum):
    """The outcome of a check, by its name in EARL 1.0 Schema, 2.7."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cantTell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Document(NamedTuple):
    """What a check follows: a name with the section, and its address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its stable name, what it follows, and the function that yields what is wrong.

    `outside`: only a client beyond all servers can tell; `heavy`: it makes a site work. Neither is
    run by a site on itself.
    """

    name: str
    run: Callable[[CheckedSite], Iterator[Finding]]
    documents: tuple[Document, ...]
    outside: bool = False
    heavy: bool = False

    @property
    def title(self) -> Message:
        """Return what it checks, in a few words."""
        return message(f"conformance.title_{self.name.replace('-', '_')}")

    @property
    def why(self) -> Message:
        """Return what it asks for, and what it is good for."""
        return message(f"conformance.why_{self.name.replace('-', '_')}")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of a check; findings where it failed, a reason where it has no other outcome."""

    check: Check
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: Message | None = None
