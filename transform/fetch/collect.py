"""Fetch every year's file into a folder, all or none, and record them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from transform.errors import MisusedCommand
from transform.fetch.choose import Chosen, ChosenFiles, choose
from transform.fetch.ckan import CkanDataset, package_show
from transform.fetch.download import Arrived, Download, Validators
from transform.fetch.faults import failed
from transform.fetch.http_client import Bounds, Notify
from transform.fetch.record import (
    Entry,
    Record,
    fetching,
    place,
    read_record,
    write_record,
)
from transform.fetch.target import Target
from transform.files import digest, put_in_place, sync
from transform.parallel import Progress
from transform.text.message import Message, message
from transform.text.printable import visible


class Fetched(NamedTuple):
    """The record before and after, and the resources left aside, with reasons."""

    before: Record | None
    after: Record
    aside: tuple[tuple[str, Message], ...]


def fetch_all(
    folder: Path, target: Target, bounds: Bounds, notify: Notify, progress: Progress
) -> Fetched:
    """Fetch the files that are new or changed, and write the record last; raises FetchFailed."""
    with fetching(folder) as parts:
        before = read_record(folder)
        dataset, choice = offered(target, bounds, notify)
        refuse_other(folder, before, dataset)
        old = before.files if before else {}
        files = dict(withdraw(old, choice))
        for year, chosen in choice.chosen.items():
            download = Download(chosen, parts, bounds, notify, progress)
            files[year] = _fetch_one(folder, download, old.get(year))
        # A file that was replaced meanwhile would be recorded with its predecessor's metadata.
        if offered(target, bounds, notify)[1].chosen != choice.chosen:
            raise failed(target.api, message("fetch.dataset_changing"))
        after = Record(dataset.facts, files)
        if after != before:
            write_record(folder, after)
        return Fetched(before, after, choice.aside)


def offered(target: Target, bounds: Bounds, notify: Notify) -> tuple[CkanDataset, ChosenFiles]:
    """Read the dataset from the portal, and choose among its files."""
    dataset = package_show(target.api, target.dataset, bounds, notify)
    return dataset, choose(target, dataset.resources)


def refuse_other(folder: Path, before: Record | None, dataset: CkanDataset) -> None:
    """Raise MisusedCommand where the folder holds the files of another dataset."""
    if before and before.dataset.get("id") != dataset.facts["id"]:
        held, now = (
            visible(str(each.get("title")), 100) for each in (before.dataset, dataset.facts)
        )
        raise MisusedCommand(message("fetch.folder_of_other", folder=folder, held=held, now=now))


def withdraw(old: Mapping[int, Entry], choice: ChosenFiles) -> Iterator[tuple[int, Entry]]:
    """Yield the entries of years that the portal no longer offers: their URIs are published."""
    for year in sorted(set(old) - set(choice.chosen)):
        yield year, {**old[year], "withdrawn": True}


def intact(folder: Path, entry: Entry) -> bool:
    """Check whether the file of an entry still has the digest it had when fetched."""
    try:
        return digest(place(folder, entry)) == str(entry["sha256"])
    except OSError:
        return False


def describe(chosen: Chosen) -> Mapping[str, object]:
    """Return what a record keeps of a resource."""
    return chosen.resource._asdict()


def _fetch_one(folder: Path, download: Download, old: Entry | None) -> Entry:
    chosen = download.chosen
    kept = old if old and intact(folder, old) else None
    known = None
    if kept and kept["resource"]["url"] == chosen.resource.url and chosen.may_be(kept["format"]):
        known = Validators(kept["etag"], kept["last_modified"])
    arrived = download.run(known)
    if arrived:
        return _adopt(folder, chosen, arrived, kept)
    entry = {**(kept or {}), "resource": describe(chosen)}
    return {key: value for key, value in entry.items() if key != "withdrawn"}


def _adopt(folder: Path, chosen: Chosen, arrived: Arrived, kept: Entry | None) -> Entry:
    """Move a complete file to its place, in one step; unchanged bytes keep their first date."""
    part = arrived.part
    sha256 = digest(part)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry = {
        "year": chosen.year,
        "format": arrived.format,
        "sha256": sha256,
        "bytes": part.stat().st_size,
        "url": arrived.url,
        "media_type": arrived.media_type,
        **arrived.validators._asdict(),
        "fetched": kept["fetched"] if kept and kept["sha256"] == sha256 else now,
        "resource": describe(chosen),
    }
    target = place(folder, entry)
    target.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(part, target)
    for above in (target.parent.parent, folder):
        sync(above)
    return {**entry, "path": target.relative_to(folder).as_posix()}
