"""Write the SPARQL queries whose answers are the numbers of charts."""

from collections.abc import Iterable

from transform.graphs.cubes import KIND, UNKNOWN_KIND
from transform.rdf.namespaces import ORG, SKOS, vocabulary_of


def count_query(base_uri: str, list_name: str, years: Iterable[int], language: str) -> str:
    """Write the query of how many entries of each year have each value of a list."""
    return _query(
        base_uri,
        f"""SELECT ?annee ?valeur (SAMPLE(?nom) AS ?libelle)
       (COUNT(DISTINCT ?inscription) AS ?nombre) WHERE {{
  VALUES ?annee {{ {" ".join(map(str, years))} }}
  ?inscription a pia:Inscription ; pia:annee ?annee .
  {_value(base_uri, list_name)}
  OPTIONAL {{ ?valeur skos:prefLabel ?nom FILTER(LANGMATCHES(LANG(?nom), "{language}")) }}
}}
GROUP BY ?annee ?valeur
ORDER BY ?annee DESC(?nombre)""",
    )


def _value(base_uri: str, list_name: str) -> str:
    if list_name == KIND:
        unknown = f"<{base_uri}id/{KIND}/{UNKNOWN_KIND}>"
        return f"""OPTIONAL {{ ?inscription pia:organisme/org:classification ?genre }}
  BIND(COALESCE(?genre, {unknown}) AS ?valeur)"""
    if list_name == "portefeuille":
        return """?inscription pia:portefeuille ?portefeuille .
  OPTIONAL { ?portefeuille skos:broader ?groupe }
  BIND(COALESCE(?groupe, ?portefeuille) AS ?valeur)"""
    return f"?inscription pia:{list_name} ?valeur ."


def flow_query(base_uri: str, earlier: int, later: int) -> str:
    """Write the query of how many initiatives have which status in two years.

    One that has no entry in the later year has no `?apres`, one without an earlier no `?avant`;
    one that has an entry without a status is left out.
    """
    return _query(
        base_uri,
        f"""SELECT ?avant ?apres (COUNT(DISTINCT ?initiative) AS ?nombre) WHERE {{
  {{
    ?ancienne pia:annee {earlier} ; pia:inscriptionDe ?initiative ; pia:statut ?avant .
    ?nouvelle pia:annee {later} ; pia:inscriptionDe ?initiative ; pia:statut ?apres .
  }} UNION {{
    ?ancienne pia:annee {earlier} ; pia:inscriptionDe ?initiative ; pia:statut ?avant .
    FILTER NOT EXISTS {{ ?nouvelle pia:annee {later} ; pia:inscriptionDe ?initiative . }}
  }} UNION {{
    ?nouvelle pia:annee {later} ; pia:inscriptionDe ?initiative ; pia:statut ?apres .
    FILTER NOT EXISTS {{ ?ancienne pia:annee {earlier} ; pia:inscriptionDe ?initiative . }}
  }}
}}
GROUP BY ?avant ?apres
ORDER BY DESC(?nombre)""",
    )


def _query(base_uri: str, query: str) -> str:
    prefixes = {"org": ORG, "pia": vocabulary_of(base_uri), "skos": SKOS}
    used = (f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items() if f"{name}:" in query)
    return "".join(used) + "\n" + query + "\n"
