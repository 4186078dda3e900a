"""Write what each initiative is called, and in which portraits it stands."""

from collections.abc import Iterator, Mapping

from transform.graphs.mapping import MappingContext, subject
from transform.graphs.prepared import Prepared, published
from transform.rdf.namespaces import DCTERMS, RDF_TYPE, RDFS
from transform.rdf.ntriples import in_order, literal


def initiatives(work: Prepared, rejected: Mapping[int, set[str]]) -> Iterator[str]:
    """Give the N-Triples of each initiative, one string an initiative, in the order of keys."""
    years: dict[str, list[tuple[MappingContext, str]]] = {}
    for setting in work.settings:
        for place in published(work, setting, rejected):
            if name := place.row.cells.nom.strip():
                years.setdefault(place.key, []).append((setting, name))
    for key in sorted(years):
        newest, name = years[key][-1]
        about = f"<{work.base_uri}id/initiative/{key}>"
        lines = [(about, f"<{RDF_TYPE}>", f"<{work.base_uri}def#Initiative>")]
        lines.append((about, f"<{RDFS}label>", literal(name, newest.layout.language)))
        for setting, _ in years[key]:
            inscription = subject(work.base_uri, key, setting.reading.year)
            lines.append((about, f"<{DCTERMS}hasVersion>", f"<{inscription}>"))
        yield "".join(in_order(lines))
