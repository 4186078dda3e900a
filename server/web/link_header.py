"""Say in a Link header what an answer has to do with other addresses (RFC 8288)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import Response

from server.negotiation import (
    HTML,
    PAGES,
    TURTLE,
    Format,
)
from server.web.links import link_to
from server.web.release_scope import current_release
from transform.release.manifest import Manifest


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


def with_links(
    response: Response, form: Format, path: str, offers: Sequence[Format] = PAGES
) -> Response:
    """Say where each representation is, which one this is, and the licence."""
    relations = [_lead_to(path, other, "alternate") for other in offers if other is not form]
    if form is HTML and TURTLE in offers:
        relations.append(_lead_to(path, TURTLE, "describedby"))
    response.headers["Content-Location"] = _address(path, form)
    return relate(response, [*relations, licence(current_release().manifest)])


def _lead_to(path: str, form: Format, relation: str) -> Relation:
    return Relation(_address(path, form), relation, form.media_type)


def _address(path: str, form: Format) -> str:
    return link_to(f"{path}.{form.suffix}", lang=None)


def licence(manifest: Manifest) -> Relation | None:
    """Give the link to the licence, where the release names one."""
    target = manifest["series"].get("licence")
    return Relation(target, "license") if target else None
