"""Describe the data in VoID: how many statements, classes and properties, and links to others.

Source: «Describing Linked Datasets with the VoID Vocabulary» (W3C, 2011).
"""

from collections.abc import Iterator, Mapping

import ontology
from transform.catalogue import agents
from transform.catalogue.datasets import ADAPTATION, Dataset
from transform.catalogue.dcat import CatalogueContents
from transform.catalogue.distributions import DistributionFile
from transform.catalogue.statements import (
    bilingual,
    statements,
    term,
    texts,
    typed,
)
from transform.catalogue.statistics import TARGETS, Numbers
from transform.graphs.named_graphs import graph_lines
from transform.rdf.jsonld import prefixes_of
from transform.rdf.namespaces import SKOS, ontology_of, vocabulary_of
from transform.rdf.ntriples import Line, literal
from transform.rdf.syntaxes import BY_MEDIA_TYPE
from transform.release.crosswalk import CROSSWALK

# Computes the numbers of the description, under the names of VoID.
_QUERY = """\
SELECT (COUNT(*) AS ?triples)
       (COUNT(DISTINCT ?s) AS ?distinctSubjects)
       (COUNT(DISTINCT ?o) AS ?distinctObjects)
       (COUNT(DISTINCT ?p) AS ?properties)
       (COUNT(DISTINCT ?class) AS ?classes)
       (COUNT(DISTINCT ?entity) AS ?entities)
WHERE {{
  GRAPH ?g {{ ?s ?p ?o }}
  FILTER(?g != <{base}graph/catalogue>)
  BIND(IF(?p = <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>, ?o, ?none) AS ?class)
  BIND(IF(STRSTARTS(STR(?s), "{base}id/"), ?s, ?none) AS ?entity)
}}
"""


def void_lines(
    offer: CatalogueContents, numbers: Numbers, dumps: Mapping[int, int]
) -> Iterator[Line]:
    """Yield the statements of the description.

    `numbers` count every named graph but `graph/catalogue`, which holds this description: its own
    digits would change a sum that included it. `dumps` count the statements in those of each year.
    """
    base = offer.base_uri
    document, dataset_iri = f"<{base}.well-known/void>", f"<{base}catalogue#ensemble>"
    query = f"<{base}.well-known/void#requete>"
    yield from statements(
        document,
        {
            "a": [term("void:DatasetDescription"), term("foaf:Document")],
            "dct:title": bilingual(
                "Ce que les données contiennent (VoID)", "What the data holds (VoID)"
            ),
            "dct:description": bilingual(
                "Les nombres comptent tous les graphes nommés sauf graph/catalogue, qui contient "
                "cette description. La requête SPARQL jointe donne les mêmes.",
                "The numbers count every named graph but graph/catalogue, which holds this "
                "description. The SPARQL query that goes with it gives the same.",
            ),
            "dct:license": f"<{offer.layout.licence}>",
            "dct:references": query,
            "foaf:primaryTopic": dataset_iri,
        },
    )
    yield from statements(
        query,
        {
            "a": term("sh:SPARQLSelectExecutable"),
            "dct:title": bilingual(
                "Requête qui compte ce que VoID compte", "Query that counts what VoID counts"
            ),
            "sh:select": literal(_QUERY.format(base=base)),
        },
    )
    yield from graph_lines(base, "catalogue", offer.layout)
    yield from _whole(offer, numbers, dataset_iri)
    yield from _partitions(base, dataset_iri, numbers)
    yield from _editions(offer, dataset_iri, dumps)
    yield from _linksets(base, dataset_iri, numbers)


