"""Define what is fetched: which dataset of which portal, and which of its files are of a year."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from transform.errors import MisusedCommand
from transform.layouts.model import Layout
from transform.text.message import message


class Target(NamedTuple):
    """A dataset of a CKAN portal: the address of its Action API, and its id or name there.

    `words`: a resource that has one of them in its name or description is preferred for its
    year; `resources` are those that are named for a year, by id or name; `documents`: JSON may be a
    year's file without being named, since the layout says where its rows stand.
    """

    api: str
    dataset: str
    words: tuple[str, ...]
    resources: Mapping[int, str]
    documents: bool = False


def find_target(
    layout: Layout, api: str | None, dataset: str | None, resources: Iterable[str]
) -> Target:
    """Return what options name, and for the rest the layout; raises MisusedCommand."""
    stated = layout.fetch
    own = dataset in (None, stated.dataset)
    target = Target(
        api or stated.api or "",
        dataset or stated.dataset or "",
        stated.words if own else (),
        {**(stated.resources if own else {}), **dict(map(_parse_resource, resources))},
        own and bool(layout.records_path),
    )
    for key, value, option in (
        ("api", target.api, "--api URL"),
        ("dataset", target.dataset, "--dataset ID"),
    ):
        if not value:
            raise MisusedCommand(
                message("fetch.no_target", layout=layout.source, key=key, option=option)
            )
    return target


def _parse_resource(text: str) -> tuple[int, str]:
    year, _, name = text.partition("=")
    if not (year.isascii() and year.isdigit() and 1900 <= int(year) <= 2999 and name):
        raise MisusedCommand(message("fetch.resource_option", text=text))
    return int(year), name
