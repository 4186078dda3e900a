"""Describe datasets as schema.org does, for search engines; what is not known is left out.

Source: https://schema.org/Dataset, and the properties that dataset search asks for.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from server.release import queries
from server.release.current import Release
from server.release.files import Download
from server.web import render
from server.web.links import quoted
from transform.rdf.namespaces import DCAT, DCTERMS, SCHEMA
from transform.release.paths import SOURCES

Json = dict[str, Any]


def script(*nodes: Json) -> Markup:
    """Give nodes as the text of a `<script type="application/ld+json">`."""
    written = json.dumps({"@context": SCHEMA, "@graph": nodes}, ensure_ascii=False)
    return render.in_script(written.encode())


def catalogue(release: Release) -> Json:
    """Give the catalogue that the site is."""
    manifest, language = release.manifest, render.language()
    return {
        "@type": "DataCatalog",
        "@id": f"{release.base_uri}catalogue",
        "name": _in(manifest["series"]["title"], language),
        "description": _description(release),
        "url": release.base_uri,
        "publisher": _publisher(release),
        "dataset": [{"@id": iri} for iri in (series_iri(release), *_portraits(release).values())],
    }


def series(release: Release, files: Iterable[Download] = ()) -> Json:
    """Give all portraits as one dataset, whose parts they are, with files of the current release.

    What the catalogue does not say of it is told from the manifest.
    """
    manifest, language = release.manifest, render.language()
    iri = series_iri(release)
    years = sorted(_portraits(release))
    told = {
        "name": _in(manifest["series"]["title"], language),
        "description": _description(release),
        "license": manifest["series"].get("licence"),
        "temporalCoverage": f"{years[0]}/{years[-1]}",
        "sameAs": manifest["series"].get("landing"),
        "hasPart": [{"@id": portrait} for portrait in _portraits(release).values()],
    }
    return _filled({**told, **_shared(release, iri, ""), **_from_catalogue(release, iri)}, files)


def portrait(release: Release, year: int, files: Iterable[Download] = ()) -> Json:
    """Give one portrait as a dataset, with its files of the current release."""
    iri = _portraits(release)[year]
    title = _in(release.manifest["series"]["title"], render.language())
    told = {
        "name": f"{title} – {year}",
        "description": _description(release),
        "temporalCoverage": str(year),
        "license": release.manifest["series"].get("licence"),
        "isPartOf": {"@id": series_iri(release)},
    }
    path = f"doc/portrait/{year}"
    return _filled({**told, **_shared(release, iri, path), **_from_catalogue(release, iri)}, files)


def series_iri(release: Release) -> str:
    """Give the IRI of the series of portraits."""
    return f"{release.base_uri}catalogue#serie"


def files_of(release: Release, year: int | None) -> list[Download]:
    """Give the files of the current release that hold one portrait, or all of them."""
    stem = f"dumps/portrait-{year}" if year else "dumps/portraits."
    source = f"{SOURCES}{year}/"
    return [
        file
        for file in release.downloads.values()
        if file.sha256
        and not file.packed
        and (file.path.startswith((f"{stem}.", f"{stem}-") if year else stem)
             or file.path.startswith(source))
    ]  # fmt: skip


def _portraits(release: Release) -> dict[int, str]:
    years = [portrait["year"] for portrait in release.manifest["portraits"]]
    return {year: f"{release.base_uri}id/portrait/{year}" for year in years}


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _description(release: Release) -> str:
    manifest, language = release.manifest, render.language()
    said = (manifest["series"]["description"], manifest["notice"] or {})
    return " ".join(filter(None, (_in(texts, language) for texts in said)))


def _publisher(release: Release) -> Json:
    publisher = release.manifest["publisher"]
    return {
        "@type": "Organization",
        "@id": publisher["iri"],
        "name": _in(publisher["name"], render.language()),
        **({"url": publisher["homepage"]} if publisher.get("homepage") else {}),
    }


def _shared(release: Release, iri: str, path: str) -> Json:
    return {
        "@type": "Dataset",
        "@id": iri,
        "identifier": iri,
        "url": release.base_uri + path,
        "creator": _publisher(release),
        "publisher": _publisher(release),
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@id": f"{release.base_uri}catalogue"},
    }


def _filled(told: Json, files: Iterable[Download]) -> Json:
    base = told["includedInDataCatalog"]["@id"].removesuffix("catalogue")
    told["distribution"] = [
        {
            "@type": "DataDownload",
            "name": file.path.rpartition("/")[2],
            "contentUrl": base + quoted(file.path),
            "encodingFormat": file.content_type.partition(";")[0],
            "contentSize": f"{file.bytes} B",
            "sha256": file.sha256,
        }
        for file in files
    ]
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _from_catalogue(release: Release, iri: str) -> Json:
    """Give what the data say of a dataset, in the language of the reader where there is one."""
    said: dict[str, list[Any]] = {}
    for triple in queries.find_triples(release, "dataset", dataset=iri):
        said.setdefault(triple.predicate.value, []).append(triple.object)
    found: Json = {name: _best(said.get(of, [])) for name, of in _ONE.items()}
    begin, end = (_best(said.get(DCAT + name, [])) for name in ("startDate", "endDate"))
    if begin and end:
        found["temporalCoverage"] = f"{begin}/{end}"
    if place := _best(said.get(f"{DCTERMS}spatial", [])):
        found["spatialCoverage"] = {"@type": "Place", "@id": place}
    found["keywords"] = [
        term.value for term in said.get(f"{DCAT}keyword", []) if _speaks(term, render.language())
    ]
    return {name: value for name, value in found.items() if value}


_ONE = {
    "name": f"{DCTERMS}title",
    "description": f"{DCTERMS}description",
    "license": f"{DCTERMS}license",
    "datePublished": f"{DCTERMS}issued",
    "dateModified": f"{DCTERMS}modified",
    "citation": f"{DCTERMS}bibliographicCitation",
    "version": f"{DCAT}version",
    "sameAs": f"{DCAT}landingPage",
    "isBasedOn": f"{DCTERMS}source",
}


def _speaks(term: Any, language: str) -> bool:
    return isinstance(term, ox.Literal) and term.language == language


def _best(terms: list[Any]) -> str | None:
    """Give the value in the language of the reader, else the first."""
    fitting = [term for term in terms if _speaks(term, render.language())] or terms
    return fitting[0].value if fitting else None
