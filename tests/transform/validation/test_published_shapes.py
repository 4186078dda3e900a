"""What a release says of itself: its statements pass its shapes, with pySHACL as anyone runs it."""

from pathlib import Path

import pyshacl
import rdflib


def test_a_release_passes_the_shapes_that_it_publishes(example: Path) -> None:
    """By rdflib's SPARQL, which knows what SPARQL 1.1 defines and no cast beyond it."""
    release = example / "current"
    data = rdflib.Graph().parse(release / "dumps" / "portraits.ttl")
    shapes = rdflib.Graph().parse(release / "shapes.ttl")
    conforms, _, report = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, report
