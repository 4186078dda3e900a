"""Validate a catalogue against the shapes of DCAT-AP 3.0.1, with known errors corrected."""

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
    # A list of EU bodies, to which no other publisher belongs.
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


def violations(data: rdflib.Graph, folder: Path) -> set[str]:
    """Return the findings on a catalogue by file of shapes: severity, path and focus."""
    findings = set()
    for name in FILES:
        _, report, _ = validate(data, shacl_graph=read_shapes(folder / name))
        assert isinstance(report, rdflib.Graph)
        for result in report.subjects(RDF.type, SH.ValidationResult):
            severity, path, focus = (
                report.value(result, p) for p in (SH.resultSeverity, SH.resultPath, SH.focusNode)
            )
            finding = " ".join(str(x) for x in (severity, path, focus))
            findings.add(re.sub(r"http://www.w3.org/ns/shacl#", "", f"{name}: {finding}"))
    return findings
