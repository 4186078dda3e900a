"""Download one file: whole, of the right kind and of one version, or not at all."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from transform.errors import FetchFailed, UnreadableFile
from transform.fetch.choose import Chosen
from transform.fetch.faults import Passing, failed
from transform.fetch.partial import Note, Partial
from transform.fetch.patience import Bounds, Say, patiently
from transform.fetch.wire import Reply, ask
from transform.tables import find_format

# Types that no table comes as; what comes as any other is looked at.
_FOREIGN = re.compile(
    r"text/html|application/(xhtml\+xml|json|xml|pdf|problem\+json)|(image|audio|video)/.*"
)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)


class Validators(NamedTuple):
    """What a server says of the version that it sends; "" where it says nothing."""

    etag: str
    last_modified: str


class Arrived(NamedTuple):
    """A whole file, still under the name of a part; `url` is where redirects led."""

    partial: Partial
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
        """Give the file, or None when it is still of the version `known`."""
        arrived = patiently(self.where, self.bounds, self.say, lambda: self._once(known))
        if arrived:
            try:
                self._hold(arrived.partial.path)
            except FetchFailed:
                arrived.partial.drop()
                raise
        return arrived

    def _once(self, known: Validators | None) -> Arrived | None:
        url = self.wanted.resource.url
        partial = Partial(self.folder, url)
        begun = partial.begun()
        with ask(self.where, "GET", url, _conditions(begun, known)) as reply:
            if reply.status == 304 and known and not begun:
                return None
            if reply.status == 206 and begun:
                out, whole = self._resume(partial, begun, reply)
            elif reply.status == 416 and begun:
                partial.drop()
                raise Passing(self.where, "no longer has the part that is missing")
            elif reply.status == 200:
                out, whole = self._begin(partial, reply)
            else:
                raise failed(self.where, f"answers {reply.status}")
            with out:
                self._take(out, whole, reply, partial)
            validators = Validators(
                reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
            )
            return Arrived(partial, reply.url, reply.media_type, validators)

    def _begin(self, partial: Partial, reply: Reply) -> tuple[IO[bytes], int | None]:
        """Begin anew, unless what is announced is already known to be wrong."""
        if _FOREIGN.fullmatch(reply.media_type):
            raise failed(self.where, f"{reply.media_type} came instead of a table")
        chunked = "chunked" in reply.headers.get("Transfer-Encoding", "").lower()
        whole = reply.length
        if whole is None and not chunked and self.size is None:
            raise failed(self.where, "no length is given, so that a cut could not be seen")
        if whole is not None:
            self._hold_length(whole)
        return partial.begin(reply.headers, whole), whole

    def _resume(
        self, partial: Partial, begun: tuple[int, Note], reply: Reply
    ) -> tuple[IO[bytes], int | None]:
        """Go on behind the part, if the server goes on with the same version there."""
        have, note = begun
        found = _RANGE.fullmatch(reply.headers.get("Content-Range", ""))
        first, last, whole = map(int, found.groups()) if found else (-1, -1, -1)
        fits = first == have and last + 1 == whole and note.length in (whole, None)
        if not fits or not _same_version(note, whole, reply.headers):
            partial.drop()
            raise Passing(self.where, "changed while it was downloaded")
        self._hold_length(whole)
        return partial.resume(), whole

    def _take(self, out: IO[bytes], whole: int | None, reply: Reply, partial: Partial) -> None:
        have = out.tell()
        most = self.bounds.bytes if whole is None else whole
        try:
            for block in reply.blocks(self.where):
                out.write(block)
                have += len(block)
                self.progress(f"{self.wanted.year} (bytes)", have, whole or have)
                if have > most:
                    break
        finally:
            out.flush()
            os.fsync(out.fileno())
        if have > most:
            partial.drop()
            raise failed(self.where, f"more than {_mb(most)} came (--max-mb)")
        if whole is not None and have < whole:
            raise Passing(self.where, f"{have:,} of {whole:,} bytes came")
        if self.size not in (have, None):
            partial.drop()
        self._hold_length(have)

    def _hold_length(self, length: int) -> None:
        if length > self.bounds.bytes:
            raise failed(self.where, f"{length:,} bytes, over {_mb(self.bounds.bytes)} (--max-mb)")
        if self.size is not None and length != self.size:
            raise failed(self.where, f"{length:,} bytes came, where the portal says {self.size:,}")

    def _hold(self, path: Path) -> None:
        try:
            form = find_format(path)
        except UnreadableFile as error:
            what = str(error).removeprefix(f"{path.name}: ").partition(". ")[0]
            raise failed(self.where, f"what came is no table: {what}") from error
        if form != self.wanted.format:
            wanted = self.wanted.format.upper()
            raise failed(self.where, f"{form.upper()} came, where the portal says {wanted}")


def _same_version(note: Note, whole: int, headers: Mapping[str, str]) -> bool:
    """Say whether the rest is of the version that the part begins: If-Range may go unheeded."""
    if note.validator.startswith('"'):
        return headers.get("ETag") == note.validator
    # A server may leave the date out here (RFC 9110, 15.3.7); then the length must speak.
    modified = headers.get("Last-Modified")
    return modified == note.validator or (modified is None and note.length == whole)


def _conditions(begun: tuple[int, Note] | None, known: Validators | None) -> Mapping[str, str]:
    if begun:
        have, note = begun
        return {"Range": f"bytes={have}-", "If-Range": note.validator}
    if known and known.etag:
        return {"If-None-Match": known.etag}
    if known and known.last_modified:
        return {"If-Modified-Since": known.last_modified}
    return {}


def _mb(size: int) -> str:
    return f"{size / (1 << 20):g} MB"
