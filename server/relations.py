"""Say in a Link header what an answer has to do with other addresses (RFC 8288)."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import Response

from transform.manifest import Manifest


class Relation(NamedTuple):
    """A link: where to, in what relation, the type of what is there."""

    target: str
    relation: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Give the value of the header, or its part."""
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.target}>; rel="{self.relation}"{kind}'


def relate(response: Response, relations: Iterable[Relation | None]) -> Response:
    """Add the relations that there are to those that an answer has."""
    told = [response.headers["Link"]] if "Link" in response.headers else []
    told += [str(relation) for relation in relations if relation]
    if told:
        response.headers["Link"] = ", ".join(told)
    return response


def licence(manifest: Manifest) -> Relation | None:
    """Give the link to the licence, where the release names one."""
    target = manifest["series"].get("licence")
    return Relation(target, "license") if target else None
