"""The catalogue and the VoID description, as harvesters read them over HTTP."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, VOID
from rdflib.compare import isomorphic

from tests.conftest import (
    HEADER,
    ROW,
    Run,
    shared,
)
from tests.support.dcat_ap import violations

BASE = "https://ia.exemple.gouv.qc.ca/donnees/"
SYNTAXES = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
    "nt": ("application/n-triples", "nt"),
}
EU = "http://publications.europa.eu/resource/authority/"
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
IN_SERIES = rdflib.URIRef("http://www.w3.org/ns/dcat#inSeries")
VERSION = rdflib.URIRef("http://www.w3.org/ns/dcat#version")
LEGISLATION = rdflib.URIRef("http://data.europa.eu/r5r/applicableLegislation")
# rdflib's own parser of JSON-LD uses a deprecated class.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def write(path: Path, *rows: tuple[str, ...]) -> Path:
    lines = (";".join(f'"{cell}"' for cell in row) for row in (HEADER, *rows))
    path.write_text("\r\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def quebec(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Portraits of two years of the ministry's layout, for a public address."""
    folder = tmp_path_factory.mktemp("quebec")
    other = ("Autre « nom » \\ #1 ?", *ROW[1:])
    sources = [
        f"2024={write(folder / 'portrait 2024 é#.csv', ROW)}",
        f"2025={write(folder / 'portrait-2025.csv', ROW, other)}",
    ]
    done = portrait_ia("build", *sources, "--base-uri", BASE, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    return folder / "releases"


@pytest.fixture(scope="module")
def at(quebec: Path, boot: Any) -> Iterator[str]:
    """The address of the site that serves them, other than their base URI."""
    with boot(quebec, workers=1) as address:
        yield address


def parse(reply: Any, syntax: str = "turtle") -> rdflib.Graph:
    assert reply.status == 200, reply.text
    return rdflib.Graph().parse(data=reply.body, format=syntax)


@pytest.fixture(scope="module")
def catalogue(at: str, fetch: Any) -> rdflib.Graph:
    return parse(fetch(f"{at}catalogue.ttl"))


@pytest.fixture(scope="module")
def void(at: str, fetch: Any) -> rdflib.Graph:
    return parse(fetch(f"{at}.well-known/void"))


def count(at: str, fetch: Any, query: str) -> int:
    reply = fetch(f"{at}sparql?{urlencode({'query': query})}")
    assert reply.status == 200, reply.text
    return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf"])
def test_dcat_ap_finds_nothing(at: str, fetch: Any, suffix: str) -> None:
    folder = shared("data", "dcat-ap-3.0.1")
    reply = fetch(f"{at}catalogue.{suffix}")
    assert reply.kind == SYNTAXES[suffix][0]
    assert violations(parse(reply, SYNTAXES[suffix][1]), folder) == set()


def test_dcat_ap_finds_nothing_in_the_example(example: Path) -> None:
    graph = rdflib.Graph().parse(example / "current" / "catalogue.ttl")
    assert violations(graph, shared("data", "dcat-ap-3.0.1")) == set()


def test_dcat_ap_finds_only_what_a_layout_does_not_know(portrait_ia: Run, tmp_path: Path) -> None:
    """The dates of the federal inventories are unknown, so they are left out."""
    header = "use_case_name,topic_area,agency_bureau,agency_name,benefits,development_stage"
    (tmp_path / "us.csv").write_text(f"{header}\nSorting,,,Department of State,Less delay,\n")
    source = f"2025={tmp_path / 'us.csv'}"
    done = portrait_ia("build", source, "--layout", "us-2025", "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stderr
    graph = rdflib.Graph().parse(tmp_path / "releases" / "current" / "catalogue.ttl")
    results = violations(graph, shared("data", "dcat-ap-3.0.1"))
    assert {complaint.rpartition(" ")[0] for complaint in results} == {
        f"shapes_recommended.ttl: Warning {path}"
        for path in (DCTERMS.issued, DCTERMS.modified, DCTERMS.temporal)
    }
    assert not list(graph.objects(None, LEGISLATION))
    assert not list(graph.objects(None, VCARD.hasEmail))


@pytest.mark.parametrize(
    "property_",
    [
        DCTERMS.publisher, DCTERMS.title, DCTERMS.spatial, DCTERMS.temporal, DCTERMS.issued,
        DCAT.contactPoint, DCAT.theme, DCAT.keyword, DCAT.accessURL, DCAT.endpointURL,
        rdflib.SKOS.inScheme, rdflib.SKOS.prefLabel, SPDX.algorithm, VCARD.fn,
    ],
)  # fmt: skip
def test_dcat_ap_misses_what_is_taken_away(
    catalogue: rdflib.Graph, property_: rdflib.URIRef
) -> None:
    less = rdflib.Graph()
    for triple in catalogue:
        less.add(triple)
    assert (None, property_, None) in less
    less.remove((None, property_, None))
    results = violations(less, shared("data", "dcat-ap-3.0.1"))
    # The shapes require no name of a contact; a test below does.
    assert bool(results) == (property_ != VCARD.fn)


def test_it_is_the_same_in_every_syntax(at: str, fetch: Any, catalogue: rdflib.Graph) -> None:
    for kind, syntax in SYNTAXES.values():
        reply = fetch(f"{at}catalogue", Accept=kind)
        assert reply.kind == kind
        assert isomorphic(parse(reply, syntax), catalogue)
    assert fetch(f"{at}catalogue.ttl", Accept="*/*", method="HEAD").kind == "text/turtle"


def test_every_download_is_what_the_catalogue_claims(
    at: str, fetch: Any, catalogue: rdflib.Graph
) -> None:
    checked = []
    for file in catalogue.subjects(DCAT.downloadURL):
        address = str(catalogue.value(file, DCAT.downloadURL))
        assert address.startswith(BASE)
        reply = fetch(at + address.removeprefix(BASE), Accept_Encoding="identity")
        assert reply.status == 200, address
        checksum = catalogue.value(file, SPDX.checksum)
        digest = str(catalogue.value(checksum, SPDX.checksumValue)).lower()
        assert hashlib.sha256(reply.body).hexdigest() == digest
        assert len(reply.body) == int(str(catalogue.value(file, DCAT.byteSize)))
        packed = catalogue.value(file, DCAT.compressFormat)
        media_type = packed or catalogue.value(file, DCAT.mediaType)
        assert reply.kind == str(media_type).rpartition("media-types/")[2]
        if packed:
            plain = rdflib.URIRef(address.removesuffix(".gz"))
            for name in (DCAT.mediaType, DCTERMS["format"], DCTERMS.conformsTo):
                assert set(catalogue.objects(file, name)) == set(catalogue.objects(plain, name))
            content = fetch(at + str(plain).removeprefix(BASE), Accept_Encoding="identity").body
            assert gzip.decompress(reply.body) == content
        checked.append(address.removeprefix(f"{BASE}dumps/"))
    for dump in ("portraits.ttl", "portraits.nq", "portrait-2024.ttl", "portrait-2025.rdf"):
        assert {dump, f"{dump}.gz"} <= {*checked}
    assert {"portrait-2025.csv.gz", "portrait-2025-excel.csv.gz"} <= {*checked}
    assert f"sources/2024/{quote('portrait 2024 é#.csv')}" in checked


def test_every_dump_of_the_release_is_in_the_catalogue(
    quebec: Path, catalogue: rdflib.Graph
) -> None:
    there = (path for path in (quebec / "current" / "dumps").rglob("*") if path.is_file())
    files = {path.relative_to(quebec / "current").as_posix() for path in there}
    offered = {str(url).removeprefix(BASE) for url in catalogue.objects(None, DCAT.downloadURL)}
    assert offered == {quote(path) for path in files - {"dumps/SHA256SUMS"}}
    listed = json.loads((quebec / "current" / "manifest.json").read_text())["files"]
    assert {path for path in listed if path.startswith("dumps/")} == files - {"dumps/SHA256SUMS"}


def test_what_it_says(catalogue: rdflib.Graph) -> None:
    iri = rdflib.URIRef
    datasets = {iri(f"{BASE}id/portrait/{year}") for year in (2024, 2025)}
    series, whole = iri(f"{BASE}catalogue#serie"), iri(f"{BASE}catalogue#ensemble")
    assert set(catalogue.subjects(RDF.type, DCAT.Dataset)) == {*datasets, whole}
    assert set(catalogue.subjects(IN_SERIES, series)) == datasets
    order = iri(f"{BASE}id/cadre/arrete-2024-01")
    assert set(catalogue.subject_objects(LEGISLATION)) == {(series, order)}
    contact = iri(f"{BASE}catalogue#contact")
    assert catalogue.value(contact, VCARD.hasEmail) == iri("mailto:encadrement.ia@mcn.gouv.qc.ca")
    assert catalogue.value(contact, VCARD.fn)
    for dataset in {*datasets, whole}:
        value = catalogue.value
        assert value(dataset, DCAT.contactPoint) == contact
        assert value(dataset, DCTERMS.accrualPeriodicity) == iri(f"{EU}frequency/ANNUAL")
        titles = list(catalogue.objects(dataset, DCTERMS.title))
        assert {getattr(title, "language", None) for title in titles} == {"fr", "en"}
        assert str(value(dataset, DCTERMS.license)).endswith("licenses/by/4.0/")
        assert value(dataset, DCTERMS.provenance)
        assert value(dataset, DCTERMS.bibliographicCitation)
    # A collection as of one day, made more precise later, is no period between the two.
    day = catalogue.value(iri(f"{BASE}id/portrait/2024"), DCTERMS.temporal)
    days = [str(catalogue.value(day, name)) for name in (DCAT.startDate, DCAT.endDate)]
    assert days == ["2024-06-15", "2024-06-15"]
    assert str(catalogue.value(day, DCTERMS.modified)) == "2024-10-31"
    assert not any(isinstance(term, rdflib.BNode) for triple in catalogue for term in triple)
    hidden = {triple[0] for triple in catalogue.triples((None, rdflib.RDFS.label, None))}
    for name in (DCAT.downloadURL, DCAT.accessURL, DCAT.landingPage, DCTERMS.license):
        assert not hidden & set(catalogue.objects(None, name)), name


# The dataset's page on Données Québec, fact by fact, in words of our own: what of the catalogue
# has it, by which properties, and what stands there.
PAGE = {
    "its identifier": ("#serie", "dct:identifier", "1c9131d2-ab2a-4513-9a46-945b2bc96e1b"),
    "its page": ("#serie", "dcat:landingPage", "donneesquebec.ca/recherche/dataset/"),
    "the ministry's own site on it": ("#serie", "foaf:page", "www.quebec.ca/gouvernement/"),
    "who publishes": ("#serie", "dct:publisher/foaf:name", "Cybersécurité et du Numérique"),
    "who answers for it": (
        "#serie", "dcat:contactPoint/vcard:organization-unit", "encadrement éthique",
    ),
    "whom to write to": ("#serie", "dcat:contactPoint/vcard:hasEmail", "encadrement.ia@mcn"),
    "its licence": ("#serie", "dct:license", "/by/4.0/"),
    "its theme": ("#serie", "dcat:theme/skos:prefLabel", "Gouvernement et finances"),
    "how often it changes": ("#serie", "dct:accrualPeriodicity/skos:prefLabel", "annuel"),
    "the place": ("#serie", "dct:spatial/skos:prefLabel", "Québec"),
    "when it first came out": ("#serie", "dct:issued", "2024-11-08T16:32:00-05:00"),
    "when it last changed": ("#serie", "dct:modified", "2026-01-27T14:04:00-05:00"),
    "how to cite it": ("#serie", "dct:bibliographicCitation", "dans Données Québec, 2024"),
    "at which address": ("#serie", "dct:bibliographicCitation", "[https://www.donneesquebec.ca/"),
    "what nobody guarantees": ("#serie", "dct:rights/rdfs:label", "peuvent garantir l'exactitude"),
    "and so of its files": ("#source", "dct:rights/rdfs:label", "peuvent garantir l'exactitude"),
    "which order": ("#serie", "dcatap:applicableLegislation/dct:title", "intelligence"),
    "when the order was taken": ("#serie", "dct:description", "28 février 2024"),
    "what it is for": ("#serie", "dct:description", "perspective de transparence"),
    "and what else": ("#serie", "dct:description", "cohérence de l'action gouvernementale"),
    "what came too early": ("#serie", "dct:description", "analyse d'opportunités"),
    "what is over": ("#serie", "dct:description", "abandonnés ou en fin de cycle de vie"),
    "cyberdefence is left out": ("#serie", "dct:description", "cybersécurité et de cyberdéfense"),
    "why it is": ("#serie", "dct:description", "raisons évidentes de sécurité"),
    "names of suppliers too": ("#serie", "dct:description", "fournisseurs de solutions"),
    "in English as well": ("#serie", "dct:description", "suppliers of solutions"),
    "as of which day": ("/2024", "dct:temporal/skos:prefLabel", "Collecte en date du 15 juin 2024"),
    "made precise when": ("/2024", "dct:temporal/skos:prefLabel", "précisée le 31 octobre 2024"),
    "a file": ("#serie", "dct:hasPart/dct:title", "gouvernement Quebec 2024"),
    "another": ("#serie", "dct:hasPart/dct:title", "2024 version Excel"),
    "a third": ("#serie", "dct:hasPart/dct:title", "Quebec 2025.csv"),
    "a fourth": ("#serie", "dct:hasPart/dct:title", "2025 version Excel.xlsx"),
    "some are workbooks": ("#serie", "dct:hasPart/dct:format/skos:prefLabel", "XLSX"),
    "how big they are": ("#serie", "dct:hasPart/dct:description", "1 Mo"),
    "changed once": ("#serie", "dct:hasPart/dct:modified", "2025-01-23"),
    "what they hold": ("/2025", "dct:title", "Portrait public annuel 2025 des utilisations"),
    "a tag": ("/2025", "dcat:keyword", "Projets informatiques"),
}  # fmt: skip


@pytest.mark.parametrize(("about", "path", "value"), PAGE.values(), ids=PAGE)
def test_everything_that_the_page_of_the_dataset_says(
    catalogue: rdflib.Graph, about: str, path: str, value: str
) -> None:
    source = quote("portrait 2024 é#.csv")
    where = {"#serie": "catalogue#serie", "#source": f"dumps/sources/2024/{source}"}
    prefixes = {"dct": DCTERMS, "dcatap": "http://data.europa.eu/r5r/", "vcard": VCARD}
    subject = rdflib.URIRef(BASE + where.get(about, f"id/portrait{about}"))
    query = f"SELECT ?value {{ ?subject {path} ?value }}"
    rows = catalogue.query(query, initNs=prefixes, initBindings={"subject": subject})
    assert value in " | ".join(str(row[0]) for row in rows)  # type: ignore[index]


OPERATED = """
extends = "quebec"
layout = 1
name = "exploite"

[operator]
slug = "laboratoire-de-donnees"
name.fr = "Laboratoire de données"
name.en = "Data lab"
email = "lab@exemple.ca"
kind = "academia"
"""
DECISION = (
    "subject_id,predicate_id,predicate_modifier,object_id,mapping_justification,confidence,"
    "author_id,mapping_date\n{0}/2024,skos:exactMatch,Not,{0}/2025,à part,1,Ada,2027-02-03\n"
)
Operated = tuple[Path, rdflib.Graph]


@pytest.fixture(scope="module")
def operated(quebec: Path, portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Operated:
    """The same portraits from somebody else, who has decided once: the release, its catalogue."""
    folder = tmp_path_factory.mktemp("operated")
    (folder / "own.toml").write_text(OPERATED, encoding="utf-8")
    text = (quebec / "current/dumps/portraits.nt").read_text()
    [key] = {*re.findall(r"/id/initiative/(\w+)/2024> <\S+#inscriptionDe>", text)}
    decision = DECISION.format(f"id/initiative/{key}")
    (folder / "decisions.csv").write_text(decision, encoding="utf-8")
    sources = [
        f"{year}={next((quebec / 'current/dumps/sources' / year).iterdir())}"
        for year in ("2024", "2025")
    ]
    options = ["--layout", folder / "own.toml", "--decisions", folder / "decisions.csv"]
    to = ["--base-uri", BASE, "--to", folder / "releases"]
    done = portrait_ia("build", *sources, *options, *to)
    assert done.returncode == 0, done.stderr
    release = (folder / "releases/current").resolve()
    return release, rdflib.Graph().parse(release / "catalogue.ttl")


def test_an_operator_publishes_what_it_made_of_the_portraits(operated: Operated) -> None:
    release, graph = operated
    assert violations(graph, shared("data", "dcat-ap-3.0.1")) == set()
    lab = rdflib.URIRef(f"{BASE}id/organisme/laboratoire-de-donnees")
    assert graph.value(lab, FOAF.name)
    for place in ("catalogue", "catalogue#sparql", "catalogue#ensemble"):
        subject = rdflib.URIRef(BASE + place)
        assert set(graph.objects(subject, DCTERMS.publisher)) == {lab}, place
        contact = graph.value(subject, DCAT.contactPoint)
        assert str(graph.value(contact, VCARD.hasEmail)) == "mailto:lab@exemple.ca"
        [adapted] = graph.objects(subject, DCTERMS.rights)
        labels = " ".join(map(str, graph.objects(adapted, rdflib.RDFS.label)))
        for words in ("Adapté par Laboratoire", "Adapted by Data lab", "Cybersécurité", "/by/4.0/"):
            assert words in labels
    void = rdflib.Graph().parse(release / "void.ttl")
    whole = rdflib.URIRef(f"{BASE}catalogue#ensemble")
    assert set(void.objects(whole, DCTERMS.publisher)) == {lab}
    for place in ("catalogue#serie", "id/portrait/2024", "id/portrait/2025"):
        subject = rdflib.URIRef(BASE + place)
        [publisher] = graph.objects(subject, DCTERMS.publisher)
        assert str(publisher).endswith("cybersecurite-et-du-numerique")
        contact = graph.value(subject, DCAT.contactPoint)
        assert "encadrement.ia@mcn" in str(graph.value(contact, VCARD.hasEmail))


def test_it_says_when_the_data_changed_and_in_which_release_they_are(
    operated: Operated, quebec: Path, catalogue: rdflib.Graph
) -> None:
    release, graph = operated
    places = ("catalogue", "catalogue#ensemble", "id/portrait/2024")
    site, whole, portrait = (rdflib.URIRef(BASE + place) for place in places)
    for subject in (site, whole, portrait):
        assert str(graph.value(subject, DCTERMS.modified)) == "2027-02-03", subject
        assert str(graph.value(subject, VERSION)) == release.name
        assert str(catalogue.value(subject, VERSION)) == (quebec / "current").resolve().name
    # Nobody decided: a rule joined the two rows, on the day on which it was adopted.
    assert str(catalogue.value(whole, DCTERMS.modified)) == "2026-11-22"
    assert str(catalogue.value(portrait, DCTERMS.modified)) == "2025-01-23"
    french = rdflib.URIRef(f"{EU}language/FRA")
    for file in graph.objects(portrait, DCAT.distribution):
        is_source = "/sources/" in str(file)
        day = "2025-01-23" if is_source else "2027-02-03"
        assert str(graph.value(file, DCTERMS.modified)) == day
        assert (set(graph.objects(file, DCTERMS.language)) == {french}) == is_source


def _as_the_engine_holds(triple: Any) -> Any:
    """Return a triple as the engine stores it, which makes all whole numbers xsd:integer."""
    subject, predicate, value = triple
    if getattr(value, "datatype", None) == rdflib.XSD.nonNegativeInteger:
        value = rdflib.Literal(str(value), datatype=rdflib.XSD.integer)
    return subject, predicate, value


def test_the_store_holds_both_documents(
    quebec: Path, at: str, fetch: Any, catalogue: rdflib.Graph, void: rdflib.Graph
) -> None:
    graph = quote(f"{BASE}graph/catalogue", safe="")
    graph_triples = parse(fetch(f"{at}rdf-graph-store?graph={graph}", Accept="text/turtle"))
    union = parse(fetch(f"{at}rdf-graph-store?default", Accept="text/turtle"))
    both = {_as_the_engine_holds(triple) for triple in (*catalogue, *void)}
    assert {*graph_triples} <= both <= {*union}
    # What is not in its own graph is in another one: no engine must count a statement twice.
    others = rdflib.Graph().parse(quebec / "current/dumps/portraits.nt")
    assert both - {*graph_triples} == both & {*others}
    assert {subject for subject, _, _ in both - {*graph_triples}} <= {
        *(rdflib.URIRef(f"{BASE}id/portrait/{year}") for year in (2024, 2025)),
        rdflib.URIRef(f"{BASE}id/cadre/arrete-2024-01"),
        *catalogue.objects(None, DCTERMS.publisher),
    }


OTHERS = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{BASE}graph/catalogue>)"


def test_void_counts_are_counts(at: str, fetch: Any, void: rdflib.Graph) -> None:
    whole = void.value(rdflib.URIRef(f"{BASE}.well-known/void"), FOAF.primaryTopic)
    space = void.value(whole, VOID.uriSpace)
    queries = {
        VOID.triples: f"(COUNT(*) AS ?n) {{ {OTHERS} }}",
        VOID.distinctSubjects: f"(COUNT(DISTINCT ?s) AS ?n) {{ {OTHERS} }}",
        VOID.distinctObjects: f"(COUNT(DISTINCT ?o) AS ?n) {{ {OTHERS} }}",
        VOID.classes: f"(COUNT(DISTINCT ?o) AS ?n) {{ {OTHERS} FILTER(?p = rdf:type) }}",
        VOID.properties: f"(COUNT(DISTINCT ?p) AS ?n) {{ {OTHERS} }}",
        VOID.entities: f"(COUNT(DISTINCT ?s) AS ?n) {{ {OTHERS}"
        f' FILTER(STRSTARTS(STR(?s), "{space}")) }}',
    }
    for name, query in queries.items():
        numbers = [int(str(number)) for number in void.objects(whole, name)]
        prefix = f"PREFIX rdf: <{RDF}>"
        assert numbers == [count(at, fetch, f"{prefix} SELECT {query}")], name


def test_void_gives_the_query_whose_result_it_equals(
    at: str, fetch: Any, void: rdflib.Graph
) -> None:
    document = rdflib.URIRef(f"{BASE}.well-known/void")
    whole = void.value(document, FOAF.primaryTopic)
    query = void.value(void.value(document, DCTERMS.references), SH.select)
    reply = fetch(f"{at}sparql?{urlencode({'query': str(query)})}")
    [row] = json.loads(reply.body)["results"]["bindings"]
    assert {name: term["value"] for name, term in row.items()} == {
        name: str(void.value(whole, VOID[name]))
        for name in (
            "triples", "distinctSubjects", "distinctObjects", "properties", "classes", "entities"
        )
    }  # fmt: skip
    descriptions = list(void.objects(document, DCTERMS.description))
    assert {getattr(text, "language", None) for text in descriptions} == {"fr", "en"}
    assert all("graph/catalogue" in str(text) for text in descriptions)


PARTITIONS = pytest.mark.parametrize(
    ("partition", "kind", "measure", "query"),
    [
        (VOID.classPartition, VOID["class"], VOID.entities,
         "?s a ?x"),
        (VOID.propertyPartition, VOID.property, VOID.triples, "?s ?x ?o"),
    ],
    ids=["classes", "properties"],
)  # fmt: skip


def partitions(graph: rdflib.Graph, partition: Any, kind: Any, measure: Any) -> dict[str, int]:
    parts = list(graph.objects(None, partition))
    return {str(graph.value(part, kind)): int(str(graph.value(part, measure))) for part in parts}


def counted(at: str, fetch: Any, pattern: str) -> dict[str, int]:
    query = f"SELECT ?x (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?x"
    rows = json.loads(fetch(f"{at}sparql?{urlencode({'query': query})}").body)
    return {row["x"]["value"]: int(row["n"]["value"]) for row in rows["results"]["bindings"]}


@PARTITIONS
def test_void_partitions_are_counts(
    at: str, fetch: Any, void: rdflib.Graph, partition: Any, kind: Any, measure: Any, query: str
) -> None:
    pattern = f"GRAPH ?g {{ {query} }} FILTER(?g != <{BASE}graph/catalogue>)"
    counts = partitions(void, partition, kind, measure)
    assert counts == counted(at, fetch, pattern)
    assert len(counts) > 20


def test_void_linksets_are_links(at: str, fetch: Any, void: rdflib.Graph) -> None:
    spaces = set()
    for links in void.subjects(RDF.type, VOID.Linkset):
        target, predicate = (
            void.value(links, VOID.objectsTarget),
            void.value(links, VOID.linkPredicate),
        )
        space = void.value(target, VOID.uriSpace)
        query = f"""SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o FILTER(
            ISIRI(?o) && STRSTARTS(STR(?o), "{space}") && STRSTARTS(STR(?s), "{BASE}")) }}"""
        assert int(str(void.value(links, VOID.triples))) == count(at, fetch, query) > 0
        spaces.add(str(space))
    assert {"http://www.wikidata.org/entity/", "https://ror.org/"} <= spaces


def test_void_subsets_and_dumps(at: str, fetch: Any, void: rdflib.Graph) -> None:
    for year in (2024, 2025):
        subset = rdflib.URIRef(f"{BASE}id/portrait/{year}")
        assert (None, VOID.subset, subset) in void
        dumps = list(void.objects(subset, VOID.dataDump))
        assert len(dumps) == 4
        size = int(str(void.value(subset, VOID.triples)))
        lines = fetch(f"{at}dumps/portrait-{year}.nt").text.splitlines()
        assert size == len(lines)


def test_void_names_the_formats_of_dumps_as_the_w3c_does(void: rdflib.Graph) -> None:
    iris = {str(name) for name in void.objects(None, VOID.feature)}
    names = {name.removeprefix("http://www.w3.org/ns/formats/") for name in iris}
    assert names == {"Turtle", "JSON-LD", "N-Triples", "RDF_XML", "N-Quads", "TriG"}


def test_void_is_negotiated(at: str, fetch: Any, void: rdflib.Graph) -> None:
    for suffix, (kind, syntax) in SYNTAXES.items():
        for reply in (
            fetch(f"{at}.well-known/void", Accept=kind),
            fetch(f"{at}.well-known/void.{suffix}"),
        ):
            assert reply.kind == kind
            assert isomorphic(parse(reply, syntax), void)
    assert fetch(f"{at}.well-known/void", Accept="image/png").status == 406
    assert fetch(f"{at}.well-known/void.nq").status == 406


@PARTITIONS
def test_the_service_description_counts_the_catalogue_too(
    at: str, fetch: Any, partition: Any, kind: Any, measure: Any, query: str
) -> None:
    counts = partitions(parse(fetch(f"{at}sparql", Accept="text/turtle")), partition, kind, measure)
    assert counts == counted(at, fetch, query)
    assert any(iri.startswith(str(DCAT)) for iri in counts)


def test_the_page_shows_every_file_in_both_languages(
    at: str, fetch: Any, catalogue: rdflib.Graph
) -> None:
    for language, word in (("fr", "Fichiers et accès"), ("en", "Files and access")):
        text = fetch(f"{at}catalogue.html?lang={language}").text
        assert text.count(word) == 3
        for checksum in catalogue.objects(None, SPDX.checksumValue):
            assert str(checksum).lower() in text
        headings_with_markup = re.findall(r"<h[23]>(.*?)</h[23]>", text)
        headings = [
            re.sub("<[^>]+>", "", heading) for heading in headings_with_markup if heading != word
        ]
        assert len(headings) == len(set(headings)) > 30
        for anchor in ("serie", "ensemble", "contact", "sparql", "formes"):
            assert f'<section id="{anchor}">' in text


def test_a_release_of_an_earlier_version_has_a_catalogue_too(
    site: str, fetch: Any, base_uri: str
) -> None:
    """Such a catalogue is in the store only, and there is no VoID description."""
    assert ox.parse(fetch(f"{site}catalogue.ttl").body, format=ox.RdfFormat.TURTLE)
    assert fetch(f"{site}.well-known/void").status == 404


def test_a_document_names_the_dataset_that_it_is_of(at: str, fetch: Any) -> None:
    document = parse(fetch(f"{at}doc/portrait/2025.ttl"))
    iri = rdflib.URIRef(f"{BASE}doc/portrait/2025")
    assert document.value(iri, VOID.inDataset) == rdflib.URIRef(f"{BASE}catalogue#ensemble")


def test_the_page_begins_with_what_it_holds_and_folds_the_small_print(at: str, fetch: Any) -> None:
    page = fetch(f"{at}catalogue", Accept="text/html").text
    listed = re.search(r'<ul class="sections">(.*?)</ul>', page, re.DOTALL)
    assert listed
    named = re.findall(r'href="#([^"]+)"', listed[1])
    assert len(named) == len(set(named)) >= 6  # catalogue, series, three datasets, service, rest
    for anchor in named:
        assert len(re.findall(rf'<(?:section|details) id="{re.escape(anchor)}"', page)) == 1
    assert page.index('<details id="rest">') > page.index('class="files"')


def test_the_page_puts_a_compressed_copy_beside_its_file(at: str, fetch: Any) -> None:
    page = fetch(f"{at}catalogue", Accept="text/html").text
    lines = re.findall(r"<li>\s*<p>(.*?)</p>", page, re.DOTALL)
    packed = [line for line in lines if ".gz<" in line]
    assert packed
    for line in packed:
        first, second = re.findall(r'href="([^"]+)"', line)
        assert second == f"{first}.gz"
