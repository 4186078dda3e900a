"""List what changed at the portal since the last fetch, without downloading anything."""

from collections.abc import Iterator
from pathlib import Path

from transform.fetch.choose import Chosen
from transform.fetch.collect import (
    describe,
    intact,
    offered,
    refuse_other,
    withdraw,
)
from transform.fetch.faults import failed
from transform.fetch.http_client import (
    Bounds,
    Notify,
    OpenReply,
    OutgoingRequest,
    send,
)
from transform.fetch.record import Entry, Record, read_record
from transform.fetch.target import Target
from transform.text.message import Message, message

_LONGEST_SHOWN = 60  # characters of a value in a sentence


def changes(before: Record | None, after: Record) -> Iterator[Message]:
    """Yield a sentence for each difference between two records."""
    old = before.dataset if before else {}
    for key in sorted(set(old) | set(after.dataset)):
        was, now = old.get(key, ""), after.dataset.get(key, "")
        if before and was != now:
            yield message("fetch.dataset_changed", change=_changed(key, was, now))
    files = before.files if before else {}
    for year, entry in sorted(after.files.items()):
        if year not in files:
            yield message("fetch.new", year=year)
        elif entry.get("withdrawn") and not files[year].get("withdrawn"):
            yield message("fetch.withdrawn", year=year)
        else:
            yield from _file_changes(files[year], entry)


def check(folder: Path, target: Target, bounds: Bounds, notify: Notify) -> list[Message]:
    """Return a sentence for each change at the portal, none without one; raises FetchFailed."""
    before = read_record(folder)
    dataset, choice = offered(target, bounds, notify)
    refuse_other(folder, before, dataset)
    old = before.files if before else {}
    files = dict(withdraw(old, choice))
    sentences: list[Message] = []
    for year, chosen in choice.chosen.items():
        if not (entry := old.get(year)):
            files[year] = {"resource": describe(chosen)}
            continue
        files[year] = {**entry, "withdrawn": False, "resource": describe(chosen)}
        if not intact(folder, entry):
            sentences.append(message("fetch.not_intact", year=year, folder=folder))
        sentences += [
            message("fetch.of_year", year=year, change=change)
            for change in _validators_changed(chosen, entry, bounds, notify)
        ]
    return [*changes(before, Record(dataset.facts, files)), *sentences]


def _file_changes(was: Entry, now: Entry) -> Iterator[Message]:
    year = now["year"]
    if was.get("sha256") != now.get("sha256"):
        yield message("fetch.other_content", year=year, was=was["bytes"], now=now["bytes"])
    if was.get("withdrawn") and not now.get("withdrawn"):
        yield message("fetch.offered_again", year=year)
    for key, value in now["resource"].items():
        if (before := was["resource"].get(key)) != value:
            yield message("fetch.of_year", year=year, change=_changed(key, before, value))


def _changed(key: str, was: object, now: object) -> Message:
    return message("fetch.value_changed", key=key, was=_short(was), now=_short(now))


def _validators_changed(
    chosen: Chosen, entry: Entry, bounds: Bounds, notify: Notify
) -> list[Message]:
    """Compare a file's ETag, date and length at the server (HEAD) with those that were fetched."""
    where = f"{chosen.year}, {chosen.resource.url}"

    def read(reply: OpenReply) -> list[Message]:
        if reply.status in (403, 405, 501):
            return []  # A signed URL allows only GET; the portal's own dates have to do.
        if reply.status != 200:
            raise failed(where, message("fetch.answers", status=reply.status))
        now = {
            "etag": reply.headers.get("ETag", ""),
            "last_modified": reply.headers.get("Last-Modified", ""),
            "bytes": reply.length,
        }
        return [
            _changed(key, entry.get(key), value)
            for key, value in now.items()
            if value and entry.get(key) and value != entry[key]
        ]

    return send(OutgoingRequest(where, chosen.resource.url, {}, "HEAD"), bounds, notify, read)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
