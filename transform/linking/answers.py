"""Parse the answers of a reconciliation service: candidates, or a fault that names its place.

Source: Reconciliation Service API 0.2, section 4.2. The type of every value is checked.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from transform.errors import FetchFailed
from transform.fetch.faults import failed
from transform.text.message import Message, message
from transform.text.printable import visible


class ServiceCandidate(NamedTuple):
    """A candidate as the service sends it; a missing text is "", a missing score None."""

    id: str
    name: str
    description: str
    types: tuple[str, ...]
    score: float | None
    match: bool


class AnswerReader(NamedTuple):
    """Parses the parts of one answer; `url` names the service in faults."""

    url: str

    def refuse(self, place: str, problem: Message) -> FetchFailed:
        """Return the fault of a part of the answer."""
        return failed(self.url, message("linking.part", place=place, problem=problem))

    def record(self, value: object, place: str) -> Mapping[str, Any]:
        """Return a value that must be a JSON object."""
        if not isinstance(value, dict):
            raise self.refuse(place, message("linking.no_object", kind=_kind(value)))
        return value

    def array(self, value: object, place: str) -> list[Any]:
        """Return a value that must be a JSON array."""
        if not isinstance(value, list):
            raise self.refuse(place, message("linking.no_list", kind=_kind(value)))
        return value

    def text(self, value: object, place: str) -> str:
        """Return a value that must be a text; "" for null and for a missing one."""
        if value is not None and not isinstance(value, str):
            raise self.refuse(place, message("linking.no_text", kind=_kind(value)))
        return value or ""

    def candidates(self, value: object, place: str) -> list[ServiceCandidate]:
        """Parse a list of candidates."""
        listed = enumerate(self.array(value, place))
        return [self._candidate(item, f"{place}[{number}]") for number, item in listed]

    def _candidate(self, value: object, place: str) -> ServiceCandidate:
        fields = self.record(value, place)
        if not isinstance(identifier := fields.get("id"), str):
            raise self.refuse(f"{place}.id", message("linking.no_text", kind=_kind(identifier)))
        match = fields.get("match", False)
        if not isinstance(match, bool):
            raise self.refuse(f"{place}.match", message("linking.no_boolean", kind=_kind(match)))
        return ServiceCandidate(
            id=identifier,
            name=self.text(fields.get("name"), f"{place}.name"),
            description=self.text(fields.get("description"), f"{place}.description"),
            types=tuple(self._types(fields.get("type") or [], f"{place}.type")),
            score=self._score(fields.get("score"), f"{place}.score"),
            match=match,
        )

    def _types(self, value: object, place: str) -> list[str]:
        names = []
        for number, item in enumerate(self.array(value, place)):
            here = f"{place}[{number}]"
            fields = item if isinstance(item, dict) else {"id": item}
            name = self.text(fields.get("name"), f"{here}.name")
            names.append(name or self.text(fields.get("id"), f"{here}.id"))
        return names

    def _score(self, value: object, place: str) -> float | None:
        if value is None:
            return None
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                score = float(value)
                if math.isfinite(score):
                    return score
        except OverflowError:
            pass  # A whole number beyond all floats cannot be a score: refused below.
        raise self.refuse(place, message("linking.no_number", kind=_kind(value)))


_KINDS = {
    type(None): message("linking.kind_nothing"),
    dict: message("linking.kind_object"),
    list: message("linking.kind_list"),
    bool: message("linking.kind_boolean"),
}


def _kind(value: object) -> Message | str:
    return _KINDS.get(type(value)) or f"{visible(str(value), 60)!r}"
