"""Say what a release holds: its files, and all that `manifest.json` tells."""

from pathlib import Path
from typing import Any

from transform import __version__, dumps
from transform.formats import SYNTAXES
from transform.layout import LISTS, Layout
from transform.portrait import MEDIA_TYPES
from transform.work import Checked, Work, published, read_of

_MEDIA_TYPES = {
    **{syntax.suffix: syntax.media_type for syntax in SYNTAXES},
    **MEDIA_TYPES,
    "json": "application/json",
}


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Say size, digest and media type of every file but the compressed copies and their sums."""
    described = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.endswith(".gz") and path.name != "SHA256SUMS":
            media_type = _MEDIA_TYPES.get(path.suffix[1:].lower(), "application/octet-stream")
            size = path.stat().st_size
            about = {"bytes": size, "sha256": dumps.digest(path), "media_type": media_type}
            described[name] = about
    return described


def manifest_of(
    work: Work, checked: Checked, graphs: dict[str, int], files: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Give what `manifest.json` says."""
    newest = max(checked.editions, key=lambda edition: edition.year).layout
    severities = [located.severity for located in checked.located]
    return {
        "software": {"name": "portrait-ia", "version": __version__},
        "base_uri": work.base_uri,
        "series": _series(newest),
        "publisher": _publisher(work.base_uri, newest),
        "notice": dict(newest.notice) if newest.notice else None,
        "portraits": [
            _portrait(work, checked, n, read) for n, read in enumerate(read_of(work, checked))
        ],
        "graphs": graphs,
        "quads": sum(graphs.values()),
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


def _publisher(base_uri: str, layout: Layout) -> dict[str, Any]:
    publisher = layout.publisher
    return {
        "iri": f"{base_uri}id/organisme/{publisher.slug}",
        "name": dict(publisher.name),
        "homepage": publisher.homepage,
        "email": publisher.email,
    }


def _portrait(work: Work, checked: Checked, number: int, read: dict[str, Any]) -> dict[str, Any]:
    setting, edition = work.settings[number], checked.editions[number]
    table, header = setting.reading.table, setting.reading.header
    cells = [place.row.cells for place in published(work, setting, checked.rejected)]
    bodies = {body.slug for cell in cells if (body := work.identities.body(cell.organisme))}
    facts = setting.layout.portraits.get(edition.year)
    return {
        **read,
        "sha256": table.raw_sha256,
        "bytes": table.bytes,
        "format": table.format,
        "url": setting.source_url,
        "layout": setting.layout.name,
        "encoding": table.encoding,
        "separator": table.separator,
        "sheet": table.sheet,
        "header_row": header.row,
        "other_columns": list(header.other),
        "published_total": facts.total if facts else None,
        "initiatives": len(cells),
        "bodies": len(bodies),
        "body_strings": len({cell.organisme for cell in cells}),
        "counts": {name: dict(edition.counts[name]) for name in LISTS},
    }
