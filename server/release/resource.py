"""Find the statements about a resource, and build the document about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

import pyoxigraph as ox

from server.release import queries
from server.release.current import Release
from transform.rdf.namespaces import DCTERMS, FOAF, RDF_TYPE, RDFS, VOID

MOST_POINTING = 1000
_CLASS = f"{VOID}class"
_HAS_VERSION = f"{DCTERMS}hasVersion"
_RDF_TYPE = ox.NamedNode(RDF_TYPE)
_IN_DATASET = ox.NamedNode(f"{VOID}inDataset")
_LICENCE = ox.NamedNode(f"{DCTERMS}license")


@dataclass(frozen=True)
class Resource:
    """A resource: its statements, the labels of what they mention, and what points at it.

    `entries` are the statements of the entries of an initiative. What points at a collection is
    what points by its type at the class of its members.
    """

    iri: str
    says: list[ox.Triple]
    labels: list[ox.Triple]
    pointing: list[ox.Triple]
    entries: list[ox.Triple]

    @property
    def member_class(self) -> str | None:
        """Return the class of the members of a collection; None for another resource."""
        classes = (t.object for t in self.says if t.predicate.value == _CLASS)
        return next((c.value for c in classes if isinstance(c, ox.NamedNode)), None)

    @property
    def pointing_is_cut(self) -> bool:
        """Check whether more statements point at it than are listed."""
        return len(self.pointing) > MOST_POINTING


def find_resource(release: Release, iri: str) -> Resource | None:
    """Return a resource, or None when no statement mentions it.

    What points at it is read only where nothing else is said of it: see `add_pointing`.
    """
    try:
        ox.NamedNode(iri)
    except ValueError:  # not an IRI, so no statement mentions it
        return None
    says = queries.find_triples(release, "says", resource=iri)
    if not says:
        pointing = queries.find_triples(release, "pointing", resource=iri)
        return Resource(iri, [], [], pointing, []) if pointing else None
    entries: list[ox.Triple] = []
    if any(t.predicate.value == _HAS_VERSION for t in says):
        entries = queries.find_triples(release, "entries", resource=iri)
    return Resource(iri, says, queries.find_triples(release, "labels", resource=iri), [], entries)


def add_pointing(release: Release, resource: Resource) -> Resource:
    """Return a resource with what points at it, and one thing more than is listed."""
    if kind := resource.member_class:
        return replace(resource, pointing=queries.find_triples(release, "members", kind=kind))
    pointing = queries.find_triples(release, "pointing", resource=resource.iri)
    return replace(resource, pointing=pointing)


def find_replacement(release: Release, iri: str) -> str | None:
    """Return the IRI of the replacement of a resource, or None if it was not replaced."""
    try:
        ox.NamedNode(iri)
    except ValueError:
        return None
    rows = queries.find_rows(release, "replaced", resource=iri)
    return rows[0]["by"]["value"] if rows else None


def document(
    resource: Resource, document_iri: str, release: Release, pointing: bool = True
) -> Iterator[ox.Triple]:
    """Yield the triples of a document about a resource: about the document, then its topic."""
    yield from about_document(document_iri, release, resource.iri)
    if pointing and resource.pointing_is_cut:
        yield from _about_the_limit(document_iri, resource, release)
    yield from resource.says
    others = [*resource.labels, *resource.entries]
    if pointing:
        others += resource.pointing[:MOST_POINTING]
        if kind := resource.member_class:
            others += queries.find_triples(release, "member-labels", kind=kind)
    # Writers group adjacent triples; those of the resource itself are written already.
    own = ox.NamedNode(resource.iri)
    yield from queries.sort_triples(t for t in set(others) if t.subject != own)


def about_document(
    document_iri: str, release: Release, topic: str | None = None
) -> Iterator[ox.Triple]:
    """Yield the triples about a document: its topic, its licence, and the notice on examples."""
    node = ox.NamedNode(document_iri)
    yield ox.Triple(node, _RDF_TYPE, ox.NamedNode(f"{FOAF}Document"))
    if topic is not None:
        yield ox.Triple(node, ox.NamedNode(f"{FOAF}primaryTopic"), ox.NamedNode(topic))
        if "void.nt" in release.manifest["files"]:
            dataset = ox.NamedNode(f"{release.base_uri}catalogue#ensemble")
            yield ox.Triple(node, _IN_DATASET, dataset)
    if licence := release.manifest["series"].get("licence"):
        yield ox.Triple(node, _LICENCE, ox.NamedNode(licence))
    for language, text in (release.manifest.get("notice") or {}).items():
        yield _comment(node, text, language)


def _about_the_limit(
    document_iri: str, resource: Resource, release: Release
) -> Iterator[ox.Triple]:
    node = ox.NamedNode(document_iri)
    pattern = f"?s ?p <{resource.iri}>"
    if resource.member_class:
        pattern = f"?s a <{resource.member_class}>"
    query = f"CONSTRUCT {{ {pattern} }} WHERE {{ {pattern} }}"
    whole = f"{release.base_uri}sparql?query={quote(query, safe='')}"
    yield ox.Triple(node, ox.NamedNode(f"{RDFS}seeAlso"), ox.NamedNode(whole))
    cut = {
        "fr": f"Seuls {MOST_POINTING} des énoncés qui mènent à cette ressource sont ici ;"
        " tous sont à rdfs:seeAlso.",
        "en": f"Only {MOST_POINTING} of the statements that point at this resource are here;"
        " all are at rdfs:seeAlso.",
    }
    for language, text in cut.items():
        yield _comment(node, text, language)


def _comment(node: ox.NamedNode, text: str, language: str) -> ox.Triple:
    return ox.Triple(node, ox.NamedNode(f"{RDFS}comment"), ox.Literal(text, language=language))
