"""Parse who decides, how surely, when and why, and write it into a line of a decisions file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from transform.errors import MisusedCommand
from transform.text.message import message


class Judgement(NamedTuple):
    """What a person judges of a pair: who, how surely, when and why."""

    author: str
    confidence: str
    date: str
    comment: str

    def as_line(self, accepted: bool, evidence: str) -> dict[str, str]:
        """Return the cells of a line other than the two things, by SSSOM column."""
        return {
            "predicate_modifier": "" if accepted else "Not",
            "mapping_justification": "semapv:ManualMappingCuration",
            "confidence": self.confidence,
            "author_id": self.author,
            "mapping_date": self.date,
            "comment": " ".join(filter(None, (self.comment, evidence and f"({evidence})"))),
        }


def judge(command: str, options: Mapping[str, Any]) -> Judgement:
    """Return the judgement that the options state; raises MisusedCommand without an author."""
    author = options["author"]
    if not author or not author.strip():
        raise MisusedCommand(message("decisions.nobody", command=command))
    today = datetime.now(UTC).astimezone().date().isoformat()
    date = options["date"] or today
    return Judgement(author, options["confidence"], date, options["comment"])
