"""Describe the catalogue: the series, a dataset for each year and one of all, files, endpoint.

Source: DCAT-AP 3.0.1 (SEMICeu). The dates of the catalogue are those of its datasets, so that
a release does not depend on when it was built.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from transform.catalogue import agents, codelists, source
from transform.catalogue.datasets import (
    ADAPTATION,
    Dataset,
    dataset_lines,
    dataset_of_all,
    dataset_of_year,
    period_lines,
)
from transform.catalogue.distributions import (
    DistributionFile,
    endpoint_lines,
    file_lines,
    offered,
)
from transform.catalogue.statements import (
    bilingual,
    moment,
    statements,
    term,
    texts,
)
from transform.errors import UnreadableLayout
from transform.fetch.origin import origin_lines
from transform.graphs.portraits import Edition
from transform.layouts.model import Layout
from transform.rdf.namespaces import DCTERMS, RDFS
from transform.rdf.ntriples import Line, literal
from transform.text.languages import LANGUAGES
from transform.text.message import message


class DecisionDays(NamedTuple):
    """The day of the newest decision of a person on identity, and of any decision or link."""

    by_people: str | None
    at_all: str | None


@dataclass(frozen=True)
class CatalogueContents:
    """The contents of a catalogue: base URI, portraits by year, files of the release by path.

    `sources`: the name and SHA-256 of the file that each portrait was read from, and its rows;
    `decided`: when decisions on the data were taken; `framework`: the statements of the governance
    framework; `release`: the release's name, once it has one, for it is made from everything else.
    """

    base_uri: str
    editions: list[Edition]
    files: Mapping[str, Mapping[str, Any]]
    sources: Mapping[int, tuple[str, str, int]]
    decided: DecisionDays
    framework: Sequence[Line]
    release: str | None = None

    @cached_property
    def layout(self) -> Layout:
        """The layout of the newest portrait, which describes the series."""
        return max(self.editions, key=lambda edition: edition.year).layout

    @cached_property
    def datasets(self) -> list[Dataset]:
        """The datasets: one for each year, then that of all portraits."""
        files: dict[int | None, list[DistributionFile]] = {}
        for year, file in offered(self.files, self.base_uri):
            files.setdefault(year, []).append(file)
        each = [
            dataset_of_year(
                self.base_uri,
                edition,
                self.sources[edition.year],
                files.get(edition.year, []),
                self.decided.by_people,
            )
            for edition in sorted(self.editions, key=lambda edition: edition.year)
        ]
        years = [None, *(dataset.year for dataset in each), None]
        each = [
            dataset._replace(neighbours=(years[n], years[n + 2])) for n, dataset in enumerate(each)
        ]
        whole = dataset_of_all(
            self.base_uri, self.layout, each, files.get(None, []), self.decided.at_all
        )
        return [*each, whole]


def catalogue_lines(offer: CatalogueContents) -> Iterator[Line]:
    """Yield the statements of the catalogue, which describes every value that it uses."""
    base, layout = offer.base_uri, offer.layout
    yield from _catalogue(offer)
    yield from _series(offer)
    yield from _service(offer)
    for dataset in offer.datasets:
        yield from dataset_lines(dataset, layout, base, offer.release)
        for file in dataset.files:
            yield from file_lines(file, dataset.shared, base)
    for edition in offer.editions:
        if edition.origin:
            yield from origin_lines(base, edition.year, edition.source_url, edition.origin)
    yield from endpoint_lines(offer.datasets[-1].shared, base)
    yield from agents.agent_lines(base, layout)
    yield from source.source_lines(base, layout)
    yield from source.adaptation_lines(base, layout)
    yield from agents.standard_lines(base)
    for licence in sorted({edition.layout.licence for edition in offer.editions}):
        yield from codelists.licence_lines(licence)
    for code in (codelists.ANNUAL, codelists.PUBLIC, *codelists.THEMES, *_languages(layout)):
        yield from codelists.code_lines(code)
    if layout.catalogue.coverage:
        yield from agents.coverage_lines(layout.catalogue.coverage)
    if layout.landing:
        yield from agents.document_lines(layout.landing, texts(layout.title))


def series_lines(offer: CatalogueContents) -> Iterator[Line]:
    """Yield the description of the series and of what it names, for a file that is read alone."""
    base, layout = offer.base_uri, offer.layout
    yield from _series(offer)
    yield from period_lines(offer.datasets[-1], base)
    yield from agents.agent_lines(base, layout)
    yield from codelists.licence_lines(layout.licence)
    yield from codelists.code_lines(codelists.ANNUAL)
    if layout.catalogue.coverage:
        yield from agents.coverage_lines(layout.catalogue.coverage)


def _languages(layout: Layout) -> list[codelists.Code]:
    """Return the languages of the site, then those of the register."""
    return codelists.languages((*LANGUAGES, *layout.languages))


def _spatial(layout: Layout) -> str | None:
    return f"<{layout.catalogue.coverage.iri}>" if layout.catalogue.coverage else None


def _catalogue(offer: CatalogueContents) -> Iterator[Line]:
    base, layout = offer.base_uri, offer.layout
    catalogue = f"<{base}catalogue>"
    yield from statements(
        catalogue,
        {
            "a": term("dcat:Catalog"),
            "dct:title": texts(layout.title),
            "dct:description": texts(_description(layout)),
            "dct:publisher": agents.agent_iri(base, layout.operator),
            "dct:spatial": _spatial(layout),
            "dct:issued": moment(offer.datasets[-1].shared.issued),
            "dct:modified": moment(offer.datasets[-1].shared.modified),
            "dct:rights": f"<{base}{ADAPTATION}>",
            "dcat:contactPoint": agents.contact_iri(base, layout, layout.operator),
            "dcat:version": literal(offer.release) if offer.release else None,
            "dct:language": [term(code.name) for code in _languages(layout)],
            "dct:license": f"<{layout.licence}>",
            "dcat:themeTaxonomy": term("eu:data-theme"),
            "foaf:homepage": f"<{base}>",
            "dcat:resource": f"<{base}catalogue#serie>",
            "dcat:dataset": [dataset.iri for dataset in offer.datasets],
            "dcat:service": f"<{base}catalogue#sparql>",
        },
    )
    site = {"fr": " – site des données", "en": " – data site"}
    named = {language: title + site.get(language, "") for language, title in layout.title.items()}
    yield from agents.document_lines(base, texts(named))
    yield from ((catalogue, f"<{RDFS}comment>", notice) for notice in texts(layout.notice))


def _series(offer: CatalogueContents) -> Iterator[Line]:
    base, layout, facts = offer.base_uri, offer.layout, offer.layout.catalogue
    members = [dataset.iri for dataset in offer.datasets[:-1]]
    law = f"<{base}id/cadre/{facts.legislation}>" if facts.legislation else None
    yield from statements(
        f"<{base}catalogue#serie>",
        {
            "a": term("dcat:DatasetSeries"),
            "dct:title": texts(layout.title),
            "dct:description": texts(_description(layout)),
            "dct:publisher": agents.agent_iri(base, layout.publisher),
            "dct:spatial": _spatial(layout),
            "dct:issued": moment(facts.issued),
            "dct:modified": moment(facts.modified),
            "dct:license": f"<{layout.licence}>",
            "dcat:contactPoint": agents.contact_iri(base, layout, layout.publisher),
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
        yield from _legislation(law, offer)


def _legislation(law: str, offer: CatalogueContents) -> Iterator[Line]:
    """Describe the law that demands the portraits, with its title in the framework."""
    titles = [line[2] for line in offer.framework if line[:2] == (law, f"<{DCTERMS}title>")]
    if not titles:
        raise UnreadableLayout(message("graphs.law_unknown", layout=offer.layout.source, law=law))
    yield from statements(law, {"a": term("eli:LegalResource"), "dct:title": titles})


def _service(offer: CatalogueContents) -> Iterator[Line]:
    base, layout = offer.base_uri, offer.layout
    yield from statements(
        f"<{base}catalogue#sparql>",
        {
            "a": term("dcat:DataService"),
            "dct:title": bilingual("Point d'accès SPARQL", "SPARQL endpoint"),
            "dct:description": bilingual(
                layout.words.fill(
                    "Requêtes SPARQL 1.1, en lecture, sur {tous les portraits} à la fois.", "fr"
                ),
                layout.words.fill(
                    "SPARQL 1.1 queries, read only, over all {portraits} at once.", "en"
                ),
            ),
            "dct:publisher": agents.agent_iri(base, layout.operator),
            "dct:license": f"<{layout.licence}>",
            "dct:accessRights": term(codelists.PUBLIC.name),
            "dct:conformsTo": f"<{agents.PROTOCOL}>",
            "dct:rights": f"<{base}{ADAPTATION}>",
            "dcat:contactPoint": agents.contact_iri(base, layout, layout.operator),
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