def _whole(offer: CatalogueContents, numbers: Numbers, dataset_iri: str) -> Iterator[Line]:
    base, layout, all_portraits = offer.base_uri, offer.layout, offer.datasets[-1]
    newest = max(edition.year for edition in offer.editions)
    ours = [f"id/portrait/{newest}", f"id/organisme/{layout.publisher.slug}", "sparql"]
    resources = [*(f"{base}{path}" for path in ours), ontology_of(base)]
    rdf = _dumps(all_portraits)
    spaces = prefixes_of(ontology.context(vocabulary_of(base))).values()
    used = [
        namespace
        for namespace in spaces
        if any(name.startswith(namespace) for name in numbers.properties)
    ]
    yield from statements(
        dataset_iri,
        {
            "a": term("void:Dataset"),
            "dct:title": texts(all_portraits.shared.title),
            "dct:description": texts(all_portraits.description),
            "dct:publisher": agents.agent_iri(base, layout.operator),
            "dct:license": f"<{layout.licence}>",
            "dct:issued": typed(all_portraits.shared.issued, "xsd:date"),
            "dct:modified": typed(all_portraits.shared.modified, "xsd:date"),
            "dct:rights": f"<{base}{ADAPTATION}>",
            "dcat:version": literal(offer.release) if offer.release else None,
            "dct:source": sorted({f"<{edition.source_url}>" for edition in offer.editions}),
            "foaf:homepage": f"<{base}>",
            "void:sparqlEndpoint": f"<{base}sparql>",
            "void:uriSpace": literal(f"{base}id/"),
            "void:dataDump": [f"<{file.url}>" for file in rdf],
            "void:feature": [f"<{BY_MEDIA_TYPE[file.media_type].iri}>" for file in rdf],
            "void:vocabulary": [f"<{space}>" for space in used],
            "void:exampleResource": [f"<{iri}>" for iri in resources],
            "void:rootResource": f"<{base}catalogue>",
            "void:triples": _number(numbers.triples),
            "void:entities": _number(numbers.entities),
            "void:distinctSubjects": _number(numbers.subjects),
            "void:distinctObjects": _number(numbers.objects),
            "void:classes": _number(len(numbers.classes)),
            "void:properties": _number(len(numbers.properties)),
        },
    )


def _dumps(dataset: Dataset) -> list[DistributionFile]:
    return [file for file in dataset.files if file.is_rdf and not file.packed]


def _partitions(base: str, dataset_iri: str, numbers: Numbers) -> Iterator[Line]:
    parts = (
        ("classe", "void:classPartition", "void:class", "void:entities", numbers.classes),
        (
            "propriete",
            "void:propertyPartition",
            "void:property",
            "void:triples",
            numbers.properties,
        ),
    )
    for name, partition, kind, measure, counts in parts:
        for place, (iri, number) in enumerate(sorted(counts.items()), start=1):
            part = f"<{base}.well-known/void#{name}-{place}>"
            yield dataset_iri, term(partition), part
            yield from statements(part, {kind: f"<{iri}>", measure: _number(number)})


def _editions(
    offer: CatalogueContents, dataset_iri: str, counts: Mapping[int, int]
) -> Iterator[Line]:
    for dataset in offer.datasets:
        if dataset.year is None:
            continue
        yield dataset_iri, term("void:subset"), dataset.iri
        dumps = [f"<{file.url}>" for file in _dumps(dataset)]
        size = _number(counts[dataset.year])
        properties = {"a": term("void:Dataset"), "void:triples": size, "void:dataDump": dumps}
        yield from statements(dataset.iri, properties)


def _linksets(base: str, dataset_iri: str, numbers: Numbers) -> Iterator[Line]:
    crosswalk = f"<{base}{CROSSWALK}>"
    for place, ((name, predicate), number) in enumerate(sorted(numbers.links.items()), start=1):
        start, page, title = TARGETS[name]
        target, links = (f"<{base}.well-known/void#{end}>" for end in (name, f"liens-{place}"))
        yield dataset_iri, term("void:subset"), links
        yield from statements(
            links,
            {
                "a": term("void:Linkset"),
                "void:subjectsTarget": dataset_iri,
                "void:objectsTarget": target,
                "void:linkPredicate": f"<{predicate}>",
                "void:triples": _number(number),
                "rdfs:seeAlso": crosswalk if predicate.startswith(SKOS) else None,
            },
        )
        yield from statements(
            target,
            {
                "a": term("void:Dataset"),
                "dct:title": literal(title, "en"),
                "foaf:homepage": f"<{page}>",
                "void:uriSpace": literal(start),
            },
        )


def _number(number: int) -> list[str]:
    return typed(str(number), "xsd:integer")
