"""Build the faults of a fetch, with the way to build a release without the portal."""

from urllib3.exceptions import HTTPError

from transform.errors import FetchFailed, Said
from transform.text.message import Message, message
from transform.text.printable import visible

BY_HAND = message("fetch.by_hand")


def failed(where: str, problem: Said) -> FetchFailed:
    """Return the fault of an answer that is not what it should be; the texts may be foreign."""
    if not isinstance(problem, Message):
        problem = visible(problem, 400).rstrip(".")
    place = visible(where, 300)
    return FetchFailed(message("errors.place_and_problem", where=place, problem=problem), BY_HAND)


class BrokenOff(HTTPError):
    """An answer whose body ends too soon: another try may get all of it."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem)
        self.problem = problem
