"""Say where a fetched file comes from, for the manifest and the catalogue."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from transform.errors import MisusedCommand, UnreadableFile
from transform.fetch.record import place, read_record
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, RDFS
from transform.rdf.ntriples import Line, literal

# What a URL may hold that an IRI may too; "[" may stand around an IPv6 address only.
_IN_IRIS = "%/:?@!$&'()*+,;=~"
_NO_CODE = re.compile("%(?![0-9A-Fa-f]{2})")


class Origin(NamedTuple):
    """Which file was fetched when, and what the portal said of it and of its dataset then.

    Dates are as the portal wrote them (UTC without a zone), `fetched` is ours (…Z); texts that
    the portal did not give are "".
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
    """Read which file of which origin a fetch left for each year; raises MisusedCommand."""
    record = read_record(folder)
    if record is None:
        raise MisusedCommand(
            f"{folder}: a folder without fetched.json. Fill it with `portrait-ia fetch --to"
            f" {folder}`, or give files as YEAR=FILE."
        )
    said = record.dataset
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
                dataset=said.get("id", ""),
                page=said.get("page", ""),
                title=said.get("title", ""),
                notes=said.get("notes", ""),
                licence=said.get("license_title", ""),
                licence_url=said.get("license_url", ""),
                metadata_modified=said.get("metadata_modified", ""),
            ),
        )
        for year, entry in record.files.items()
    }


def _iri(url: str) -> str:
    """Write what browsers take for a URL as the IRI that names the same, without fragment."""
    return _NO_CODE.sub("%25", quote(url.partition("#")[0], safe=_IN_IRIS))


def check_fetched(path: Path, origin: Origin, digest: str) -> None:
    """Refuse a file whose SHA-256 is another than when it was fetched."""
    if digest != origin.sha256:
        raise UnreadableFile(
            f"{path}: no longer what was fetched on {origin.fetched}. Run `portrait-ia fetch`"
            " again, or give the file as YEAR=FILE."
        )


def origin_lines(base_uri: str, year: int, source: str, origin: Origin) -> Iterator[Line]:
    """Say in the catalogue what the file `source` is a copy of, and under which metadata."""
    yield f"<{source}>", f"<{DCTERMS}source>", f"<{origin.url}>"
    statement = f"<{base_uri}catalogue#provenance-{year}>"
    yield f"<{base_uri}id/portrait/{year}>", f"<{DCTERMS}provenance>", statement
    yield statement, f"<{RDF_TYPE}>", f"<{DCTERMS}ProvenanceStatement>"
    for language, text in _sentences(origin).items():
        yield statement, f"<{RDFS}label>", literal(text, language)


def _sentences(origin: Origin) -> dict[str, str]:
    return {
        "fr": f"Fichier « {origin.name} », téléchargé de {origin.url} le {origin.fetched} ;"
        f" jeu de données « {origin.title} » ({origin.page}), métadonnées modifiées le"
        f" {origin.metadata_modified}, licence {origin.licence}.",
        "en": f"File “{origin.name}”, downloaded from {origin.url} on {origin.fetched};"
        f" dataset “{origin.title}” ({origin.page}), metadata modified on"
        f" {origin.metadata_modified}, licence {origin.licence}.",
    }
