"""Write what defines a release beside its data: shapes, earlier vocabularies, the crosswalk."""

from collections.abc import Iterable

import ontology
import shapes
from transform.release.crosswalk import CROSSWALK, write_crosswalk

SHAPES = "shapes.ttl"


def version_path(version: str) -> str:
    """Return the path of the Turtle of an earlier version of the vocabulary, in a release."""
    return f"def/{version}.ttl"


def definitions(base_uri: str, vocabulary: Iterable[str]) -> dict[str, bytes]:
    """Return shapes, earlier vocabularies and the crosswalk, by path in the release.

    `vocabulary` are the N-Triples of its graph.
    """
    earlier = {
        version_path(version): f"@base <{base_uri}> .\n\n".encode() + content
        for version, content in sorted(ontology.read_versions().items())
    }
    crosswalk = write_crosswalk(vocabulary, base_uri)
    return {SHAPES: shapes.read_all(base_uri), CROSSWALK: crosswalk, **earlier}
