"""Define the namespaces of the vocabularies that releases use."""

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCTERMS = "http://purl.org/dc/terms/"
ELI = "http://data.europa.eu/eli/ontology#"
EU_AUTHORITY = "http://publications.europa.eu/resource/authority/"
FOAF = "http://xmlns.com/foaf/0.1/"
GEOSPARQL = "http://www.opengis.net/ont/geosparql#"
IANA_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
LICENCE_TYPE = "http://purl.org/adms/licencetype/"
ORCID = "https://orcid.org/"
ORG = "http://www.w3.org/ns/org#"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
QB = "http://purl.org/linked-data/cube#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SEMAPV = "https://w3id.org/semapv/vocab/"
SERVICE_DESCRIPTION = "http://www.w3.org/ns/sparql-service-description#"
SHACL = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
SSSOM = "https://w3id.org/sssom/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"
W3C_FORMATS = "http://www.w3.org/ns/formats/"
XSD = "http://www.w3.org/2001/XMLSchema#"

IN_SCHEME = f"{SKOS}inScheme"
# The properties that name a thing, the ones to show first before the others.
NAMING = (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCTERMS}title", f"{FOAF}name")
IS_REPLACED_BY = f"{DCTERMS}isReplacedBy"
PREF_LABEL = f"{SKOS}prefLabel"
RDF_TYPE = f"{RDF}type"
SAME_AS = f"{SCHEMA}sameAs"


def property_iri(name: str, base_uri: str) -> str:
    """Return the IRI of a property written with its prefix, such as `pia:statut`."""
    spaces = {"dcterms": DCTERMS, "pia": f"{base_uri}def#", "prov": PROV, "rdf": RDF, "rdfs": RDFS}
    prefix, _, local = name.partition(":")
    return spaces[prefix] + local
