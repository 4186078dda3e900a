"""Describe datasets in schema.org terms, for search engines; unknown properties are left out.

Source: https://schema.org/Dataset, and the properties that dataset search reads.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from markupsafe import Markup

from server.discovery import quotes
from server.release import labels, queries
from server.release.current import Release
from server.release.files import ReleaseFile
from server.web import render
from server.web.links import quote_path
from transform.rdf.namespaces import DCAT, DCTERMS, SCHEMA
from transform.release.paths import SOURCES

Json = dict[str, Any]


def script(*nodes: Json) -> Markup:
    """Write nodes as the text of a `<script type="application/ld+json">`."""
    text = json.dumps({"@context": SCHEMA, "@graph": nodes}, ensure_ascii=False)
    return render.in_script(text.encode())


def catalogue(release: Release) -> Json:
    """Describe the site as a catalogue."""
    manifest = release.manifest
    return {
        "@type": "DataCatalog",
        "@id": f"{release.base_uri}catalogue",
        "name": _translate(release, manifest["series"]["title"]),
        "description": _description(release),
        "url": release.base_uri,
        "publisher": _publisher(release, "operator"),
        "dataset": [{"@id": iri} for iri in (series_iri(release), *_portraits(release).values())],
    }


def series(release: Release, files: Iterable[ReleaseFile] = ()) -> Json:
    """Describe all portraits as one dataset, with files of the current release.

    The catalogue wins; the manifest fills in what the catalogue lacks.
    """
    manifest = release.manifest
    iri = series_iri(release)
    years = sorted(_portraits(release))
    properties = {
        "name": _translate(release, manifest["series"]["title"]),
        "description": _description(release),
        "license": manifest["series"].get("licence"),
        "temporalCoverage": f"{years[0]}/{years[-1]}",
        "sameAs": manifest["series"].get("landing"),
        "hasPart": [{"@id": portrait} for portrait in _portraits(release).values()],
    }
    properties |= _shared(release, iri, "") | _from_catalogue(release, iri)
    properties["citation"] = quotes.recommend(release, render.language())
    return _add_files(properties, files)


def portrait(release: Release, year: int, files: Iterable[ReleaseFile] = ()) -> Json:
    """Describe one portrait as a dataset, with its files of the current release."""
    iri = _portraits(release)[year]
    title = _translate(release, release.manifest["series"]["title"])
    properties = {
        "name": f"{title} – {year}",
        "description": _description(release),
        "temporalCoverage": str(year),
        "license": release.manifest["series"].get("licence"),
        "isPartOf": {"@id": series_iri(release)},
    }
    path = f"doc/portrait/{year}"
    properties |= _shared(release, iri, path) | _from_catalogue(release, iri)
    return _add_files(properties, files)


def thing(iri: str, name: str, node: Mapping[str, Any]) -> Json:
    """Describe what a page is about; empty properties are left out."""
    own = {name: value for name, value in node.items() if value not in (None, "", [])}
    return {"@type": "Thing", "@id": iri, "identifier": iri, "name": name, **own}


def web_page(
    release: Release,
    address: str,
    name: str,
    description: str,
    about: Json,
    above: Iterable[tuple[str, str]],
) -> Json:
    """Describe a page: what it is about, and the pages above it by name and relative link."""
    places = [(text, urljoin(address, href.partition("?")[0])) for text, href in above]
    crumbs = [
        {"@type": "ListItem", "position": number, "name": text, "item": item}
        for number, (text, item) in enumerate((*places, (name, address)), start=1)
    ]
    properties: Json = {
        "@type": "WebPage",
        "@id": address,
        "url": address,
        "name": name,
        "description": description,
        "inLanguage": render.language(),
        "license": release.manifest["series"].get("licence"),
        "publisher": _publisher(release),
        "isPartOf": {"@id": series_iri(release)},
        "mainEntity": {"@id": about["@id"]},
        "breadcrumb": {"@type": "BreadcrumbList", "itemListElement": crumbs},
    }
    return {key: value for key, value in properties.items() if value not in (None, "")}


def series_iri(release: Release) -> str:
    """Return the IRI of the series of portraits."""
    return f"{release.base_uri}catalogue#serie"


def list_files(release: Release, year: int | None) -> list[ReleaseFile]:
    """List the files of the current release that hold one portrait, or all portraits."""
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
    return {year: f"{release.base_uri}id/portrait/{year}" for year in release.years}


def _translate(release: Release, texts: Mapping[str, str]) -> str:
    return release.register.choose(texts, render.language()).value


def _description(release: Release) -> str:
    manifest = release.manifest
    parts = (manifest["series"]["description"], manifest["notice"] or {})
    return " ".join(filter(None, (_translate(release, texts) for texts in parts)))


def _publisher(release: Release, role: str = "publisher") -> Json:
    """Describe who publishes; a release of an earlier version names no operator."""
    publisher = release.manifest.get(role) or release.manifest["publisher"]
    return {
        "@type": "Organization",
        "@id": publisher["iri"],
        "name": _translate(release, publisher["name"]),
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
        "inLanguage": list(release.register.languages),
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@id": f"{release.base_uri}catalogue"},
    }


def _add_files(properties: Json, files: Iterable[ReleaseFile]) -> Json:
    """Add the files as distributions, and drop empty properties."""
    base = properties["includedInDataCatalog"]["@id"].removesuffix("catalogue")
    properties["distribution"] = [
        {
            "@type": "DataDownload",
            "name": file.path.rpartition("/")[2],
            "contentUrl": base + quote_path(file.path),
            "encodingFormat": file.content_type.partition(";")[0],
            "contentSize": f"{file.bytes} B",
            "sha256": file.sha256,
        }
        for file in files
    ]
    return {name: value for name, value in properties.items() if value not in (None, "", [])}


def _from_catalogue(release: Release, iri: str) -> Json:
    """Read the properties of a dataset from the catalogue, in the language of the request."""
    values: dict[str, list[Any]] = {}
    for triple in queries.find_triples(release, "dataset", dataset=iri):
        values.setdefault(triple.predicate.value, []).append(triple.object)
    properties: Json = {name: _best(values.get(iri, []), release) for name, iri in _SINGLE.items()}
    begin, end = (_best(values.get(DCAT + name, []), release) for name in ("startDate", "endDate"))
    if begin and end:
        properties["temporalCoverage"] = f"{begin}/{end}"
    if place := _best(values.get(f"{DCTERMS}spatial", []), release):
        properties["spatialCoverage"] = {"@type": "Place", "@id": place}
    keywords = _in_best_language(values.get(f"{DCAT}keyword", []), release)
    properties["keywords"] = [term.value for term in keywords]
    return {name: value for name, value in properties.items() if value}


# Properties with one value, and where the catalogue has it.
_SINGLE = {
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


def _in_best_language(terms: list[Any], release: Release) -> list[Any]:
    """Return the values in the best language for the reader, of those that they are in."""
    order = release.register.order(render.language())
    ranks = [labels.rank_language(getattr(term, "language", None), order) for term in terms]
    return [term for term, rank in zip(terms, ranks, strict=True) if rank == min(ranks)]


def _best(terms: list[Any], release: Release) -> str | None:
    """Return a value in the best language for the reader."""
    return next((term.value for term in _in_best_language(terms, release)), None)
