"""Write a list of initiatives as the SPARQL query whose answer it is."""

from collections.abc import Iterator, Sequence

from server.lists.query import ListQuery
from transform.rdf.namespaces import vocabulary_of

# All that is said of an initiative and of each of its entries.
_STATEMENTS = (
    "  ?initiative dcterms:hasVersion? ?chose .",
    "  ?chose ?propriete ?valeur .",
)
MOST_VALUES = 1000  # URIs that a query of a search may hold


def write_select(
    query: ListQuery, base_uri: str, newest: int, searched: Sequence[str] | None
) -> str:
    """Write the query of the list; `searched` are the keys that words found, None without words."""
    where = _where(query, base_uri, newest, searched)
    return f"{_prefixes(base_uri)}\nSELECT DISTINCT ?initiative ?nom WHERE {where}\nORDER BY ?nom"


def write_construct(
    query: ListQuery, base_uri: str, newest: int, searched: Sequence[str] | None
) -> str:
    """Write the query of all statements about the initiatives of the list and their entries."""
    where = _where(query, base_uri, newest, searched, *_STATEMENTS)
    return f"{_prefixes(base_uri)}\nCONSTRUCT {{ ?chose ?propriete ?valeur }} WHERE {where}"


def _prefixes(base_uri: str) -> str:
    return "\n".join(
        (
            f"PREFIX pia: <{vocabulary_of(base_uri)}>",
            "PREFIX dcterms: <http://purl.org/dc/terms/>",
            "PREFIX org: <http://www.w3.org/ns/org#>",
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
            "",
        )
    )


def _where(
    query: ListQuery, base_uri: str, newest: int, searched: Sequence[str] | None, *more: str
) -> str:
    lines = [
        "{",
        "  ?initiative a pia:Initiative ; rdfs:label ?nom .",
        *(f"  {line}" for line in _patterns(query, base_uri, newest)),
    ]
    if searched is not None:
        terms = " ".join(f"<{base_uri}id/initiative/{key}>" for key in searched)
        lines.append(f"  VALUES ?initiative {{ {terms} }}")
    if more:
        lines.append(
            "  { BIND(?initiative AS ?chose) } UNION { ?initiative dcterms:hasVersion ?chose }"
        )
    return "\n".join((*lines, *more, "}"))


def _patterns(query: ListQuery, base_uri: str, newest: int) -> Iterator[str]:
    if query.years:
        yield "?inscription pia:inscriptionDe ?initiative ; pia:annee ?annee ."
        yield f"VALUES ?annee {{ {' '.join(map(str, query.years))} }}"
    elif set(query.values) - {"presence"}:
        yield "?initiative pia:derniereInscription ?inscription ."
    for name, path in (
        ("organisme", "organisme"),
        ("categorie", "categorie"),
        ("statut", "statut"),
    ):
        if chosen := query.values.get(name):
            yield f"?inscription pia:{name} ?{name} ."
            yield f"VALUES ?{name} {{ {_terms(base_uri, path, chosen)} }}"
    if chosen := query.values.get("portefeuille"):
        yield "?inscription pia:portefeuille/skos:broader? ?portefeuille ."
        yield f"VALUES ?portefeuille {{ {_terms(base_uri, 'portefeuille', chosen)} }}"
    if chosen := query.values.get("genre"):
        yield "?inscription pia:organisme/org:classification ?genre ."
        yield f"VALUES ?genre {{ {_terms(base_uri, 'genre', chosen)} }}"
    if chosen := query.values.get("presence"):
        tests = {
            "absente": f"?derniere < {newest}",
            "nouvelle": f"?premiere = {newest}",
            "poursuivie": f"?premiere < {newest} && ?derniere = {newest}",
        }
        yield "?initiative pia:premiereAnnee ?premiere ; pia:derniereAnnee ?derniere ."
        yield f"FILTER({' || '.join(f'({tests[value]})' for value in chosen)})"


def _terms(base_uri: str, path: str, keys: Sequence[str]) -> str:
    return " ".join(f"<{base_uri}id/{path}/{key}>" for key in keys)
