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
    Reply,
    Request,
    send,
)
from transform.fetch.record import Entry, Record, read_record
from transform.fetch.target import Target

_LONGEST_SHOWN = 60  # characters of a value in a sentence


def changes(before: Record | None, after: Record) -> Iterator[str]:
    """Yield a sentence for each difference between two records."""
    old = before.dataset if before else {}
    for key in sorted(set(old) | set(after.dataset)):
        was, now = old.get(key, ""), after.dataset.get(key, "")
        if before and was != now:
            yield f"dataset: {key} was {_short(was)}, is {_short(now)}"
    files = before.files if before else {}
    for year, entry in sorted(after.files.items()):
        if year not in files:
            yield f"{year}: new"
        elif entry.get("withdrawn") and not files[year].get("withdrawn"):
            yield f"{year}: no longer offered; what was fetched is kept"
        else:
            yield from _file_changes(files[year], entry)


def check(folder: Path, target: Target, bounds: Bounds, notify: Notify) -> list[str]:
    """Return a sentence for each change at the portal, none without one; raises FetchFailed."""
    before = read_record(folder)
    dataset, choice = offered(target, bounds, notify)
    refuse_other(folder, before, dataset)
    old = before.files if before else {}
    files = dict(withdraw(old, choice))
    sentences = []
    for year, chosen in choice.chosen.items():
        if not (entry := old.get(year)):
            files[year] = {"resource": describe(chosen)}
            continue
        files[year] = {**entry, "withdrawn": False, "resource": describe(chosen)}
        if not intact(folder, entry):
            sentences.append(f"{year}: the file in {folder} is not what was fetched")
        sentences += [
            f"{year}: {change}" for change in _validators_changed(chosen, entry, bounds, notify)
        ]
    return [*changes(before, Record(dataset.facts, files)), *sentences]


def _file_changes(was: Entry, now: Entry) -> Iterator[str]:
    if was.get("sha256") != now.get("sha256"):
        yield f"{now['year']}: other content, {was['bytes']:,} bytes were, {now['bytes']:,} are"
    if was.get("withdrawn") and not now.get("withdrawn"):
        yield f"{now['year']}: offered again"
    for key, value in now["resource"].items():
        if (before := was["resource"].get(key)) != value:
            yield f"{now['year']}: {key} was {_short(before)}, is {_short(value)}"


def _validators_changed(chosen: Chosen, entry: Entry, bounds: Bounds, notify: Notify) -> list[str]:
    """Compare a file's ETag, date and length at the server (HEAD) with those that were fetched."""
    where = f"{chosen.year}, {chosen.resource.url}"

    def read(reply: Reply) -> list[str]:
        if reply.status in (403, 405, 501):
            return []  # A signed URL allows only GET; the portal's own dates have to do.
        if reply.status != 200:
            raise failed(where, f"answers {reply.status}")
        now = {
            "etag": reply.headers.get("ETag", ""),
            "last_modified": reply.headers.get("Last-Modified", ""),
            "bytes": reply.length,
        }
        return [
            f"{key} was {_short(entry.get(key))}, is {_short(value)}"
            for key, value in now.items()
            if value and entry.get(key) and value != entry[key]
        ]

    return send(Request(where, chosen.resource.url, {}, "HEAD"), bounds, notify, read)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
