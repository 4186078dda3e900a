"""Write what each initiative is called, in which portraits it stands, and which entry is last."""

from collections.abc import Iterator

from transform.graphs.mapping import subject
from transform.graphs.prepared import Prepared, Rejected
from transform.graphs.vocabulary import are_systems
from transform.rdf.namespaces import AIRO, DCTERMS, DPV_AI, RDF_TYPE, RDFS, vocabulary_of
from transform.rdf.ntriples import in_order, integer, literal


def initiatives(work: Prepared, rejected: Rejected) -> Iterator[str]:
    """Return the N-Triples of each initiative, one string an initiative, in the order of keys."""
    languages = {setting.reading.year: setting.layout.language for setting in work.settings}
    pia = vocabulary_of(work.base_uri)
    systems = are_systems(work.vocabulary, work.base_uri)
    categories: dict[str, set[str]] = {}
    named: dict[str, list[tuple[int, str]]] = {}
    for year in work.rows:
        for row in work.published(year, rejected):
            if name := row.row.cells.nom.strip():
                named.setdefault(row.key, []).append((year, name))
                if row.concepts.categorie:
                    categories.setdefault(row.key, set()).add(row.concepts.categorie)
    for key in sorted(named):
        newest, name = named[key][-1]
        about = f"<{work.base_uri}id/initiative/{key}>"
        lines = [(about, f"<{RDF_TYPE}>", f"<{pia}Initiative>")]
        if key in categories and categories[key] <= systems:
            lines += [(about, f"<{RDF_TYPE}>", f"<{space}AISystem>") for space in (DPV_AI, AIRO)]
        lines.append((about, f"<{RDFS}label>", literal(name, languages[newest])))
        for year, _ in named[key]:
            inscription = subject(work.base_uri, key, year)
            lines.append((about, f"<{DCTERMS}hasVersion>", f"<{inscription}>"))
        last = f"<{subject(work.base_uri, key, newest)}>"
        lines.append((about, f"<{pia}derniereInscription>", last))
        lines.append((about, f"<{pia}premiereAnnee>", integer(named[key][0][0])))
        lines.append((about, f"<{pia}derniereAnnee>", integer(newest)))
        yield "".join(in_order(lines))
