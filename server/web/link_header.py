"""Write Link headers: how a response relates to other addresses (RFC 8288)."""

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


class HeaderLink(NamedTuple):
    """A link: its target, its relation, and the media type of the target."""

    target: str
    relation: str
    media_type: str | None = None

    def __str__(self) -> str:
        """Return the link as one value of the header."""
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.target}>; rel="{self.relation}"{kind}'


def add_relations(response: Response, relations: Iterable[HeaderLink | None]) -> Response:
    """Add relations to the Link header of a response; None is skipped."""
    values = [response.headers["Link"]] if "Link" in response.headers else []
    values += [str(relation) for relation in relations if relation]
    if values:
        response.headers["Link"] = ", ".join(values)
    return response


def add_links(
    response: Response, form: Format, path: str, offers: Sequence[Format] = PAGES
) -> Response:
    """Add the links to the other representations and the licence, and Content-Location."""
    relations = [_link_format(path, other, "alternate") for other in offers if other is not form]
    if form is HTML and TURTLE in offers:
        relations.append(_link_format(path, TURTLE, "describedby"))
    response.headers["Content-Location"] = _address(path, form)
    return add_relations(response, [*relations, licence(current_release().manifest)])


def _link_format(path: str, form: Format, relation: str) -> HeaderLink:
    return HeaderLink(_address(path, form), relation, form.media_type)


def _address(path: str, form: Format) -> str:
    return link_to(f"{path}.{form.suffix}", lang=None)


def licence(manifest: Manifest) -> HeaderLink | None:
    """Return the link to the licence, or None where the release names none."""
    target = manifest["series"].get("licence")
    return HeaderLink(target, "license") if target else None
