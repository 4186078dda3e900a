"""Write the log to standard error: as lines of text, or as JSON, an object a line.

Attributes are named as in the semantic conventions of OpenTelemetry.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from server.settings import LOG_JSON

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(form: str, level: int = logging.INFO) -> None:
    """Set up the log of this process, once; `form` is one of `server.settings.LOG_FORMS`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == LOG_JSON else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler])


def write_to(put: Callable[[str], None]) -> None:
    """Give the lines of all events of this process to a function, in place of standard error."""
    handler = _Putting(put)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().handlers[:] = [handler]


class _Putting(logging.Handler):
    """Passes each line on; it never waits for who reads the log."""

    def __init__(self, put: Callable[[str], None]) -> None:
        super().__init__()
        self._put = put

    def emit(self, record: logging.LogRecord) -> None:
        self._put(self.format(record))


class JsonFormatter(logging.Formatter):
    """Writes a record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        attributes: dict[str, object] = {
            "timestamp": write_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            attributes["exception.stacktrace"] = self.formatException(record.exc_info)
        return json.dumps(attributes, ensure_ascii=False)


def write_time(seconds: float) -> str:
    """Return a time since the epoch in UTC, to the millisecond (RFC 3339)."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
