"""Write solutions as CSV cell by cell, for queries that can make triple terms.

The engine's writer quotes the text inside such a term and not the cell, so that a reader splits
the cell at its first comma. Source: SPARQL 1.2 Query Results CSV and TSV Formats, «Serializing RDF
Terms».
"""

import csv
import io
import re

import pyoxigraph as ox

from transform.rdf.syntaxes import Sink

# A release holds no triple term: only the text of a query can make one.
_MADE_IN_A_QUERY = re.compile(r"<<|TRIPLE|\\u", re.IGNORECASE)
_ROWS = 1000  # rows written at once


def may_hold_triple_terms(text: str) -> bool:
    """Return whether the answer to a query may hold triple terms."""
    return bool(_MADE_IN_A_QUERY.search(text))


def write_csv(solutions: ox.QuerySolutions, out: Sink) -> None:
    """Write solutions as SPARQL CSV, with cells of triple terms quoted."""
    part = io.StringIO(newline="")
    writer = csv.writer(part, lineterminator="\r\n")
    part.write(",".join(variable.value for variable in solutions.variables) + "\r\n")
    for number, solution in enumerate(solutions):
        cells = ["" if term is None else _cell(term) for term in solution]
        # `csv` writes a row of one empty cell as «""», and no line without variables.
        writer.writerow(cells) if len(cells) > 1 or any(cells) else part.write("\r\n")
        if number % _ROWS == 0:
            out.write(part.getvalue().encode())
            part.seek(0)
            part.truncate()
    out.write(part.getvalue().encode())


def _cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(term, ox.Triple):
        value = term.object
        text = _cell(value)
        if isinstance(value, ox.Literal):
            text = '"' + text.replace('"', '""') + '"'
        return f"<<( {_cell(term.subject)} {term.predicate.value} {text} )>>"
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value
