"""Write what a release is defined by beside its data: the shapes, and earlier vocabularies."""

import ontology
import shapes

SHAPES = "shapes.ttl"


def version_path(version: str) -> str:
    """Return the path of the Turtle of an earlier version of the vocabulary, in a release."""
    return f"def/{version}.ttl"


def definitions(base_uri: str) -> dict[str, bytes]:
    """Return the Turtle of the shapes and of earlier vocabularies, by path in the release."""
    earlier = {
        version_path(version): f"@base <{base_uri}> .\n\n".encode() + content
        for version, content in sorted(ontology.read_versions().items())
    }
    return {SHAPES: shapes.read_all(base_uri), **earlier}
