"""Write the statements about a portrait: its title, source, series and counts."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from transform.fetch.origin import Origin
from transform.graphs.cubes import count_observation
from transform.layouts.model import FIELDS, Layout
from transform.rdf.namespaces import (
    DCAT,
    DCTERMS,
    QB,
    RDF_TYPE,
    RDFS,
    vocabulary_of,
)
from transform.rdf.ntriples import Line, integer, literal
from transform.text.numbers import with_number


class Edition(NamedTuple):
    """One published portrait: year, layout, rows, counts by list and slug, fields and its file.

    `fields` are those that the file has a column for. `origin`: where the file was fetched, None
    for a file that was not fetched.
    """

    year: int
    layout: Layout
    rows: int
    counts: Mapping[str, Mapping[str, int]]
    fields: tuple[str, ...]
    source_url: str
    source_format: str
    source_bytes: int
    origin: Origin | None = None


def _texts(edition: Edition, kind: str) -> dict[str, str]:
    facts = edition.layout.portraits.get(edition.year)
    series: Mapping[str, str] = getattr(edition.layout, kind)
    own: Mapping[str, str] = getattr(facts, kind) if facts else {}
    return {**{language: f"{text} – {edition.year}" for language, text in series.items()}, **own}


def titles(edition: Edition) -> dict[str, str]:
    """Return the title of a portrait by language."""
    return _texts(edition, "title")


def descriptions(edition: Edition) -> dict[str, str]:
    """Return the description of a portrait by language, the notice of invented data first."""
    facts = edition.layout.portraits.get(edition.year)
    own = facts.description if facts else {}
    notice = edition.layout.notice or {}
    return {
        language: " ".join(filter(None, (notice.get(language), own.get(language, text))))
        for language, text in edition.layout.description.items()
    }


def portrait_iri(base_uri: str, year: int) -> str:
    """Return the IRI of a portrait as N-Triples writes it."""
    return f"<{base_uri}id/portrait/{year}>"


def absent_field_lines(base_uri: str, portrait: str, fields: Collection[str]) -> Iterator[Line]:
    """Yield which properties no entry of a portrait has, as its file has no such column."""
    pia = vocabulary_of(base_uri)
    for name in FIELDS:
        if name not in fields:
            yield portrait, f"<{pia}champAbsent>", f"<{pia}{name}>"


def portrait_lines(base_uri: str, edition: Edition) -> Iterator[Line]:
    """Yield the statements about one portrait, without its counts."""
    about = portrait_iri(base_uri, edition.year)
    yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}Portrait>"
    yield about, f"<{RDF_TYPE}>", f"<{DCAT}Dataset>"
    for language, text in titles(edition).items():
        yield about, f"<{DCTERMS}title>", literal(text, language)
        yield about, f"<{RDFS}label>", literal(text, language)
    for language, text in descriptions(edition).items():
        yield about, f"<{DCTERMS}description>", literal(text, language)
    yield about, f"<{vocabulary_of(base_uri)}annee>", integer(edition.year)
    yield about, f"<{vocabulary_of(base_uri)}nombreInscriptions>", integer(edition.rows)
    facts = edition.layout.portraits.get(edition.year)
    if facts and facts.total is not None:
        yield about, f"<{vocabulary_of(base_uri)}totalPublie>", integer(facts.total)
    yield from absent_field_lines(base_uri, about, edition.fields)
    publisher = f"<{base_uri}id/organisme/{edition.layout.publisher.slug}>"
    yield about, f"<{DCTERMS}publisher>", publisher
    yield about, f"<{DCTERMS}license>", f"<{edition.layout.licence}>"
    yield about, f"<{DCTERMS}source>", f"<{edition.source_url}>"
    yield about, f"<{DCAT}inSeries>", f"<{base_uri}catalogue#serie>"


def count_lines(
    base_uri: str, edition: Edition, labels: Mapping[str, Mapping[str, str]]
) -> Iterator[Line]:
    """Yield a count for each value of each list; `labels` are by concept IRI and language."""
    portrait = f"<{base_uri}id/portrait/{edition.year}>"
    for name, counts in edition.counts.items():
        for slug, number in counts.items():
            about = f"<{base_uri}id/portrait/{edition.year}/decompte/{name}/{slug}>"
            concept = f"{base_uri}id/{name}/{slug}"
            yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}Decompte>"
            yield about, f"<{RDF_TYPE}>", f"<{QB}Observation>"
            yield about, f"<{vocabulary_of(base_uri)}decompteDe>", portrait
            yield about, f"<{vocabulary_of(base_uri)}decomptePar>", f"<{concept}>"
            yield about, f"<{vocabulary_of(base_uri)}effectif>", integer(number)
            yield from count_observation(base_uri, about, name, f"<{concept}>", edition.year)
            for language, label in labels.get(concept, {}).items():
                text = with_number(f"{label}, {edition.year}", str(number), language)
                yield about, f"<{RDFS}label>", literal(text, language)
