"""Describe the catalogue: the series, a dataset for each year and one of all, files, endpoint.

Source: DCAT-AP 3.0.1 (SEMICeu). The dates of the catalogue are those of its datasets, so that
a release does not depend on when it was built.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from transform.catalogue import agents, codelists
from transform.catalogue.datasets import (
    Dataset,
    dataset_lines,
    dataset_of_all,
    dataset_of_year,
    period_lines,
)
from transform.catalogue.distributions import (
    File,
    endpoint_lines,
    file_lines,
    offered,
)
from transform.catalogue.statements import (
    bilingual,
    statements,
    term,
    texts,
    typed,
)
from transform.errors import UnreadableLayout
from transform.fetch.origin import origin_lines
from transform.graphs.portraits import Edition
from transform.layouts.model import Layout
from transform.rdf.namespaces import DCTERMS, RDFS
from transform.rdf.ntriples import Line, literal
from transform.rdf.turtle import read_turtle
from transform.text.languages import LANGUAGES


@dataclass(frozen=True)
class Offer:
    """The contents of a catalogue: base URI, portraits by year, files of the release by path.

    `sources`: the name and SHA-256 of the file that each portrait was read from, and its rows.
    """

    base_uri: str
    editions: list[Edition]
    files: Mapping[str, Mapping[str, Any]]
    sources: Mapping[int, tuple[str, str, int]]

    @cached_property
    def layout(self) -> Layout:
        """The layout of the newest portrait, which describes the series."""
        return max(self.editions, key=lambda edition: edition.year).layout

    @cached_property
    def datasets(self) -> list[Dataset]:
        """The datasets: one for each year, then that of all portraits."""
        files: dict[int | None, list[File]] = {}
        for year, file in offered(self.files, self.base_uri):
            files.setdefault(year, []).append(file)
        each = [
            dataset_of_year(
                self.base_uri, edition, self.sources[edition.year], files.get(edition.year, [])
            )
            for edition in sorted(self.editions, key=lambda edition: edition.year)
        ]
        years = [None, *(dataset.year for dataset in each), None]
        each = [
            dataset._replace(neighbours=(years[n], years[n + 2])) for n, dataset in enumerate(each)
        ]
        return [*each, dataset_of_all(self.base_uri, self.layout, each, files.get(None, []))]


def catalogue_lines(offer: Offer) -> Iterator[Line]:
    """Yield the statements of the catalogue, which describes every value that it uses."""
    base, layout = offer.base_uri, offer.layout
    yield from _catalogue(offer)
    yield from _series(offer)
    yield from _service(offer)
    for dataset in offer.datasets:
        yield from dataset_lines(dataset, layout, base)
        for file in dataset.files:
            yield from file_lines(file, dataset.shared, base)
    for edition in offer.editions:
        if edition.origin:
            yield from origin_lines(base, edition.year, edition.source_url, edition.origin)
    yield from endpoint_lines(offer.datasets[-1].shared, base)
    yield from agents.publisher_lines(base, layout.publisher)
    yield from agents.contact_lines(base, layout.publisher)
    yield from agents.standard_lines(base)
    for licence in sorted({edition.layout.licence for edition in offer.editions}):
        yield from codelists.licence_lines(licence)
    for code in (codelists.ANNUAL, codelists.PUBLIC, *codelists.THEMES, *_languages(layout)):
        yield from codelists.code_lines(code)
    if layout.catalogue.coverage:
        yield from agents.coverage_lines(layout.catalogue.coverage)
    if layout.landing:
        yield from agents.document_lines(layout.landing, texts(layout.title))


def series_lines(offer: Offer) -> Iterator[Line]:
    """Yield the description of the series and of what it names, for a file that is read alone."""
    base, layout = offer.base_uri, offer.layout
    yield from _series(offer)
    yield from period_lines(offer.datasets[-1], base)
    yield from agents.publisher_lines(base, layout.publisher)
    yield from agents.contact_lines(base, layout.publisher)
    yield from codelists.licence_lines(layout.licence)
    yield from codelists.code_lines(codelists.ANNUAL)
    if layout.catalogue.coverage:
        yield from agents.coverage_lines(layout.catalogue.coverage)


def _languages(layout: Layout) -> list[codelists.Code]:
    """Return the languages of labels, and that of the cells where the code list has it."""
    names = dict.fromkeys((*LANGUAGES, layout.language))
    return [codelists.LANGUAGES[name] for name in names if name in codelists.LANGUAGES]


def _shared(offer: Offer) -> dict[str, Any]:
    """Return the values that catalogue, series and service have in common."""
    layout, facts = offer.layout, offer.layout.catalogue
    return {
        "dct:publisher": agents.publisher_iri(offer.base_uri, layout.publisher),
        "dct:spatial": f"<{facts.coverage.iri}>" if facts.coverage else None,
        "dct:issued": typed(facts.issued, "xsd:date"),
        "dct:modified": typed(facts.modified, "xsd:date"),
    }


def _catalogue(offer: Offer) -> Iterator[Line]:
    base, layout = offer.base_uri, offer.layout
    catalogue = f"<{base}catalogue>"
    yield from statements(
        catalogue,
        {
            "a": term("dcat:Catalog"),
            "dct:title": texts(layout.title),
            "dct:description": texts(_description(layout)),
            **_shared(offer),
            "dct:language": [term(code.name) for code in _languages(layout)],
            "dct:license": f"<{layout.licence}>",
            "dcat:themeTaxonomy": term("eu:data-theme"),
            "foaf:homepage": f"<{base}>",
            "dcat:resource": f"<{base}catalogue#serie>",
            "dcat:dataset": [dataset.iri for dataset in offer.datasets],
            "dcat:service": f"<{base}catalogue#sparql>",
        },
    )
    site = {"fr": "site des données", "en": "data site"}
    named = {language: f"{layout.title[language]} – {word}" for language, word in site.items()}
    yield from agents.document_lines(base, texts(named))
    yield from ((catalogue, f"<{RDFS}comment>", notice) for notice in texts(layout.notice))


def _series(offer: Offer) -> Iterator[Line]:
    base, layout, facts = offer.base_uri, offer.layout, offer.layout.catalogue
    members = [dataset.iri for dataset in offer.datasets[:-1]]
    law = f"<{base}id/cadre/{facts.legislation}>" if facts.legislation else None
    yield from statements(
        f"<{base}catalogue#serie>",
        {
            "a": term("dcat:DatasetSeries"),
            "dct:title": texts(layout.title),
            "dct:description": texts(_description(layout)),
            **_shared(offer),
            "dct:license": f"<{layout.licence}>",
            "dcat:contactPoint": f"<{base}catalogue#contact>",
            "dct:accrualPeriodicity": term(codelists.ANNUAL.name),
            "dct:temporal": offer.datasets[-1].period_iri(base),
            "dct:bibliographicCitation": texts(facts.citation),
            "dcatap:applicableLegislation": law,
            "dcat:landingPage": f"<{layout.landing}>" if layout.landing else None,
            "dcat:first": members[0],
            "dcat:last": members[-1],
        },
    )
    if law:
        yield from _legislation(law, layout, base)


def _legislation(law: str, layout: Layout, base_uri: str) -> Iterator[Line]:
    """Describe the law that demands the portraits, with its title in the framework."""
    lines = read_turtle(layout.framework, base_uri) if layout.framework else []
    titles = [line[2] for line in lines if line[:2] == (law, f"<{DCTERMS}title>")]
    if not titles:
        raise UnreadableLayout(
            f"{layout.source}: series.legislation names {law}, of which series.framework says"
            " nothing. Name a document of the framework."
        )
    yield from statements(law, {"a": term("eli:LegalResource"), "dct:title": titles})


def _service(offer: Offer) -> Iterator[Line]:
    base, layout = offer.base_uri, offer.layout
    shared = {name: values for name, values in _shared(offer).items() if name == "dct:publisher"}
    yield from statements(
        f"<{base}catalogue#sparql>",
        {
            "a": term("dcat:DataService"),
            "dct:title": bilingual("Point d'accès SPARQL", "SPARQL endpoint"),
            "dct:description": bilingual(
                "Requêtes SPARQL 1.1, en lecture, sur tous les portraits à la fois.",
                "SPARQL 1.1 queries, read only, over all portraits at once.",
            ),
            **shared,
            "dct:license": f"<{layout.licence}>",
            "dct:accessRights": term(codelists.PUBLIC.name),
            "dct:conformsTo": f"<{agents.PROTOCOL}>",
            "dcat:contactPoint": f"<{base}catalogue#contact>",
            "dcat:endpointURL": f"<{base}sparql>",
            "dcat:endpointDescription": f"<{base}sparql>",
            "dcat:servesDataset": [dataset.iri for dataset in offer.datasets],
            "dcat:theme": [term(code.name) for code in codelists.THEMES],
            "dcat:keyword": [literal("SPARQL"), literal("RDF")],
        },
    )


def _description(layout: Layout) -> dict[str, str]:
    notice = layout.notice or {}
    return {
        language: " ".join(filter(None, (notice.get(language), text)))
        for language, text in layout.description.items()
    }
