"""Describe the files of a release and its endpoint as distributions."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote

from transform.catalogue import codelists
from transform.catalogue.agents import PROTOCOL
from transform.catalogue.statements import (
    bilingual,
    expand,
    statements,
    term,
    texts,
    typed,
)
from transform.graphs.portraits import Edition
from transform.rdf.namespaces import ontology_of
from transform.rdf.ntriples import Line
from transform.rdf.syntaxes import BY_MEDIA_TYPE
from transform.release.paths import (
    GZIP,
    SOURCES,
    content_of,
    is_packed,
)
from transform.tables.table import MEDIA_TYPES

# The year of the portrait that a file belongs to; other files are of all portraits.
_YEAR = re.compile(r"dumps/(?:sources/(\d{4})/|portrait-(\d{4})[.-])")

# What a format is called where the list of formats has no name of its own for it.
_NAMES = {"sqlite": "SQLite"}


class DistributionFile(NamedTuple):
    """A file to download: name, address, media type, format, bytes, SHA-256, is it the source.

    A compressed copy has the media type and format of its content (DCAT 3, 6.8).
    """

    name: str
    url: str
    media_type: str
    suffix: str
    bytes: int
    sha256: str
    source: bool
    packed: bool = False

    @property
    def is_rdf(self) -> bool:
        """Whether the file holds RDF, compressed or not."""
        return self.media_type in BY_MEDIA_TYPE


class SharedFacts(NamedTuple):
    """What distributions of a dataset share: its title by language, licence, dates, languages.

    `source`: what differs for the publisher's own file, which nobody adapted.
    """

    title: Mapping[str, str]
    licence: str
    issued: str | None
    modified: str | None
    languages: tuple[str, ...]
    rights: str | None
    source: "SharedFacts | None" = None


def offered(
    files: Mapping[str, Mapping[str, Any]], base_uri: str
) -> Iterator[tuple[int | None, DistributionFile]]:
    """Yield the files of a release that can be downloaded, each with the year of its portrait."""
    for path, description in sorted(files.items()):
        if path.startswith("dumps/"):
            match = _YEAR.match(path)
            year = int(match[1] or match[2]) if match else None
            content = content_of(path)
            yield (
                year,
                DistributionFile(
                    PurePosixPath(path).name,
                    base_uri + quote(path),
                    files[content]["media_type"],
                    content.rpartition(".")[2].lower(),
                    description["bytes"],
                    description["sha256"],
                    path.startswith(SOURCES),
                    is_packed(path),
                ),
            )


def official(edition: Edition, sha256: str) -> DistributionFile:
    """Return the publisher's own file that a portrait was read from."""
    name = edition.source_url.rpartition("/")[2]
    kind = edition.source_format
    size = edition.source_bytes
    return DistributionFile(name, edition.source_url, MEDIA_TYPES[kind], kind, size, sha256, True)


def file_iri(file: DistributionFile) -> str:
    """Return a file's distribution as N-Triples writes its IRI: the file's address."""
    return f"<{file.url}>"


def file_lines(file: DistributionFile, shared: SharedFacts, base_uri: str) -> Iterator[Line]:
    """Describe a file: address, format, size, digest, and what it conforms to."""
    shared = (file.source and shared.source) or shared
    file_format = codelists.FORMATS.get(file.suffix)
    label = _NAMES.get(file.suffix) or (file_format.french if file_format else file.suffix.upper())
    label += ", gzip" if file.packed else ""
    title = {language: f"{text} ({label})" for language, text in shared.title.items()}
    checksum = f"<{base_uri}catalogue#sha256-{file.sha256}>"
    standards = (
        [f"<{ontology_of(base_uri)}>", f"<{base_uri}catalogue#formes>"] if file.is_rdf else None
    )
    yield from _common(file_iri(file), shared, title)
    yield from statements(
        file_iri(file),
        {
            "dct:description": texts(_description(file, label)),
            "dcat:accessURL": file_iri(file),
            "dcat:downloadURL": file_iri(file),
            "dct:format": term(file_format.name) if file_format else None,
            "dcat:mediaType": _media_type(file.media_type),
            "dcat:compressFormat": _media_type(GZIP) if file.packed else None,
            "dcat:byteSize": typed(str(file.bytes), "xsd:nonNegativeInteger"),
            "spdx:checksum": checksum,
            "dct:conformsTo": standards,
        },
    )
    yield from statements(
        checksum,
        {
            "a": term("spdx:Checksum"),
            "spdx:algorithm": term(codelists.SHA256),
            "spdx:checksumValue": typed(file.sha256, "xsd:hexBinary"),
        },
    )
    yield from codelists.algorithm_lines()
    for media_type in (file.media_type, *([GZIP] if file.packed else ())):
        yield from codelists.media_type_lines(media_type)
    if file_format:
        yield from codelists.code_lines(file_format)


def endpoint_lines(shared: SharedFacts, base_uri: str) -> Iterator[Line]:
    """Describe the endpoint as a distribution too, as harvesters show no services."""
    iri = endpoint_iri(base_uri)
    results = codelists.FORMATS["srx"]
    title = {language: f"{text} (SPARQL)" for language, text in shared.title.items()}
    media_type = "application/sparql-results+xml"
    yield from _common(iri, shared, title)
    yield from statements(
        iri,
        {
            "dct:description": bilingual(
                "Point d'accès SPARQL 1.1 : des requêtes sur toutes les années à la fois.",
                "SPARQL 1.1 endpoint: queries over all years at once.",
            ),
            "dcat:accessURL": f"<{base_uri}sparql>",
            "dcat:accessService": f"<{base_uri}catalogue#sparql>",
            "dct:format": term(results.name),
            "dcat:mediaType": _media_type(media_type),
            "dct:conformsTo": f"<{PROTOCOL}>",
        },
    )
    yield from codelists.code_lines(results)
    yield from codelists.media_type_lines(media_type)


def endpoint_iri(base_uri: str) -> str:
    """Return the endpoint's distribution as N-Triples writes its IRI."""
    return f"<{base_uri}catalogue#point-d-acces>"


def _common(iri: str, shared: SharedFacts, title: Mapping[str, str]) -> Iterator[Line]:
    languages = codelists.languages(shared.languages)
    codes = (codelists.STABLE, codelists.COMPLETED, *languages)
    yield from statements(
        iri,
        {
            "a": term("dcat:Distribution"),
            "dct:title": texts(title),
            "dct:license": f"<{shared.licence}>",
            "dct:rights": shared.rights,
            "dct:issued": typed(shared.issued, "xsd:date"),
            "dct:modified": typed(shared.modified, "xsd:date"),
            "dct:language": [term(code.name) for code in languages],
            "dcatap:availability": term(codelists.STABLE.name),
            "adms:status": term(codelists.COMPLETED.name),
        },
    )
    for code in codes:
        yield from codelists.code_lines(code)


def _media_type(media_type: str) -> str:
    return f"<{expand('iana:')}{media_type}>"


def _description(file: DistributionFile, label: str) -> dict[str, str]:
    if file.source:
        french = "Le fichier qui a été lu"
        english = "The file that was read"
    elif file.is_rdf:
        french, english = "Données liées (RDF)", "Linked data (RDF)"
    else:
        french, english = f"Fichier {label}", f"{label} file"
    if file.packed:
        french, english = f"{french}, compressé (gzip)", f"{english}, compressed (gzip)"
    return {"fr": f"{french}\u00a0: {file.name}", "en": f"{english}: {file.name}"}
