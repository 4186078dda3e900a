"""Build the faults of files that are not the table that they should be."""

from transform.errors import Said, UnreadableFile
from transform.text.message import Message, message


def unreadable(where: Said, problem: Message, step: Message) -> UnreadableFile:
    """Return the fault of a file, or of a place in it."""
    return UnreadableFile(message("tables.fault", where=where, problem=problem, step=step))
