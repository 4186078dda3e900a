"""Check what the site says of its data against its data: service description, VoID, URIs."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pyoxigraph as ox

from server.conformance.model import Finding, Inapplicable, finding
from server.conformance.site import VOID_PATH, CheckedSite, DocumentStatements
from server.negotiation import JSON, TURTLE
from transform.rdf.namespaces import SERVICE_DESCRIPTION, SHACL, VOID
from transform.text.message import message

_SD = SERVICE_DESCRIPTION
# Classes of the vocabulary of which one thing each is asked for, by the end of their IRIs.
_KINDS = (
    "Initiative",
    "Inscription",
    "Organisme",
    "Portefeuille",
    "Categorie",
    "Statut",
    "Portrait",
)
_MOST_LINKS = 40  # of VoID that are followed
_GRAPHS = "SELECT ?x (COUNT(*) AS ?n) { GRAPH ?x { ?s ?p ?o } } GROUP BY ?x"
_CLASSES = "SELECT ?x (COUNT(*) AS ?n) { ?s a ?x } GROUP BY ?x"
_TOTAL = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def check_description(site: CheckedSite) -> Iterator[Finding]:
    """Compare endpoint, graphs and counts of the service description with what queries count."""
    described = site.description
    service = ox.NamedNode(f"{site.base_uri}sparql")
    endpoints = described.iris(service, f"{_SD}endpoint")
    step = message("conformance.step_description")
    sent = site.asked("sparql?format=nt")
    if endpoints != [service.value]:
        yield Finding(sent, ", ".join(endpoints)[:300], f"sd:endpoint <{service.value}>", step)
    sizes = dict(_described_graphs(described, service))
    yield from _compare(site, _GRAPHS, "sd:namedGraph", sizes)
    if f"{_SD}UnionDefaultGraph" in described.iris(service, f"{_SD}feature"):
        reply, numbers = site.numbers(_TOTAL)
        if numbers.get("n") != sum(sizes.values()):
            yield finding(reply, f"n = {sum(sizes.values())}", step, f"n = {numbers.get('n')}")
    for default in _default_graphs(described, service):
        classes = {}
        for part in described.iris(default, f"{VOID}classPartition"):
            node = ox.NamedNode(part)
            for name in described.iris(node, f"{VOID}class"):
                classes[name] = described.number(node, f"{VOID}entities") or 0
        yield from _compare(site, _CLASSES, "void:classPartition", classes)


def _default_graphs(described: DocumentStatements, service: ox.NamedNode) -> Iterator[ox.NamedNode]:
    for dataset in described.iris(service, f"{_SD}defaultDataset"):
        yield from map(ox.NamedNode, described.iris(ox.NamedNode(dataset), f"{_SD}defaultGraph"))


def _described_graphs(
    described: DocumentStatements, service: ox.NamedNode
) -> Iterator[tuple[str, int]]:
    for dataset in described.iris(service, f"{_SD}defaultDataset"):
        for entry in described.iris(ox.NamedNode(dataset), f"{_SD}namedGraph"):
            for name in described.iris(ox.NamedNode(entry), f"{_SD}name"):
                yield name, described.number(ox.NamedNode(name), f"{VOID}triples") or 0


def _compare(
    site: CheckedSite, query: str, what: str, described: dict[str, int]
) -> Iterator[Finding]:
    """Yield the counts of a query that differ from those that are described."""
    reply, rows = site.select(query)
    counted = {row.get("x", ""): row.get("n", "") for row in rows}
    for name in sorted({*counted, *described}):
        stated = str(described[name]) if name in described else "—"
        came = counted.get(name, "—")
        if came != stated:
            step = message("conformance.step_description")
            yield finding(reply, f"{what} <{name}> {stated}", step, f"<{name}> {came}")


def check_void(site: CheckedSite) -> Iterator[Finding]:
    """Ask the query that VoID gives, and compare each number with the one that VoID states."""
    path = f"{VOID_PATH}.nt"
    step = message("conformance.step_void")
    queries = [
        node.value
        for subject in site.void.of_class(f"{SHACL}SPARQLSelectExecutable")
        for node in site.void.objects(subject, f"{SHACL}select")
        if isinstance(node, ox.Literal)
    ]
    if len(queries) != 1:
        raise Inapplicable(message("conformance.no_void_query", path=f"/{path}"))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON.media_type}
    body = urlencode({"query": queries[0]}).encode()
    reply, rows = site.read_rows(site.get("sparql", method="POST", headers=headers, body=body))
    counted = rows[0] if len(rows) == 1 else {}
    if not counted:
        yield finding(reply, message("conformance.one_row"), step)
    for name, value in sorted(counted.items()):
        stated = site.void.number(site.dataset, f"{VOID}{name}")
        if str(stated) != value:
            yield finding(reply, f"void:{name} {stated}", step, f"{name} = {value}")


def check_void_links(site: CheckedSite) -> Iterator[Finding]:
    """Follow what VoID names: endpoint, dumps, examples."""
    step = message("conformance.step_links")
    endpoints = site.void.iris(site.dataset, f"{VOID}sparqlEndpoint")
    if endpoints != [f"{site.base_uri}sparql"]:
        sent = site.asked(f"{VOID_PATH}.nt")
        expected = f"void:sparqlEndpoint <{site.base_uri}sparql>"
        yield Finding(sent, ", ".join(endpoints)[:300], expected, step)
    named = [
        iri
        for name in ("dataDump", "exampleResource", "rootResource", "sparqlEndpoint")
        for iri in site.void.iris(site.dataset, VOID + name)
    ]
    for iri in dict.fromkeys(named[:_MOST_LINKS]):
        path = site.path_of(iri)
        if path is None:
            continue
        reply = site.get(path, method="HEAD")
        if reply.status not in (200, 303):
            yield finding(reply, "200, 303", step)


def check_dereferencing(site: CheckedSite) -> Iterator[Finding]:
    """Follow the URI of one thing of each kind to its document, which must speak of it."""
    for iri in _things(site):
        path = site.path_of(iri) or ""
        reply = site.get(path, TURTLE.media_type)
        step = message("conformance.step_dereferencing")
        target = site.target(path, reply.headers.get("Location", ""))
        if reply.status != 303 or not target or not target.startswith("doc/"):
            yield finding(reply, f"303 → doc/{path.removeprefix('id/')}", step)
            continue
        document = site.get(target, TURTLE.media_type)
        statements = site.parse(document, target, TURTLE)
        if not any(getattr(t.subject, "value", "") == iri for t in statements.triples):
            expected = message("conformance.statements_on", iri=iri)
            came = message("conformance.number_of_statements", number=len(statements.triples))
            yield finding(document, expected, step, came)


def _things(site: CheckedSite) -> list[str]:
    """Return the IRIs of a thing of each kind that the data hold."""
    classes = [
        name
        for part in site.void.iris(site.dataset, f"{VOID}classPartition")
        for name in site.void.iris(ox.NamedNode(part), f"{VOID}class")
    ]
    kinds = [name for name in classes if name.rpartition("#")[2] in _KINDS]
    things = [site.base_uri + site.sample]
    if kinds:
        parts = (f"{{ SELECT ?s {{ ?s a <{name}> }} LIMIT 1 }}" for name in kinds[: len(_KINDS)])
        rows = site.select(f"SELECT ?s {{ {' UNION '.join(parts)} }}").rows
        things += [row.get("s", "") for row in rows]
    return [iri for iri in dict.fromkeys(things) if iri.startswith(f"{site.base_uri}id/")]
