"""Write what a store is asked: every IRI is checked before it stands in a text."""

import pyoxigraph as ox

from transform.rdf.namespaces import DCTERMS, VOID
from transform.release.remote_graphs import CURRENT


def name(iri: str) -> str:
    """Return an IRI as it stands in Turtle and SPARQL; raises ValueError for what is none."""
    return str(ox.NamedNode(iri))


def count_statements(graph: str) -> str:
    """Return the query for the number of statements of a graph: `?n`."""
    return f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {name(graph)} {{ ?s ?p ?o }} }}"


def select_parts(graph: str) -> str:
    """Return the query for what a graph says that it is part of: `?site`."""
    return f"SELECT ?site WHERE {{ GRAPH {name(graph)} {{ ?about <{DCTERMS}isPartOf> ?site }} }}"


def select_current(pointer: str) -> str:
    """Return the query for the release that a pointer leads to: `?release`."""
    return f"SELECT ?release WHERE {{ GRAPH {name(pointer)} {{ ?site <{CURRENT}> ?release }} }}"


def select_records(pointer: str) -> str:
    """Return the query for what says that it is part of the releases of a site.

    A row for each graph that a record or a list of loading has: `?about`, `?graph`, and where
    they are known `?triples`, `?created` and `?identifier`.
    """
    return f"""
        SELECT ?about ?graph ?triples ?created ?identifier WHERE {{
          GRAPH ?about {{
            ?about <{DCTERMS}isPartOf> {name(pointer)} ; <{VOID}subset> ?graph .
            OPTIONAL {{ ?graph <{VOID}triples> ?triples }}
            OPTIONAL {{ ?about <{DCTERMS}created> ?created }}
            OPTIONAL {{ ?about <{DCTERMS}identifier> ?identifier }}
          }}
        }}"""


def replace_all(graph: str, statement: str) -> str:
    """Return the update that replaces all of a graph, which is not empty, by a statement."""
    pattern = f"GRAPH {name(graph)} {{ ?s ?p ?o }}"
    inserted = f"GRAPH {name(graph)} {{ {statement} }}"
    return f"DELETE {{ {pattern} }} INSERT {{ {inserted} }} WHERE {{ {pattern} }}"
