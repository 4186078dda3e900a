"""Download one file: whole, of the right kind and of one version, or not at all."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from transform.errors import UnreadableFile
from transform.fetch.choose import Chosen
from transform.fetch.faults import BrokenOff, failed
from transform.fetch.http_client import (
    Bounds,
    Reply,
    Request,
    Say,
    send,
)
from transform.files import new_file
from transform.tables.reader import find_format

# Types that no table comes as; what comes as any other is looked at.
_FOREIGN = re.compile(
    r"text/html|application/(xhtml\+xml|json|xml|pdf|problem\+json)|(image|audio|video)/.*"
)


class Validators(NamedTuple):
    """What a server says of the version that it sends; "" where it says nothing."""

    etag: str
    last_modified: str


class Arrived(NamedTuple):
    """A whole file, still under the name of a part; `url` is where redirects led."""

    part: Path
    url: str
    media_type: str
    validators: Validators


class Download(NamedTuple):
    """A file to be had, into which folder of parts, and whom to tell how far it is."""

    wanted: Chosen
    folder: Path
    bounds: Bounds
    say: Say
    progress: Callable[[str, int, int], None]

    @property
    def where(self) -> str:
        """Name the file in messages."""
        return f"{self.wanted.year}, {self.wanted.resource.url}"

    @property
    def size(self) -> int | None:
        """Give the size that the portal measured: of what was uploaded to it, not of links."""
        resource = self.wanted.resource
        return resource.size if resource.url_type == "upload" else None

    def run(self, known: Validators | None) -> Arrived | None:
        """Return the file, or None when it is still of the version `known`."""
        request = Request(self.where, self.wanted.resource.url, _conditions(known))
        arrived = send(request, self.bounds, self.say, lambda reply: self._read(reply, known))
        if arrived:
            self._check_table(arrived.part)
        return arrived

    def _read(self, reply: Reply, known: Validators | None) -> Arrived | None:
        if reply.status == 304 and known:
            return None
        if reply.status != 200:
            raise failed(self.where, f"answers {reply.status}")
        whole = self._announced(reply)
        part = self.folder / f"{self.wanted.year}.part"
        with new_file(part) as out:
            self._take(out, whole, reply)
        validators = Validators(
            reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
        )
        return Arrived(part, reply.url, reply.media_type, validators)

    def _announced(self, reply: Reply) -> int | None:
        """Return the length that is announced; refuse what is already known to be wrong."""
        if _FOREIGN.fullmatch(reply.media_type):
            raise failed(self.where, f"{reply.media_type} came instead of a table")
        chunked = "chunked" in reply.headers.get("Transfer-Encoding", "").lower()
        if reply.length is not None:
            self._check_length(reply.length)
        elif not chunked and self.size is None:
            raise failed(self.where, "no length is given, so that a cut could not be seen")
        return reply.length

    def _take(self, out: IO[bytes], whole: int | None, reply: Reply) -> None:
        have = 0
        most = self.bounds.bytes if whole is None else whole
        for block in reply.blocks():
            out.write(block)
            have += len(block)
            self.progress(f"{self.wanted.year} (bytes)", have, whole or have)
            if have > most:
                raise failed(self.where, f"more than {_mb(most)} came (--max-mb)")
        if whole is not None and have < whole:
            raise BrokenOff(f"{have:,} of {whole:,} bytes came")
        self._check_length(have)

    def _check_length(self, length: int) -> None:
        if length > self.bounds.bytes:
            raise failed(self.where, f"{length:,} bytes, over {_mb(self.bounds.bytes)} (--max-mb)")
        if self.size is not None and length != self.size:
            raise failed(self.where, f"{length:,} bytes came, where the portal says {self.size:,}")

    def _check_table(self, path: Path) -> None:
        try:
            form = find_format(path)
        except UnreadableFile as error:
            what = str(error).removeprefix(f"{path.name}: ").partition(". ")[0]
            raise failed(self.where, f"what came is no table: {what}") from error
        if form != self.wanted.format:
            wanted = self.wanted.format.upper()
            raise failed(self.where, f"{form.upper()} came, where the portal says {wanted}")


def _conditions(known: Validators | None) -> Mapping[str, str]:
    if known and known.etag:
        return {"If-None-Match": known.etag}
    if known and known.last_modified:
        return {"If-Modified-Since": known.last_modified}
    return {}


def _mb(size: int) -> str:
    return f"{size / (1 << 20):g} MB"
