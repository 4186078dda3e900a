"""Say what came instead of a file, and what to do without the portal."""

from transform.errors import FetchFailed
from transform.terminal import visible

BY_HAND = (
    "Nothing was overwritten. Try again later, or download the files by hand and build with"
    " YEAR=FILE, such as `portrait-ia build 2025=portrait-2025.csv`."
)


def failed(where: str, what: str) -> FetchFailed:
    """Give the fault of an answer that is not what it should be; the texts may be foreign."""
    return FetchFailed(f"{visible(where, 300)}: {visible(what, 400).rstrip('.')}", BY_HAND)


class Passing(Exception):
    """Something that may have passed by the next try: a cut, a busy server.

    `wait`: seconds that the server asks to be left alone, None if it does not say.
    """

    def __init__(self, where: str, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.where = where
        self.wait = wait
