"""Declare every fault that a user can cause, and its exit code.

PortraitError                 one line for the user, never a traceback
├── MisusedCommand       2    an option or argument is wrong
├── UnreadableFile       2    a file is not the table that it should be
│   └── UnfitColumns     2    a column is missing, unknown or doubled
├── UnreadableLayout     2    a layout file contradicts itself or the format; a line for each fault
├── UnreadableRegistry   2    a registry is not Turtle, or two of its files have one body
├── UnreadableFramework  2    a governance framework is not Turtle, or holds no text
├── UnreadableRelease    2    a folder holds no release, or a damaged one
├── UnreadableDecisions  2    a decisions file is not the table that it should be
├── FetchFailed          2    a portal answers something else than its files
├── ServiceFailed        2    a reconciliation service answers something else than candidates
├── SiteUnreachable      2    a site to check cannot be reached, or is no site of this software
├── StoreFailed          2    a remote store does not answer, or does not hold the release
├── CannotServe          1    a server cannot start its engine
├── PushFailed           1    a remote store does not take a release
└── DataRefused          1    the rows or the vocabulary break a shape
    ├── UrisDropped      1    an edit would drop published URIs (transform/release/stability.py)
    └── DecisionRefused  1    a line of the decisions file contradicts the data or another line

A fault carries a message of the catalogue (transform/text/message.py), or a plain text. It is
written where it is printed: `str(fault)` in the language of the process, `fault.text("fr")` in one.
"""

from transform.text.message import Message, message, text_in

Said = Message | str


class PortraitError(Exception):
    """A fault whose message is one line: where, what and the next step."""

    exit_code = 2

    def text(self, language: str) -> str:
        """Return the message in a language."""
        return "\n".join(text_in(language, fault) for fault in self.args)

    def lines(self) -> list[str]:
        """Return the lines of the message: one, but for a family that tells several faults."""
        return [str(self)]


class MisusedCommand(PortraitError):
    """An option or argument that makes no sense."""


class UnreadableFile(PortraitError):
    """A file that is not the table it should be."""

    @property
    def problem(self) -> Said:
        """What is wrong with the file, without its name and the next step where it says so."""
        fault: Said = self.args[0]
        problem = fault.values.get("problem") if isinstance(fault, Message) else None
        return problem if isinstance(problem, Message | str) else fault


class UnfitColumns(UnreadableFile):
    """A table whose columns are not those that the layout declares."""


class _SeveralFaults(PortraitError):
    """A family that tells several faults at once, each on one line."""

    def __init__(self, *faults: Said) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Return the faults, one a line."""
        return [str(fault) for fault in self.faults]


class UnreadableLayout(_SeveralFaults):
    """A layout file that contradicts itself or the layout format; each fault is one line."""


class UnreadableRegistry(_SeveralFaults):
    """A registry of bodies that is not Turtle, or two files of which have one body."""


class UnreadableFramework(PortraitError):
    """A governance framework that is not Turtle, or that holds no text."""


class UnreadableRelease(PortraitError):
    """A folder that holds no release, or an incomplete one."""


class DamagedRelease(UnreadableRelease):
    """A release of which a file is missing, or is not the one that its manifest lists.

    `problem`: the file, by its path in the release, and what is wrong with it.
    """

    def __init__(self, fault: Said, problem: Said) -> None:
        super().__init__(fault)
        self.problem = problem


class SiteUnreachable(PortraitError):
    """A site to check that cannot be reached, or that says nothing of what it is."""


class CannotServe(PortraitError):
    """A site whose engine cannot be started."""

    exit_code = 1


class FetchFailed(PortraitError):
    """A portal that answers something else than the files it should have.

    `problem`: where and what, without the next step.
    """

    def __init__(self, problem: Said, step: Said) -> None:
        super().__init__(message("errors.problem_and_step", problem=problem, step=step))
        self.problem = problem


class PushFailed(PortraitError):
    """A remote store that does not take a release, or answers something else than it should.

    `problem`: where and what, without the next step; `step`: that one.
    """

    exit_code = 1

    def __init__(self, problem: Said, step: Said) -> None:
        super().__init__(message("errors.problem_and_step", problem=problem, step=step))
        self.problem, self.step = problem, step


class ServiceFailed(PortraitError):
    """A reconciliation service that answers something else than candidates."""


class StoreFailed(PortraitError):
    """A remote store that does not answer, or that does not hold what it should."""


class DataRefused(PortraitError):
    """Rows or vocabulary that break a shape: nothing is published."""

    exit_code = 1


class UnreadableDecisions(PortraitError):
    """A decisions file that is not the table it should be."""


class DecisionRefused(DataRefused):
    """A decision that contradicts the data or another decision: nothing is published."""
