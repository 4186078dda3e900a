"""Find prefixes that a query uses without declaring them."""

from server.engine.diagnostics.mistake import Mistake
from server.engine.diagnostics.tokens import Token
from transform.text.message import message

# Prefixes that are often forgotten: those of Wikidata, DBpedia
# and common vocabularies, with the namespaces that prefix.cc lists first.
_KNOWN = {
    "adms": "http://www.w3.org/ns/adms#",
    "bd": "http://www.bigdata.com/rdf#",
    "dbo": "http://dbpedia.org/ontology/",
    "dbp": "http://dbpedia.org/property/",
    "dbr": "http://dbpedia.org/resource/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "p": "http://www.wikidata.org/prop/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "prov": "http://www.w3.org/ns/prov#",
    "ps": "http://www.wikidata.org/prop/statement/",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wikibase": "http://wikiba.se/ontology#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def find_undeclared(tokens: list[Token], ours: str) -> Mistake | None:
    """Return the first name whose prefix is not declared before it; `ours` is that of pia."""
    declared: set[str] = set()
    before = ""
    for token in tokens:
        if token.kind in ("ns", "pname"):
            prefix = token.text.partition(":")[0]
            if before == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                iri = ours if prefix == "pia" else _KNOWN.get(prefix, "…")
                reason = message(
                    "diagnostics.undeclared", name=token.text[:80], prefix=prefix[:40], iri=iri
                )
                return Mistake(token.start, reason)
        before = token.kind
    return None
