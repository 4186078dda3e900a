"""Write what defines a release beside its data: shapes, earlier vocabularies, the crosswalk."""

import re
from collections.abc import Iterable

import ontology
import shapes
from transform.layouts.model import Languages
from transform.rdf.namespaces import at_home
from transform.release.crosswalk import CROSSWALK, write_crosswalk
from transform.validation.tiers import read_tiers

SHAPES = "shapes.ttl"


def version_path(version: str) -> str:
    """Return the path of the Turtle of an earlier version of the vocabulary, in a release."""
    return f"def/{version}.ttl"


def definitions(base_uri: str, vocabulary: Iterable[str], languages: Languages) -> dict[str, bytes]:
    """Return shapes, earlier vocabularies and the crosswalk, by path in the release.

    `vocabulary` are the N-Triples of its graph, `languages` those of the register.
    """
    earlier = {
        version_path(version): f"@base <{base_uri}> .\n\n".encode() + at_home(content, base_uri)
        for version, content in sorted(ontology.read_versions().items())
    }
    crosswalk = write_crosswalk(vocabulary, base_uri, languages.tags)
    return {SHAPES: _all_shapes(base_uri, languages), CROSSWALK: crosswalk, **earlier}


def _all_shapes(base_uri: str, languages: Languages) -> bytes:
    """Return the shapes of all tiers for a register's languages, in its words, as one Turtle file.

    An xsd:anyURI is a literal, which no parser makes absolute: it is written as such.
    """
    tiers = b"\n".join(read_tiers(shapes.TIERS, base_uri, languages))
    absolute = re.sub(r'(?<=sh:namespace ")(?=[^":]*")', base_uri, tiers.decode())
    return f"@base <{base_uri}> .\n\n{absolute}".encode()
