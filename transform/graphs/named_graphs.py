"""Say of each named graph what it holds, in the graph itself."""

from collections.abc import Iterator, Mapping

from transform.layouts.model import Layout
from transform.rdf.namespaces import DCTERMS, FOAF, RDF_TYPE, RDFS, SERVICE_DESCRIPTION
from transform.rdf.ntriples import Line, literal
from transform.text.languages import LANGUAGES

# Title and description of each graph that is no portrait, in French and in English; in braces
# stand the words of the layout.
_TEXTS = {
    "anciens-noms": (
        ("Anciens noms", "Former names"),
        (
            "Les URI qui auraient existé sans le registre, et ce qui les remplace.",
            "The URIs that would have existed without the registry, and what replaces them.",
        ),
    ),
    "cadre": (
        ("Cadre de gouvernance", "Governance framework"),
        (
            "Les textes qui encadrent les initiatives et leur déclaration.",
            "The texts that govern the initiatives and their declaration.",
        ),
    ),
    "catalogue": (
        ("Catalogue", "Catalogue"),
        (
            "La description des {portraits}, de leurs fichiers et du point d'accès (DCAT, VoID).",
            "The description of the {portraits}, their files and the endpoint (DCAT, VoID).",
        ),
    ),
    "organismes": (
        ("Organismes", "Bodies"),
        (
            "Les organismes, leurs noms, leurs changements et leurs liens vers d'autres données.",
            "The bodies, their names, their changes and their links to other data.",
        ),
    ),
    "rapprochements": (
        ("Rapprochements", "Identity over the years"),
        (
            "Les initiatives suivies d'une année à l'autre, les décisions qui les réunissent ou les"
            " séparent, et les comparaisons {de portraits}.",
            "The initiatives followed from year to year, the decisions that join or separate them,"
            " and the comparisons of {portraits}.",
        ),
    ),
    "vocabulaire": (
        ("Vocabulaire", "Vocabulary"),
        (
            "L'ontologie, et les listes : {categories}, {statuts}, {portefeuilles}, genres,"
            " règles.",
            "The ontology, and the lists: {categories}, {statuts}, {portefeuilles}, kinds, rules.",
        ),
    ),
}
_OF_A_YEAR = (
    ("{portrait} de {year}", "{portrait} of {year}"),
    (
        "Les inscriptions {du portrait} de {year}, une par ligne du fichier, et leurs décomptes.",
        "The entries of the {portrait} of {year}, one for each row of the file, and their counts.",
    ),
)


def graph_lines(base_uri: str, name: str, layout: Layout) -> Iterator[Line]:
    """Yield the description of a graph, with the layout's notice about made-up things."""
    about = f"<{base_uri}graph/{name}>"
    titles, descriptions = _TEXTS.get(name, _OF_A_YEAR)
    yield about, f"<{RDF_TYPE}>", f"<{SERVICE_DESCRIPTION}Graph>"
    for texts, predicate in ((titles, f"{RDFS}label"), (descriptions, f"{DCTERMS}description")):
        for text, language in zip(texts, LANGUAGES, strict=True):
            filled = layout.words.fill(text, language, year=name)
            yield about, f"<{predicate}>", literal(filled[:1].upper() + filled[1:], language)
    notice: Mapping[str, str] = layout.notice or {}
    for language, text in notice.items():
        yield about, f"<{RDFS}comment>", literal(text, language)
    yield about, f"<{DCTERMS}license>", f"<{layout.licence}>"
    if name not in _TEXTS:
        yield about, f"<{FOAF}primaryTopic>", f"<{base_uri}id/portrait/{name}>"
