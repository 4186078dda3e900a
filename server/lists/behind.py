"""Offer the SPARQL behind a list, and write the Turtle of all that it holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from tempfile import TemporaryFile
from typing import NamedTuple

from flask import Response, request

from server.engine.interface import Question
from server.lists.listed import ListedThings
from server.lists.sparql import (
    MOST_VALUES,
    fits_address,
    write_construct,
    write_description,
    write_select,
)
from server.negotiation import TURTLE
from server.release.current import Release
from server.web.links import link_to
from server.web.release_scope import GONE, hold

_AT_ONCE = 250  # things whose statements one question asks for
_READ = 65_536  # bytes


class Behind(NamedTuple):
    """The SPARQL query of a list, for the editor.

    `has_words` is false where the words of the list find more things than a query may hold: the
    query is then that of the list without them. A long one `is_posted`, as no address holds it.
    """

    select: str
    has_words: bool
    is_posted: bool


def write_behind(release: Release, listed: ListedThings, reader: str) -> Behind:
    """Write the query of a list, its names in the reader's language.

    The things that words find stand in it, if they are few.
    """
    query, keys = listed.query, None
    has_words = not query.words or listed.total <= MOST_VALUES
    if not has_words:
        query = replace(query, words="")
    elif query.words:
        keys = listed.keys()
    select = write_select(
        query,
        release.base_uri,
        listed.shape.newest,
        keys,
        release.register.nearest(reader),
        release.register.languages,
    )
    return Behind(select, has_words, not fits_address(select))


def find_endpoint(release: Release, listed: ListedThings) -> str | None:
    """Return the link to the endpoint that answers with all statements about the things of a list.

    None where one query does not hold them, or no address holds the query.
    """
    if listed.total > MOST_VALUES:
        return None
    query = listed.query
    keys = listed.keys() if query.words else None
    text = write_construct(query, release.base_uri, listed.shape.newest, keys)
    return link_to("sparql", query=text, format="ttl", lang=None) if fits_address(text) else None


def send_turtle(release: Release, listed: ListedThings) -> Response:
    """Answer with all statements about the things of a list, asked for some things at a time.

    They are written to a file first, so that an EngineFault is answered as one and the length is
    known, however many they are.
    """
    file = hold(TemporaryFile())  # noqa: SIM115  # held until it is sent
    for part in _ask_in_parts(release, listed, request.environ.get(GONE)):
        file.write(part)
    length = file.tell()
    file.seek(0)
    response = Response(iter(partial(file.read, _READ), b""), content_type=TURTLE.content_type)
    response.headers["Content-Length"] = str(length)
    return response


def _ask_in_parts(
    release: Release, listed: ListedThings, gone: Callable[[], bool] | None
) -> Iterator[bytes]:
    """Yield the Turtle of the things, some at a time: documents that are one when joined.

    A prefix may be declared again (Turtle, 2.4), and nothing that is published is a blank node.
    Raises an EngineFault.
    """
    keys, base_uri = listed.keys(), release.base_uri
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        text = write_description(listed.query.kind, base_uri, part)
        question = Question(text, base_uri, graph=TURTLE.media_type)
        with release.engine.ask(question, gone) as answer:
            yield from answer.body
