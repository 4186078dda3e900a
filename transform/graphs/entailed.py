"""Write what a reasoner would infer, for clients that have none: labels, classes, inverses.

A client that knows only rdfs:label, org:Organization or skos:narrower then finds what is below
`id/`. The catalogue has none of it: CKAN shows a label in the place of the IRI that it wants.
"""

from collections.abc import Collection, Iterator

from transform.rdf.namespaces import (
    ORG,
    PREF_LABEL,
    RDF_TYPE,
    RDFS,
    SCHEMA,
    SKOS,
    SUB_ORGANIZATION_OF,
    vocabulary_of,
)
from transform.rdf.ntriples import Line

_INVERSE = {
    f"<{SKOS}broader>": f"<{SKOS}narrower>",
    f"<{SUB_ORGANIZATION_OF}>": f"<{ORG}hasSubOrganization>",
    f"<{SKOS}topConceptOf>": f"<{SKOS}hasTopConcept>",
}
_BODY_CLASSES = (f"<{ORG}FormalOrganization>", f"<{ORG}Organization>")


def entailed_lines(lines: Collection[Line], base_uri: str) -> Iterator[Line]:
    """Yield what follows from the statements of a graph about things below `id/`."""
    ours = f"<{base_uri}id/"
    is_body = f"<{RDF_TYPE}>", f"<{vocabulary_of(base_uri)}Organisme>"
    bodies = {about for about, *rest in lines if tuple(rest) == is_body}
    for about in bodies:
        for class_ in _BODY_CLASSES:
            yield about, f"<{RDF_TYPE}>", class_
    for about, predicate, value in lines:
        if inverse := _INVERSE.get(predicate):
            yield value, inverse, about
        elif predicate == f"<{PREF_LABEL}>" and about.startswith(ours):
            yield about, f"<{RDFS}label>", value
            if about in bodies:
                yield about, f"<{SCHEMA}name>", value
