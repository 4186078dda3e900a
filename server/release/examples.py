"""Choose the example queries that a release can answer, and fill in its IRIs and languages."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from server import texts
from server.release import queries
from server.release.current import Release
from server.release.register import Register
from transform.rdf.namespaces import SCHEMA, vocabulary_of


class Example(NamedTuple):
    """What an example needs of a release: a field, a property or class, a graph, two portraits.

    A property or class is absolute or a name in `def#`; `statuses` are slugs of its own list.
    `searches` a word of the languages of the interface in the cells.
    """

    field: str = "nom"
    term: str = "Inscription"
    graph: str = ""
    portraits: int = 1
    statuses: tuple[str, ...] = ()
    searches: bool = False


EXAMPLES = {
    "lignes": Example(),
    "categories": Example("categorie"),
    "statuts": Example("statut"),
    "portefeuilles": Example("portefeuille"),
    "organismes": Example("organisme"),
    "benefices": Example("benefices", searches=True),
    "deux-annees": Example(term="premiereAnnee", portraits=2),
    "transition": Example(
        "statut", portraits=2, statuses=("developpement-de-la-solution", "solution-en-production")
    ),
    "nouvelles": Example("organisme", "premiereAnnee", portraits=2),
    "mouvements": Example(term="mouvementDe"),
    "decision": Example(term="DecisionIdentite"),
    "cadre": Example(graph="cadre"),
    "cadre-changements": Example(graph="cadre"),
    "cadre-collecte": Example(graph="cadre"),
    "wikidata": Example("organisme", f"{SCHEMA}sameAs"),
    "fichiers": Example(),
    "graphes": Example(),
}  # fmt: skip
# A relative IRI of an example query that is no term.
_OUR_IRI = re.compile(r"<(id/|catalogue#)")


def list_examples(release: Release) -> list[str]:
    """List the examples that a release can answer: none of a field that its register has not."""
    return [name for name, example in EXAMPLES.items() if _fits(example, release)]


def read_example(name: str, base_uri: str, reader: str, register: Register) -> str:
    """Return an example query, with the IRIs of the release filled in."""
    return fill_in(queries.read(f"exemple-{name}"), base_uri, reader, register)


def fill_in(text: str, base_uri: str, reader: str, register: Register) -> str:
    """Return a query with the IRIs of a release, and the languages of names, filled in.

    Names that we give are in the reader's language; those that the register gives too, or else in
    its own; those that stand in cells are in its own.
    """
    text = text.replace("<def#>", f"<{vocabulary_of(base_uri)}>")
    text = _OUR_IRI.sub(lambda iri: f"<{base_uri}{iri[1]}", text)
    own = register.languages[0]
    languages = {"lecteur": reader, "registre": register.nearest(reader), "cellules": own}
    for place, language in languages.items():
        text = text.replace(f') = "{place}")', f') = "{language.lower()}")')
    return text


def _fits(example: Example, release: Release) -> bool:
    manifest, register = release.manifest, release.register
    term = example.term
    iri = term if ":" in term else f"{vocabulary_of(release.base_uri)}{term}"
    return (
        example.field in register.fields
        and (iri in manifest["properties"] or iri in manifest["classes"])
        and (not example.graph or example.graph in manifest["graphs"])
        and example.portraits <= len(manifest["portraits"])
        and _has_statuses(example, manifest)
        and (not example.searches or any(map(register.has, texts.LANGUAGES)))
    )


def _has_statuses(example: Example, manifest: Mapping[str, Any]) -> bool:
    """Check whether each status is counted in a portrait; where none are, they are taken to be."""
    counts = [portrait["counts"] for portrait in manifest["portraits"] if "counts" in portrait]
    counted = {slug for each in counts for slug in each.get("statut", ())}
    return not counts or counted.issuperset(example.statuses)
