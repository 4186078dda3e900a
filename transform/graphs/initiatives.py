"""Write what each initiative is called, in which portraits it stands, and which entry is last."""

from collections.abc import Callable, Iterator

from transform.graphs.mapping import MappingContext, subject
from transform.graphs.prepared import Prepared, Rejected
from transform.graphs.vocabulary import are_systems
from transform.identity.keyed_rows import KeyedRow
from transform.rdf.namespaces import AIRO, DCTERMS, DPV_AI, RDF_TYPE, RDFS, vocabulary_of
from transform.rdf.ntriples import in_order, integer, literal


def initiatives(work: Prepared, rejected: Rejected) -> Iterator[str]:
    """Return the N-Triples of each initiative, one string an initiative, in the order of keys."""
    called = {context.reading.year: _names_by_language(context) for context in work.contexts}
    pia = vocabulary_of(work.base_uri)
    systems = are_systems(work.vocabulary, work.base_uri)
    categories: dict[str, set[str]] = {}
    named: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for year in work.rows:
        for row in work.published(year, rejected):
            if row.row.cells.nom.strip():
                named.setdefault(row.key, []).append((year, called[year](row)))
                if row.concepts.categorie:
                    categories.setdefault(row.key, set()).add(row.concepts.categorie)
    for key in sorted(named):
        newest, names = named[key][-1]
        about = f"<{work.base_uri}id/initiative/{key}>"
        lines = [(about, f"<{RDF_TYPE}>", f"<{pia}Initiative>")]
        if key in categories and categories[key] <= systems:
            lines += [(about, f"<{RDF_TYPE}>", f"<{space}AISystem>") for space in (DPV_AI, AIRO)]
        for language, name in names.items():
            lines.append((about, f"<{RDFS}label>", literal(name, language)))
        for year, _ in named[key]:
            inscription = subject(work.base_uri, key, year)
            lines.append((about, f"<{DCTERMS}hasVersion>", f"<{inscription}>"))
        last = f"<{subject(work.base_uri, key, newest)}>"
        lines.append((about, f"<{pia}derniereInscription>", last))
        lines.append((about, f"<{pia}premiereAnnee>", integer(named[key][0][0])))
        lines.append((about, f"<{pia}derniereAnnee>", integer(newest)))
        yield "".join(in_order(lines))


def _names_by_language(context: MappingContext) -> Callable[[KeyedRow], dict[str, str]]:
    """Return a function that returns the names of a row by language, the register's own first."""
    own = context.layout.language
    others = [
        (n, slot.language) for n, slot in enumerate(context.reading.slots) if slot.field == "nom"
    ]

    def names(row: KeyedRow) -> dict[str, str]:
        texts = {own: row.row.cells.nom, **{tag: row.row.others[n] for n, tag in others}}
        return {tag: text.strip() for tag, text in texts.items() if text.strip()}

    return names
