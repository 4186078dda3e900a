"""Download one file: complete, of the right kind and of one version, or not at all."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from transform.errors import UnreadableFile
from transform.fetch.choose import Chosen
from transform.fetch.faults import BrokenOff, failed
from transform.fetch.http_client import (
    Bounds,
    Notify,
    OpenReply,
    OutgoingRequest,
    send,
)
from transform.files import new_file
from transform.tables.reader import find_format
from transform.text.message import message
from transform.text.printable import visible

# Media types that no table has; the content of any other is examined.
_FOREIGN = re.compile(
    r"text/html|application/(xhtml\+xml|xml|pdf|problem\+json)|(image|audio|video)/.*"
)
_JSON = "application/json"


class Validators(NamedTuple):
    """The ETag and date of the version that a server sends; "" where it states none."""

    etag: str
    last_modified: str


class Arrived(NamedTuple):
    """A complete file, still under a temporary name; `url` is the last one of the redirects.

    `format` is what it is, which need not be quite what the portal states.
    """

    part: Path
    format: str
    url: str
    media_type: str
    validators: Validators


class Download(NamedTuple):
    """The download of one file into a folder of parts; `progress` is called as bytes arrive."""

    chosen: Chosen
    folder: Path
    bounds: Bounds
    notify: Notify
    progress: Callable[[str, int, int], None]

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{self.chosen.year}, {self.chosen.resource.url}"

    @property
    def size(self) -> int | None:
        """The size in bytes of a file uploaded to the portal, None for a linked file."""
        resource = self.chosen.resource
        return resource.size if resource.url_type == "upload" else None

    def run(self, known: Validators | None) -> Arrived | None:
        """Download the file, or return None when the server still has the version `known`."""
        request = OutgoingRequest(self.where, self.chosen.resource.url, _conditions(known))
        arrived = send(request, self.bounds, self.notify, lambda reply: self._read(reply, known))
        return arrived._replace(format=self._find_format(arrived.part)) if arrived else None

    def _read(self, reply: OpenReply, known: Validators | None) -> Arrived | None:
        if reply.status == 304 and known:
            return None
        if reply.status != 200:
            raise failed(self.where, message("fetch.answers", status=reply.status))
        whole = self._announced_length(reply)
        part = self.folder / f"{self.chosen.year}.part"
        with new_file(part) as out:
            self._write_body(out, whole, reply)
        validators = Validators(
            reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
        )
        return Arrived(part, self.chosen.format, reply.url, reply.media_type, validators)

    def _announced_length(self, reply: OpenReply) -> int | None:
        """Return the announced length; refuse a type or length that is already wrong."""
        document = "json" in self.chosen.format
        if _FOREIGN.fullmatch(reply.media_type) or (reply.media_type == _JSON and not document):
            kind = visible(reply.media_type)
            raise failed(self.where, message("fetch.no_table_type", type=kind))
        chunked = "chunked" in reply.headers.get("Transfer-Encoding", "").lower()
        if reply.length is not None:
            self._check_length(reply.length)
        elif not chunked and self.size is None:
            raise failed(self.where, message("fetch.no_length"))
        return reply.length

    def _write_body(self, out: IO[bytes], whole: int | None, reply: OpenReply) -> None:
        have = 0
        most = self.bounds.bytes if whole is None else whole
        what = str(message("fetch.progress_bytes", year=self.chosen.year))
        for block in reply.blocks():
            out.write(block)
            have += len(block)
            self.progress(what, have, whole or have)
            if have > most:
                raise failed(self.where, message("fetch.came_over", most=_mb(most)))
        if whole is not None and have < whole:
            raise BrokenOff(message("fetch.came_part", have=have, whole=whole))
        self._check_length(have)

    def _check_length(self, length: int) -> None:
        if length > self.bounds.bytes:
            most = _mb(self.bounds.bytes)
            raise failed(self.where, message("fetch.over", length=length, most=most))
        if self.size is not None and length != self.size:
            lengths = message("fetch.came_other_length", length=length, stated=self.size)
            raise failed(self.where, lengths)

    def _find_format(self, path: Path) -> str:
        """Return the format of what came; raises FetchFailed where it is not what was stated."""
        try:
            form = find_format(path)
        except UnreadableFile as error:
            raise failed(self.where, message("fetch.no_table", problem=error.problem)) from error
        if not self.chosen.may_be(form):
            stated = self.chosen.format.upper()
            forms = message("fetch.other_format", form=form.upper(), stated=stated)
            raise failed(self.where, forms)
        return "ndjson" if self.chosen.format == "ndjson" else form


def _conditions(known: Validators | None) -> Mapping[str, str]:
    if known and known.etag:
        return {"If-None-Match": known.etag}
    if known and known.last_modified:
        return {"If-Modified-Since": known.last_modified}
    return {}


def _mb(size: int) -> float:
    return size / (1 << 20)
