"""Hold a catalogue against the shapes of DCAT-AP 3.0.1, mended where they are known to be wrong."""

import re
from pathlib import Path

import rdflib
from pyshacl import validate
from rdflib import RDF, SH, URIRef

FILES = ("shapes.ttl", "range.ttl", "shapes_recommended.ttl", "mdr-vocabularies.shape.ttl")
SPDX_PATTERN = rdflib.Literal("^https://spdx.org/rdf/terms")
R5R = "http://data.europa.eu/r5r#"


def read_shapes(file: Path) -> rdflib.Graph:
    """Read a file of shapes without its known defects."""
    shapes = rdflib.Graph().parse(file)
    for shape in shapes.subjects(SH.pattern, SPDX_PATTERN):
        # The namespace of SPDX begins with http.
        shapes.set((shape, SH.pattern, rdflib.Literal("^http://spdx.org/rdf/terms")))
    # A list of bodies of the EU, which no other publisher is in.
    for shape in list(shapes.subjects(SH.node, URIRef(f"{R5R}CorporateBodyRestriction"))):
        shapes.remove((shape, SH.node, URIRef(f"{R5R}CorporateBodyRestriction")))
    # Property shapes without a path: pySHACL refuses the whole file.
    for node in list(shapes.objects(None, SH.property)):
        if (node, SH.path, None) not in shapes:
            shapes.remove((None, SH.property, node))
    # Relaxed in 3.0.1.
    for path in (rdflib.DCTERMS.rights, rdflib.DCAT.spatialResolutionInMeters):
        for shape in shapes.subjects(SH.path, path):
            shapes.remove((shape, SH.maxCount, None))
    return shapes


def complaints(data: rdflib.Graph, folder: Path) -> set[str]:
    """Give what the shapes say of a catalogue: severity, path and focus; file by file."""
    found = set()
    for name in FILES:
        _, report, _ = validate(data, shacl_graph=read_shapes(folder / name))
        assert isinstance(report, rdflib.Graph)
        for result in report.subjects(RDF.type, SH.ValidationResult):
            severity, path, focus = (
                report.value(result, p) for p in (SH.resultSeverity, SH.resultPath, SH.focusNode)
            )
            said = " ".join(str(x) for x in (severity, path, focus))
            found.add(re.sub(r"http://www.w3.org/ns/shacl#", "", f"{name}: {said}"))
    return found
