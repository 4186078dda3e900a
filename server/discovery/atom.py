"""Publish the releases and the comparisons of portraits as an Atom feed (RFC 4287)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response

from server import texts
from server.negotiation import Format
from server.release.comparisons import list_pairs
from server.release.history import PublishedRelease, current_published, list_published
from server.release.register import OwnText
from server.web import render
from server.web.release_scope import current_release

bp = Blueprint("feed", __name__)
# Characters that XML 1.0 has no way to write (2.2), but cells may hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ATOM = Format("xml", "application/atom+xml", "; charset=utf-8")


class FeedEntry(NamedTuple):
    """An entry of a feed: title, path, time, a summary or "", and an id that is not the path."""

    title: str
    path: str
    time: datetime
    summary: str
    id: str = ""


class Feed(NamedTuple):
    """A feed: its path, its title, and the path of the page that it is about."""

    path: str
    title: OwnText
    page: str


@bp.route("/atom.xml")
def show() -> Response:
    """Answer with the feed in the language of the request."""
    release, language = current_release(), render.language()
    title = release.register.choose(release.manifest["series"]["title"], language)
    return answer(Feed("atom.xml", title, ""), list(_entries()))


def answer(feed: Feed, entries: list[FeedEntry]) -> Response:
    """Answer with a feed in the language of the request."""
    body = "".join(_write(feed, entries, render.language()))
    response = render.finish(Response(body, content_type=ATOM.content_type), ATOM)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _entries() -> Iterator[FeedEntry]:
    """Yield the comparisons of the current release, then the releases, the newest first."""
    release, language = current_release(), render.language()
    now = current_published(release).time
    for earlier, later in list_pairs(release):
        words = texts.text("from_to", language, earlier=earlier, later=later)
        summary = release.register.text("about_comparisons", language)
        title = f"{texts.text('comparisons', language)}{texts.text('colon', language)} {words}"
        yield FeedEntry(title, f"changements/{earlier}-{later}", now, summary)
    for published in list_published(release):
        title = f"{texts.text('release', language)} {published.name}"
        yield FeedEntry(title, published.path, published.time, _count_entries(published, language))


def _count_entries(published: PublishedRelease, language: str) -> str:
    """Return how many entries a release holds of each year, as a text."""
    colon = texts.text("colon", language)
    return ", ".join(
        f"{portrait['year']}{colon} {texts.whole(portrait['published'], language)}"
        for portrait in sorted(published.manifest["portraits"], key=lambda each: -each["year"])
    )


def _write(feed: Feed, entries: list[FeedEntry], language: str) -> Iterator[str]:
    release = current_release()
    base, manifest = release.base_uri, release.manifest
    names = (manifest.get("operator") or manifest["publisher"])["name"]
    address = f"{base}{feed.path}?lang={language}"
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
    yield _text("id", address) + _text("title", feed.title.value, feed.title.language)
    times = [entry.time for entry in entries] or [current_published(release).time]
    yield _text("updated", _stamp(max(times)))
    name = release.register.choose(names, language)
    # Not in the author's name: it takes no language (RFC 4287, 3.2).
    yield f"<author>{_text('name', name.value)}</author>\n"
    yield _link("self", address, ATOM.media_type) + _link(
        "alternate", base + feed.page, "text/html"
    )
    if licence := manifest["series"].get("licence"):
        yield f'<link rel="license" href={quoteattr(licence)}/>\n'
    for entry in entries:
        address, own_id = base + entry.path, base + (entry.id or entry.path)
        yield f"<entry>\n{_text('id', own_id)}{_text('title', entry.title)}"
        yield _text("updated", _stamp(entry.time)) + _link("alternate", address, "text/html")
        yield f"{_text('summary', entry.summary) if entry.summary else ''}</entry>\n"
    yield "</feed>\n"


def _text(name: str, value: str, language: str = "") -> str:
    value = _FORBIDDEN.sub("\ufffd", value)
    tagged = f" xml:lang={quoteattr(language)}" if language else ""
    return f"<{name}{tagged}>{escape(value)}</{name}>\n"


def _link(relation: str, address: str, media_type: str) -> str:
    return f'<link rel="{relation}" type="{media_type}" href={quoteattr(address)}/>\n'


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
