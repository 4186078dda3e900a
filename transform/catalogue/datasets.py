"""Describe the datasets: one for each portrait, and one of all of them together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from transform.catalogue import agents, codelists
from transform.catalogue.distributions import (
    DistributionFile,
    SharedFacts,
    endpoint_iri,
    file_iri,
    official,
)
from transform.catalogue.statements import (
    statements,
    term,
    texts,
    typed,
)
from transform.graphs.portraits import Edition, descriptions, titles
from transform.layouts.model import Layout
from transform.layouts.series import YearDates
from transform.rdf.namespaces import ontology_of
from transform.rdf.ntriples import Line, literal

# What was made of the publisher's files, and what the publisher does not vouch for.
ADAPTATION, DISCLAIMER = "catalogue#adaptation", "catalogue#responsabilite"


class Dataset(NamedTuple):
    """A dataset: IRI, what its files share, description, days that it covers, files, its years.

    `provenance` by language; `year` is None for the dataset of all portraits.
    """

    iri: str
    shared: SharedFacts
    description: Mapping[str, str]
    dates: YearDates
    files: Sequence[DistributionFile]
    span: str
    provenance: Mapping[str, str]
    year: int | None
    neighbours: tuple[int | None, int | None]

    def period_iri(self, base_uri: str) -> str | None:
        """Return the IRI of what the dataset covers in time, None where it is unknown."""
        if self.dates.begin:
            return f"<{base_uri}catalogue#periode-{self.dates.begin}-{self.dates.end}>"
        return f"<{base_uri}catalogue#collecte-{self.span}>" if self.dates.collected else None


def dataset_of_year(
    base_uri: str,
    edition: Edition,
    source: tuple[str, str, int],
    files: Sequence[DistributionFile],
    decided: str | None,
) -> Dataset:
    """Return the dataset of a portrait; `source` is name, SHA-256 and rows of its file.

    `decided` is the day of the newest decision of a person that its statements rest on.
    """
    layout, year = edition.layout, edition.year
    name, sha256, rows = source
    published = official(edition, sha256)
    own = [file for file in files if file.url != published.url]
    facts = layout.portraits.get(year)
    dates = facts.dates if facts else YearDates()
    file = SharedFacts(
        titles(edition),
        layout.licence,
        dates.issued,
        newest(dates.issued, _modified(edition) or dates.modified),
        (layout.language,),
        f"<{base_uri}{DISCLAIMER}>" if layout.catalogue.disclaimer else None,
    )
    shared = file._replace(
        modified=newest(file.modified, decided),
        languages=layout.languages,
        rights=f"<{base_uri}{ADAPTATION}>",
        source=file,
    )
    return Dataset(
        f"<{base_uri}id/portrait/{year}>",
        shared,
        descriptions(edition),
        dates,
        [published, *own],
        str(year),
        # The provenance of a fetched file is stated from its origin.
        {}
        if edition.origin
        else {
            "fr": f"Lu du fichier {name} (SHA-256 {sha256})\u00a0: {rows} lignes lues,"
            f" {edition.rows} publiées, chacune avec sa source.",
            "en": f"Read from the file {name} (SHA-256 {sha256}): {rows} rows read,"
            f" {edition.rows} published, each with its source.",
        },
        year,
        (None, None),
    )


def dataset_of_all(
    base_uri: str,
    layout: Layout,
    each: list[Dataset],
    files: Sequence[DistributionFile],
    decided: str | None,
) -> Dataset:
    """Return the dataset of all portraits and the links between them.

    `decided` is the day of the newest decision, of a rule or a person, on identity or a link.
    """
    facts, years = layout.catalogue, [dataset.span for dataset in each]
    span = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
    notice = layout.notice or {}
    introductions = {
        "fr": "{Tous les portraits} ensemble, avec ce qui les relie : initiatives suivies d'année"
        " en année, organismes, vocabulaires, cadre et changements.",
        "en": "All {portraits} together, with what joins them: initiatives followed from year to"
        " year, bodies, vocabularies, framework and changes.",
    }
    introductions = {tag: layout.words.fill(text, tag) for tag, text in introductions.items()}
    provenance = {
        "fr": "Réuni des {portraits} de {years}.",
        "en": "Put together from the {portraits} of {years}.",
    }
    whole = {"fr": "ensemble ", "en": "the whole "}
    return Dataset(
        f"<{base_uri}catalogue#ensemble>",
        SharedFacts(
            {
                language: f"{title} – {whole.get(language, '')}{span}"
                for language, title in layout.title.items()
            },
            layout.licence,
            facts.issued[:10] if facts.issued else None,
            newest(
                facts.issued,
                facts.modified,
                decided,
                *(dataset.shared.modified for dataset in each),
            ),
            tuple(dict.fromkeys(tag for dataset in each for tag in dataset.shared.languages)),
            f"<{base_uri}{ADAPTATION}>",
        ),
        {
            language: " ".join(
                texts[language]
                for texts in (notice, introductions, layout.description)
                if language in texts
            )
            for language in dict.fromkeys((*introductions, *layout.description))
        },
        YearDates(
            begin=min(
                filter(None, (d.dates.begin or d.dates.collected for d in each)), default=None
            ),
            end=max(filter(None, (d.dates.end or d.dates.collected for d in each)), default=None),
        ),
        files,
        span,
        {
            tag: layout.words.fill(text, tag, years=", ".join(years))
            for tag, text in provenance.items()
        },
        None,
        (None, None),
    )


def dataset_lines(
    dataset: Dataset, layout: Layout, base_uri: str, release: str | None
) -> Iterator[Line]:
    """Describe a dataset, its period and its provenance.

    A portrait is the publisher's; all of them together are what the operator made of them.
    """
    facts, shared = layout.catalogue, dataset.shared
    agent = layout.publisher if dataset.year else layout.operator
    statement = f"<{base_uri}catalogue#provenance-{dataset.span}>"
    distributions = [file_iri(file) for file in dataset.files]
    if dataset.year is None:
        distributions.append(endpoint_iri(base_uri))
    keywords = facts.keywords or {}
    yield from statements(
        dataset.iri,
        {
            "a": term("dcat:Dataset"),
            "dct:title": texts(shared.title),
            "dct:description": texts(dataset.description),
            "dct:publisher": agents.agent_iri(base_uri, agent),
            "dct:license": f"<{shared.licence}>",
            "dct:rights": shared.rights,
            "dct:identifier": literal(dataset.iri[1:-1]),
            "dct:issued": typed(shared.issued, "xsd:date"),
            "dct:modified": typed(shared.modified, "xsd:date"),
            "dct:language": [term(code.name) for code in codelists.languages(shared.languages)],
            "dct:accrualPeriodicity": term(codelists.ANNUAL.name),
            "dct:accessRights": term(codelists.PUBLIC.name),
            "dct:spatial": f"<{facts.coverage.iri}>" if facts.coverage else None,
            "dct:temporal": dataset.period_iri(base_uri),
            "dct:provenance": statement,
            "dct:bibliographicCitation": texts(_citation(dataset, layout)),
            "dct:conformsTo": [f"<{ontology_of(base_uri)}>", f"<{base_uri}catalogue#formes>"],
            "dcat:contactPoint": agents.contact_iri(base_uri, layout, agent),
            "dcat:theme": [term(code.name) for code in codelists.THEMES],
            "dcat:keyword": [
                literal(word, language) for language, words in keywords.items() for word in words
            ],
            "dcat:landingPage": f"<{layout.landing}>" if layout.landing else None,
            "dcat:version": literal(release) if release else None,
            "dcat:inSeries": f"<{base_uri}catalogue#serie>" if dataset.year else None,
            "dcat:prev": _portrait(base_uri, dataset.neighbours[0]),
            "dcat:next": _portrait(base_uri, dataset.neighbours[1]),
            "dcat:distribution": distributions,
        },
    )
    yield from statements(
        statement, {"a": term("dct:ProvenanceStatement"), "rdfs:label": texts(dataset.provenance)}
    )
    yield from period_lines(dataset, base_uri)


def period_lines(dataset: Dataset, base_uri: str) -> Iterator[Line]:
    """Describe the period that a dataset covers, or the one day of which it says how things were.

    That day bears the words of the publisher, and the day on which it was made more precise.
    """
    dates, period = dataset.dates, dataset.period_iri(base_uri)
    if period:
        yield from statements(
            period,
            {
                "a": term("dct:PeriodOfTime"),
                "dcat:startDate": typed(dates.begin or dates.collected, "xsd:date"),
                "dcat:endDate": typed(dates.end or dates.collected, "xsd:date"),
            },
        )
    if period and not dates.begin:
        yield from statements(
            period,
            {
                "skos:prefLabel": texts(dates.collection),
                "dct:date": typed(dates.collected, "xsd:date"),
                "dct:modified": typed(dates.clarified, "xsd:date"),
            },
        )


def newest(*moments: str | None) -> str | None:
    """Return the newest day of some days and times in ISO 8601, None without any."""
    return max((moment[:10] for moment in moments if moment), default=None)


def _modified(edition: Edition) -> str | None:
    """Return the day on which a fetched file was last changed, by the portal."""
    day = re.match(r"\d{4}-\d\d-\d\d(?=T|$)", edition.origin.modified if edition.origin else "")
    return day[0] if day else None


def _portrait(base_uri: str, year: int | None) -> str | None:
    return f"<{base_uri}id/portrait/{year}>" if year else None


def _citation(dataset: Dataset, layout: Layout) -> dict[str, str]:
    agent = layout.publisher if dataset.year else layout.operator
    kinds, names = {"fr": ", [Jeu de données]", "en": ", [dataset]"}, agent.name
    issued = f", {dataset.shared.issued[:4]}" if dataset.shared.issued else ""
    return {
        language: f"{names.get(language) or next(iter(names.values()))}."
        f" {title}{kinds.get(language, '')}{issued}. {dataset.iri[1:-1]}"
        for language, title in dataset.shared.title.items()
    }
