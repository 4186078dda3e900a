"""Write the comparison of two portraits in the formats of `diff`: table, CSV or Turtle."""

import pyoxigraph as ox

from transform.comparison.change_list import as_csv, list_changes
from transform.comparison.compare import Sides, compare
from transform.comparison.graph import comparison_lines
from transform.comparison.text_table import as_text
from transform.rdf.ntriples import in_order
from transform.rdf.syntaxes import BY_SUFFIX, write_bytes


def write_differences(sides: Sides, base_uri: str, form: str, language: str) -> bytes:
    """Write the comparison in one of the formats «table», «csv» and «ttl», in UTF-8."""
    comparison = compare(sides)
    if form == "csv":
        return as_csv(list_changes(sides, comparison, base_uri, language)).encode()
    if form == "table":
        return as_text(
            comparison, lambda path: sides.names.label(path, language), language
        ).encode()
    lines = "".join(in_order(comparison_lines(comparison, sides.names, base_uri))).encode()
    quads = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    return write_bytes((quad.triple for quad in quads), BY_SUFFIX["ttl"], base_uri)
