"""Write the log to standard error: as lines of text, or as JSON, an object a line.

Attributes are named as in the semantic conventions of OpenTelemetry.
"""

import json
import logging
from datetime import UTC, datetime

from server.settings import LOG_JSON

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(form: str) -> None:
    """Set up the log of this process, once; `form` is one of `server.settings.LOG_FORMS`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == LOG_JSON else logging.Formatter(_TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


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
