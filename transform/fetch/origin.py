"""Describe where a fetched file comes from, for the manifest and the catalogue."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from transform.errors import MisusedCommand, UnreadableFile
from transform.fetch.record import place, read_record
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, RDFS
from transform.rdf.ntriples import Line, literal
from transform.text.languages import LANGUAGES
from transform.text.message import message

# Characters of a URL that an IRI may hold too; "[" is allowed around an IPv6 address only.
_IN_IRIS = "%/:?@!$&'()*+,;=~"
_NO_CODE = re.compile("%(?![0-9A-Fa-f]{2})")


class Origin(NamedTuple):
    """Which file was fetched when, and what the portal stated then of the file and its dataset.

    Dates are as the portal wrote them (UTC without a zone), `fetched` is ours (…Z); a text that
    the portal left out is "".
    """

    url: str
    fetched: str
    sha256: str
    name: str
    description: str
    modified: str
    dataset: str
    page: str
    title: str
    notes: str
    licence: str
    licence_url: str
    metadata_modified: str


def read_fetched(folder: Path) -> dict[int, tuple[Path, Origin]]:
    """Read each year's fetched file and its origin from a folder; raises MisusedCommand."""
    record = read_record(folder)
    if record is None:
        raise MisusedCommand(message("fetch.no_record_folder", folder=folder))
    dataset = record.dataset
    return {
        year: (
            place(folder, entry),
            Origin(
                url=_iri(entry["resource"]["url"]),
                fetched=entry["fetched"],
                sha256=entry["sha256"],
                name=entry["resource"].get("name", ""),
                description=entry["resource"].get("description", ""),
                modified=entry["resource"].get("last_modified", ""),
                dataset=dataset.get("id", ""),
                page=dataset.get("page", ""),
                title=dataset.get("title", ""),
                notes=dataset.get("notes", ""),
                licence=dataset.get("license_title", ""),
                licence_url=dataset.get("license_url", ""),
                metadata_modified=dataset.get("metadata_modified", ""),
            ),
        )
        for year, entry in record.files.items()
    }


def _iri(url: str) -> str:
    """Write a URL as the IRI that names the same resource, without fragment."""
    return _NO_CODE.sub("%25", quote(url.partition("#")[0], safe=_IN_IRIS))


def check_fetched(path: Path, origin: Origin, digest: str) -> None:
    """Raise UnreadableFile for a file whose SHA-256 differs from the fetched one."""
    if digest != origin.sha256:
        raise UnreadableFile(message("fetch.not_as_fetched", file=path, date=origin.fetched))


def origin_lines(base_uri: str, year: int, source: str, origin: Origin) -> Iterator[Line]:
    """Yield the statements of the catalogue on the origin of the file `source`."""
    yield f"<{source}>", f"<{DCTERMS}source>", f"<{origin.url}>"
    statement = f"<{base_uri}catalogue#provenance-{year}>"
    yield f"<{base_uri}id/portrait/{year}>", f"<{DCTERMS}provenance>", statement
    yield statement, f"<{RDF_TYPE}>", f"<{DCTERMS}ProvenanceStatement>"
    sentence = message(
        "fetch.origin",
        name=origin.name,
        url=origin.url,
        date=origin.fetched,
        title=origin.title,
        page=origin.page,
        modified=origin.metadata_modified,
        licence=origin.licence,
    )
    for language in LANGUAGES:
        yield statement, f"<{RDFS}label>", literal(sentence.text(language), language)
