"""Write the graph of bodies: registered or not reviewed, their portfolios, the publisher."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from transform.errors import UnreadableLayout
from transform.graphs.entailed import entailed_lines
from transform.graphs.links import link_lines
from transform.graphs.prepared import Prepared
from transform.graphs.vocabulary import concept_labels
from transform.identity.bodies import Attachment, Bodies, Body
from transform.identity.registry import Registry
from transform.layouts.model import Layout, Publisher
from transform.rdf.namespaces import (
    DCTERMS,
    FOAF,
    ORG,
    PREF_LABEL,
    PROV,
    RDF_TYPE,
    RDFS,
    SCHEMA,
    SKOS,
    SUB_ORGANIZATION_OF,
    vocabulary_of,
)
from transform.rdf.ntriples import (
    Line,
    boolean,
    in_order,
    integer,
    literal,
)
from transform.text.message import message


def name_publisher(layout: Layout, registry: Registry) -> Layout:
    """Return the layout with publisher and operator named as the registry names them, if it does.

    Raises UnreadableLayout where neither has a name.
    """
    publisher = _named(layout, "publisher", layout.publisher, registry)
    if layout.operator == layout.publisher:
        return replace(layout, publisher=publisher, operator=publisher)
    operator = _named(layout, "operator", layout.operator, registry)
    return replace(layout, publisher=publisher, operator=operator)


def _named(layout: Layout, key: str, body: Publisher, registry: Registry) -> Publisher:
    if known := registry.bodies.get(body.slug):
        return replace(body, name=dict(known.names), homepage=known.homepage or body.homepage)
    if not body.name:
        name = f"{key}.name.{layout.language}"
        raise UnreadableLayout(
            message("graphs.publisher_unknown", layout=layout.source, key=name, body=body.slug)
        )
    return body


def registry_lines(registry: Registry) -> Iterator[Line]:
    """Yield the statements of the registry unchanged."""
    for subject, predicate, value in registry.triples:
        yield str(subject), str(predicate), str(value)


def body_lines(
    base_uri: str, body: Body, registry: Registry, described: Container[str]
) -> Iterator[Line]:
    """Yield what the files add on one body: all of it, or new spellings of a registered one.

    `described` are the slugs of all bodies of the graph; no other is a parent.
    """
    about = f"<{base_uri}id/organisme/{body.slug}>"
    known = {body.label}
    if body.reviewed:
        known.update(registry.bodies[body.slug].spellings)
    else:
        yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}Organisme>"
        yield about, f"<{PREF_LABEL}>", literal(body.label, body.language)
        yield about, f"<{vocabulary_of(base_uri)}revise>", boolean(False)
        if body.parent in described:
            parent = f"<{base_uri}id/organisme/{body.parent}>"
            yield about, f"<{SUB_ORGANIZATION_OF}>", parent
    for spelling in body.spellings - known:
        yield about, f"<{SKOS}hiddenLabel>", literal(spelling, body.language)
    for language, (name, *others) in body.names.items():
        if not body.reviewed:
            yield about, f"<{PREF_LABEL}>", literal(name, language)
        for spelling in {name, *others} - (known if body.reviewed else {name}):
            yield about, f"<{SKOS}hiddenLabel>", literal(spelling, language)


def attachment_lines(base_uri: str, attached: Iterable[Attachment]) -> Iterator[Line]:
    """Yield the portfolio of each body in each year."""
    for body, portfolio, year in attached:
        yearly = f"<{base_uri}id/portefeuille/{portfolio}/{year}>"
        yield f"<{base_uri}id/organisme/{body}>", f"<{vocabulary_of(base_uri)}rattachement>", yearly


def yearly_lines(
    base_uri: str,
    portfolios: Iterable[tuple[str, int]],
    labels: Mapping[str, Mapping[str, str]],
) -> Iterator[Line]:
    """Return what each yearly portfolio is, given by slug and year; `labels` are by concept IRI."""
    for slug, year in portfolios:
        portfolio = f"{base_uri}id/portefeuille/{slug}"
        about = f"<{portfolio}/{year}>"
        yield about, f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}PortefeuilleAnnuel>"
        yield about, f"<{PROV}specializationOf>", f"<{portfolio}>"
        yield about, f"<{vocabulary_of(base_uri)}annee>", integer(year)
        for language, label in labels.get(portfolio, {}).items():
            yield about, f"<{RDFS}label>", literal(f"{label}, {year}", language)


def former_body_lines(base_uri: str, bodies: Bodies) -> Iterator[Line]:
    """Yield which registered body replaced each URI that its texts had before it was registered.

    Those that the registry declares stand in the graph of bodies.
    """
    declared = {old for old, _ in bodies.registry.replaced()}
    for old, slug in bodies.former.items():
        if (about := f"{base_uri}id/organisme/{old}") not in declared:
            yield f"<{about}>", f"<{DCTERMS}isReplacedBy>", f"<{base_uri}id/organisme/{slug}>"


def publisher_lines(base_uri: str, layout: Layout) -> Iterator[Line]:
    """Yield the statements about publisher and operator, who need not be bodies of a portrait."""
    for body in (layout.publisher, layout.operator):
        about = f"<{base_uri}id/organisme/{body.slug}>"
        for space in (FOAF, ORG):
            yield about, f"<{RDF_TYPE}>", f"<{space}Organization>"
        for language, name in body.name.items():
            for property_ in (f"{FOAF}name", f"{RDFS}label", f"{SCHEMA}name"):
                yield about, f"<{property_}>", literal(name, language)
        if body.homepage:
            yield about, f"<{FOAF}homepage>", f"<{body.homepage}>"


def bodies_graph(
    work: Prepared, published: Sequence[Body], attached: Sequence[Attachment], layout: Layout
) -> list[str]:
    """Return the graph of bodies: the registry, what rows and people add, publisher, operator."""
    base_uri, known = work.base_uri, work.identities.bodies
    lines = [*registry_lines(known.registry), *attachment_lines(base_uri, attached)]
    described = {*known.registry.bodies, *(body.slug for body in published)}
    for body in published:
        lines += body_lines(base_uri, body, known.registry, described)
    portfolios = {(one.portfolio, one.year) for one in attached}
    portfolios |= known.registry.yearly_portfolios(base_uri)
    lines += yearly_lines(base_uri, portfolios, concept_labels(work.vocabulary))
    lines += link_lines(work, published)
    lines += publisher_lines(base_uri, layout)
    return in_order((*lines, *entailed_lines(lines, base_uri)))
