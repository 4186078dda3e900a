"""Write the comparison of two portraits as a command gives it: table, CSV or Turtle."""

import pyoxigraph as ox

from transform.changes import Sides, compare
from transform.differences import comparison_lines
from transform.formats import BY_SUFFIX, write_bytes
from transform.listing import as_csv, list_changes
from transform.rdf.ntriples import in_order
from transform.tabletext import as_text


def tell(sides: Sides, base_uri: str, form: str, language: str) -> bytes:
    """Give the comparison in one of the forms «table», «csv» and «ttl», in UTF-8."""
    found = compare(sides)
    if form == "csv":
        return as_csv(list_changes(sides, found, base_uri, language)).encode()
    if form == "table":
        return as_text(found, lambda path: sides.names.label(path, language), language).encode()
    lines = "".join(in_order(comparison_lines(found, sides.names, base_uri))).encode()
    quads = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    return write_bytes((quad.triple for quad in quads), BY_SUFFIX["ttl"], base_uri)
