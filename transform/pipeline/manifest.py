"""Describe a release and its files: the content of `manifest.json`."""

from typing import Any

from transform import __version__
from transform.catalogue.files import Written
from transform.decisions.lines import Filed
from transform.files import Stored, measure
from transform.graphs.field_values import properties_of
from transform.graphs.prepared import Prepared
from transform.layouts.model import FIELDS, Layout, Publisher
from transform.pipeline.checked import Checked, count_rows
from transform.rdf.namespaces import property_iri, vocabulary_of
from transform.rdf.syntaxes import SYNTAXES
from transform.release.csv_dialects import METADATA, METADATA_TYPE
from transform.release.paths import GZIP, is_packed
from transform.tables.columns import Header
from transform.tables.table import MEDIA_TYPES

_MEDIA_TYPES = {
    **{syntax.suffix: syntax.media_type for syntax in SYNTAXES},
    **MEDIA_TYPES,
    "json": "application/json",
    "png": "image/png",
    "sqlite": "application/vnd.sqlite3",
    "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
}

# The entry of each file in the manifest, by its path in the release.
Files = dict[str, dict[str, Any]]


def describe_file(path: str, stored: Stored) -> dict[str, Any]:
    """Return size, digest and media type of a file by its path in the release."""
    media_type = GZIP if is_packed(path) else _media_type(stored.name)
    return {"bytes": stored.bytes, "sha256": stored.sha256, "media_type": media_type}


def describe_content(path: str, content: bytes) -> dict[str, Any]:
    """Return size, digest and media type of a file by its path in the release and its content."""
    return describe_file(path, measure(path.rpartition("/")[2], content))


def _media_type(name: str) -> str:
    if name.endswith(".csv" + METADATA):
        return METADATA_TYPE
    return _MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def manifest_of(work: Prepared, checked: Checked, written: Written, files: Files) -> dict[str, Any]:
    """Return the content of `manifest.json`.

    `languages` are those of the layouts, that of the oldest portrait first; `fields` are those
    that any portrait has; `words` are, by language, what the newest layout calls a yearly file
    (`portrait`) and each field, one and several, and the sentence `left_out`.
    """
    newest = max(checked.editions, key=lambda edition: edition.year).layout
    severities = [located.severity for located in checked.located]
    return {
        "software": {"name": "portrait-ia", "version": __version__},
        "base_uri": work.base_uri,
        "vocabulary_uri": vocabulary_of(work.base_uri),
        "languages": list(work.languages.tags),
        "fields": [f for f in FIELDS if any(f in s.reading.fields for s in work.contexts)],
        "words": newest.words.as_json(),
        "series": _series(newest),
        "publisher": _publisher(work.base_uri, newest.publisher),
        "operator": _publisher(work.base_uri, newest.operator),
        "notice": dict(newest.notice) if newest.notice else None,
        "portraits": [
            _portrait(work, checked, n, read) for n, read in enumerate(count_rows(work, checked))
        ],
        "graphs": written.graphs,
        # Graphs share no statement, so the sum is that of their union too.
        "quads": sum(written.graphs.values()),
        "classes": dict(written.classes),
        "properties": dict(written.properties),
        "decisions": _decisions(work),
        "links": _links(work),
        "open": _open(checked),
        "shapes": {
            "violations": severities.count("Violation"),
            "warnings": severities.count("Warning"),
            "infos": severities.count("Info"),
        },
        "files": files,
    }


def _series(layout: Layout) -> dict[str, Any]:
    return {
        "title": dict(layout.title),
        "description": dict(layout.description),
        "licence": layout.licence,
        "landing": layout.landing,
    }


def _publisher(base_uri: str, publisher: Publisher) -> dict[str, Any]:
    return {
        "iri": f"{base_uri}id/organisme/{publisher.slug}",
        "name": dict(publisher.name),
        "homepage": publisher.homepage,
        "email": publisher.email,
    }


def _decisions(work: Prepared) -> dict[str, Any] | None:
    """Describe the decisions of people that were applied; None without any."""
    rulings = work.decisions.rulings
    joined = sum(ruling.says_same() for ruling in rulings)
    refused = sum(ruling.refused for ruling in rulings)
    return {**_read(work.decisions), "joined": joined, "refused": refused} if rulings else None


def _links(work: Prepared) -> dict[str, Any] | None:
    """Describe the decisions on links that were applied; None without any."""
    links = work.links.filed.rulings
    refused = sum(link.grounds.refused for link in links)
    counts = {"accepted": len(links) - refused, "refused": refused}
    return {**_read(work.links.filed), **counts} if links else None


def _read(filed: Filed[Any]) -> dict[str, Any]:
    return {"file": filed.file, "sha256": filed.sha256, "lines": len(filed.rulings)}


def _open(checked: Checked) -> list[dict[str, int]]:
    """Count by pair of successive years the initiatives that may be one."""
    return [
        {"older": older, "newer": newer, "pairs": sum(c.may_be_one for c in group)}
        for (older, newer), group in checked.candidates.items()
    ]


def _portrait(
    work: Prepared, checked: Checked, number: int, read: dict[str, Any]
) -> dict[str, Any]:
    context, edition = work.contexts[number], checked.editions[number]
    table, header = context.reading.table, context.reading.header
    rows = work.published(edition.year, checked.rejected)
    bodies = {row.body.slug for row in rows if row.body}
    facts = context.layout.portraits.get(edition.year)
    return {
        **read,
        "sha256": table.raw_sha256,
        "bytes": table.bytes,
        "format": table.format,
        "url": context.source_url,
        "layout": context.layout.name,
        "encoding": table.encoding,
        "separator": table.separator,
        "sheet": table.sheet,
        "header_row": None if table.made_header else header.row,
        "columns": _columns(header, work.base_uri),
        "other_columns": list(header.other),
        "published_total": facts.total if facts else None,
        "initiatives": len(rows),
        "bodies": len(bodies),
        "body_strings": len({row.row.cells.organisme for row in rows}),
        "counts": {name: dict(edition.counts[name]) for name in context.reading.lists},
        "fetched": edition.origin._asdict() if edition.origin else None,
    }


def _columns(header: Header, base_uri: str) -> list[dict[str, Any]]:
    """Return the columns that fields take, in the order of the file.

    Each has its `number`, from 1, its `name`, and the IRIs of the `properties` that state what its
    cells say.
    """
    stated: dict[int, list[str]] = {}
    for field, places in header.columns.items():
        for at in places:
            stated.setdefault(at, []).extend(properties_of(field.partition("@")[0]))
    return [
        {
            "number": at + 1,
            "name": header.names[at],
            "properties": sorted({property_iri(name, base_uri) for name in names}),
        }
        for at, names in sorted(stated.items())
    ]
