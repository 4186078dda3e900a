"""Read what a comparison needs of portraits: entries, and the names of bodies and concepts.

Things are named by their paths below the base URI, such as `id/organisme/hema-quebec`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from transform.layouts.model import FIELDS, LISTS
from transform.rdf.namespaces import PREF_LABEL, RDFS, SKOS, property_iri, vocabulary_of
from transform.tables.rows import Cells
from transform.tables.table import row_of

Labels = dict[str, dict[str, str]]


class Entry(NamedTuple):
    """One published row: its key, year and number, what it was resolved to, and its cells.

    What a portrait has no field for is "". `source` is its row in the public file. `names` are
    pairs of language and name, where it has a name in several languages.
    """

    key: str
    year: int
    row: int
    initiative: str
    organisme: str
    categorie: str
    statut: str
    portefeuille: str
    cells: Cells
    source: str
    names: tuple[tuple[str, str], ...] = ()

    def name_in(self, language: str) -> str:
        """Return the name in a language, else as the cell has it, without needless blanks."""
        return " ".join((dict(self.names).get(language) or self.cells.nom).split())


@dataclass(frozen=True, slots=True)
class EntryNames:
    """Labels of bodies and concepts by language, reviewed bodies, and broader concepts by path.

    `languages` are those of the register, its own first.
    """

    labels: Labels = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)
    broader: dict[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()

    def top(self, path: str) -> str:
        """Return the concept at which years are compared: the broadest one, or itself."""
        seen = {path}
        while (wider := self.broader.get(path)) and wider not in seen:
            seen.add(wider)
            path = wider
        return path

    def label(self, path: str, language: str) -> str:
        """Return the label in a language, else in one of the register, else the end of the path."""
        labels = self.labels.get(path, {})
        any_label = next(iter(labels.values()), last_segment(path))
        named = (labels[tag] for tag in (language, *self.languages) if labels.get(tag))
        return next(named, any_label)

    def own_label(self, path: str) -> str:
        """Return the label in the register's own language, as far as it has one."""
        return self.label(path, self.languages[0] if self.languages else "")


def last_segment(path: str) -> str:
    """Return the part of a path after its last slash."""
    return path.rpartition("/")[2]


def read_names(
    triples: Iterable[ox.Triple], base_uri: str, languages: Iterable[str] = ()
) -> EntryNames:
    """Read the names of bodies and concepts; `languages` are those of the register."""
    names = EntryNames(languages=tuple(languages))
    for subject_, predicate, value in triples:
        about, property_ = str(subject_)[1:-1], predicate.value
        if not about.startswith(f"{base_uri}id/"):
            continue
        path = about.removeprefix(base_uri)
        if isinstance(value, ox.Literal):
            if property_ == PREF_LABEL:
                names.labels.setdefault(path, {})[value.language or ""] = value.value
            elif property_ == f"{vocabulary_of(base_uri)}revise" and value.value == "true":
                names.reviewed.add(path)
        elif property_ == f"{SKOS}broader":
            names.broader[path] = str(value)[1:-1].removeprefix(base_uri)
    return names


_RESOLVED = {"inscriptionDe": "initiative", "organisme": "organisme", **{n: n for n in LISTS}}
_WRITTEN = {
    "nomTelQuEcrit": "nom",
    "benefices": "benefices",
    "categorieTelleQuEcrite": "categorie",
    "organismeTelQuEcrit": "organisme",
    "portefeuilleTelQuEcrit": "portefeuille",
    "statutTelQuEcrit": "statut",
}


def read_entries(triples: Iterable[ox.Triple], base_uri: str) -> list[Entry]:
    """Read the entries back from the graph of a portrait, in the order of their IRIs."""
    resolved: dict[str, dict[str, str]] = {}
    cells: dict[str, dict[str, str]] = {}
    names: dict[str, dict[str, str]] = {}
    for triple in triples:
        about, name = str(triple.subject)[1:-1], triple.predicate.value
        local = name.removeprefix(vocabulary_of(base_uri))
        if local in _WRITTEN:
            cells.setdefault(about, {})[_WRITTEN[local]] = triple.object.value  # type: ignore[union-attr]
        elif local in _RESOLVED:
            path = str(triple.object)[1:-1].removeprefix(base_uri)
            resolved.setdefault(about, {})[_RESOLVED[local]] = path
        elif name == property_iri("prov:hadPrimarySource", base_uri):
            resolved.setdefault(about, {})["source"] = str(triple.object)[1:-1]
        elif name == f"{RDFS}label" and isinstance(triple.object, ox.Literal):
            names.setdefault(about, {})[triple.object.language or ""] = triple.object.value
    return [
        Entry(
            key=last_segment(resolved[about]["initiative"]),
            year=int(last_segment(about)),
            row=row_of(resolved[about]["source"]),
            cells=Cells(**{**dict.fromkeys(FIELDS, ""), **cells[about]}),
            **{**dict.fromkeys(LISTS, ""), **resolved[about]},
            names=tuple(sorted(own.items())) if len(own := names.get(about, {})) > 1 else (),
        )
        for about in sorted(cells)
    ]
