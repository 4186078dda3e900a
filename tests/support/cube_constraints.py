"""The integrity constraints of the RDF Data Cube Vocabulary, each a query for what breaks it.

Section 11 of https://www.w3.org/TR/vocab-data-cube/ (W3C Recommendation, 16 January 2014) asks
whether a cube breaks a constraint; these queries name what does. They hold for a graph that was
normalised as section 10 says: `normalise` runs its updates.
"""

import pyoxigraph as ox

_PREFIXES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

# Phase 1 adds types and the common super-properties, phase 2 pushes attachments down.
_NORMALISE = [
    _PREFIXES + update
    for update in (
        """INSERT { ?o rdf:type qb:Observation } WHERE { [] qb:observation ?o } ;
        INSERT { ?o rdf:type qb:Observation } WHERE { ?o qb:dataSet [] } ;
        INSERT { ?s rdf:type qb:Slice } WHERE { [] qb:slice ?s } ;
        INSERT { ?cs qb:componentProperty ?p . ?p rdf:type qb:DimensionProperty }
          WHERE { ?cs qb:dimension ?p } ;
        INSERT { ?cs qb:componentProperty ?p . ?p rdf:type qb:MeasureProperty }
          WHERE { ?cs qb:measure ?p } ;
        INSERT { ?cs qb:componentProperty ?p . ?p rdf:type qb:AttributeProperty }
          WHERE { ?cs qb:attribute ?p }""",
        """INSERT { ?obs ?comp ?value }
          WHERE {
            ?spec qb:componentProperty ?comp ; qb:componentAttachment qb:DataSet .
            ?dataset qb:structure [ qb:component ?spec ] ; ?comp ?value .
            ?obs qb:dataSet ?dataset
          } ;
        INSERT { ?obs ?comp ?value }
          WHERE {
            ?spec qb:componentProperty ?comp ; qb:componentAttachment qb:Slice .
            ?dataset qb:structure [ qb:component ?spec ] ; qb:slice ?slice .
            ?slice ?comp ?value ; qb:observation ?obs
          } ;
        INSERT { ?obs ?comp ?value }
          WHERE {
            ?slice qb:observation ?obs ; qb:sliceStructure [ qb:componentProperty ?comp ] ;
              ?comp ?value
          }""",
    )
]

_CODED = """
  ?obs qb:dataSet/qb:structure/qb:component/qb:componentProperty ?dim ; ?dim ?value .
  ?dim a qb:DimensionProperty, qb:CodedProperty ; qb:codeList ?list .
"""
_HIERARCHY = f"""
  {_CODED} ?list a qb:HierarchicalCodeList .
  FILTER NOT EXISTS {{ ?list qb:hierarchyRoot/(%s)* ?value }}
"""

_CONSTRAINTS = {
    "IC-1": """
      { ?obs a qb:Observation FILTER NOT EXISTS { ?obs qb:dataSet ?any } }
      UNION { ?obs a qb:Observation ; qb:dataSet ?one, ?other FILTER (?one != ?other) }""",
    "IC-2": """
      { ?dataset a qb:DataSet FILTER NOT EXISTS { ?dataset qb:structure ?any } }
      UNION { ?dataset a qb:DataSet ; qb:structure ?one, ?other FILTER (?one != ?other) }""",
    "IC-3": """
      ?dsd a qb:DataStructureDefinition .
      FILTER NOT EXISTS {
        ?dsd qb:component [ qb:componentProperty [ a qb:MeasureProperty ] ]
      }""",
    "IC-4": "?dim a qb:DimensionProperty FILTER NOT EXISTS { ?dim rdfs:range [] }",
    "IC-5": """
      ?dim a qb:DimensionProperty ; rdfs:range skos:Concept .
      FILTER NOT EXISTS { ?dim qb:codeList [] }""",
    "IC-6": """
      ?dsd qb:component ?spec .
      ?spec qb:componentRequired false ; qb:componentProperty ?property .
      FILTER NOT EXISTS { ?property a qb:AttributeProperty }""",
    "IC-7": """
      ?key a qb:SliceKey .
      FILTER NOT EXISTS { [ a qb:DataStructureDefinition ] qb:sliceKey ?key }""",
    "IC-8": """
      ?key a qb:SliceKey ; qb:componentProperty ?property .
      ?dsd qb:sliceKey ?key .
      FILTER NOT EXISTS { ?dsd qb:component [ qb:componentProperty ?property ] }""",
    "IC-9": """
      { ?slice a qb:Slice FILTER NOT EXISTS { ?slice qb:sliceStructure ?any } }
      UNION { ?slice a qb:Slice ; qb:sliceStructure ?one, ?other FILTER (?one != ?other) }""",
    "IC-10": """
      ?slice qb:sliceStructure [ qb:componentProperty ?dim ]
      FILTER NOT EXISTS { ?slice ?dim [] }""",
    "IC-11": """
      ?obs qb:dataSet/qb:structure/qb:component/qb:componentProperty ?dim .
      ?dim a qb:DimensionProperty .
      FILTER NOT EXISTS { ?obs ?dim [] }""",
    "IC-12": """
      {
        SELECT ?one ?other (MIN(?same) AS ?equal) WHERE {
          ?dataset qb:structure/qb:component/qb:componentProperty ?dim .
          ?dim a qb:DimensionProperty .
          ?one qb:dataSet ?dataset ; ?dim ?left .
          ?other qb:dataSet ?dataset ; ?dim ?right .
          FILTER (STR(?one) < STR(?other))
          BIND (IF(?left = ?right, 1, 0) AS ?same)
        } GROUP BY ?one ?other
      }
      FILTER (?equal = 1)""",
    "IC-13": """
      ?obs qb:dataSet/qb:structure/qb:component ?spec .
      ?spec qb:componentRequired true ; qb:componentProperty ?attribute .
      FILTER NOT EXISTS { ?obs ?attribute [] }""",
    "IC-14": """
      ?obs qb:dataSet/qb:structure ?dsd .
      FILTER NOT EXISTS { ?dsd qb:component/qb:componentProperty qb:measureType }
      ?dsd qb:component/qb:componentProperty ?measure .
      ?measure a qb:MeasureProperty .
      FILTER NOT EXISTS { ?obs ?measure [] }""",
    "IC-15": """
      ?obs qb:dataSet/qb:structure ?dsd ; qb:measureType ?measure .
      ?dsd qb:component/qb:componentProperty qb:measureType .
      FILTER NOT EXISTS { ?obs ?measure [] }""",
    "IC-16": """
      ?obs qb:dataSet/qb:structure ?dsd ; qb:measureType ?measure ; ?other [] .
      ?dsd qb:component/qb:componentProperty qb:measureType, ?other .
      ?other a qb:MeasureProperty .
      FILTER (?other != ?measure)""",
    "IC-17": """
      {
        SELECT ?dataset (COUNT(DISTINCT ?measure) AS ?measures) WHERE {
          ?dataset qb:structure ?dsd .
          ?dsd qb:component/qb:componentProperty qb:measureType, ?measure .
          ?measure a qb:MeasureProperty
        } GROUP BY ?dataset
      }
      {
        SELECT ?dataset ?one (COUNT(?other) AS ?count) WHERE {
          ?one qb:dataSet ?dataset ; qb:measureType ?its .
          ?other qb:dataSet ?dataset ; qb:measureType ?theirs .
          FILTER NOT EXISTS {
            ?dataset qb:structure/qb:component/qb:componentProperty ?dim .
            ?dim a qb:DimensionProperty .
            FILTER (?dim != qb:measureType)
            ?one ?dim ?left .
            ?other ?dim ?right .
            FILTER (?left != ?right)
          }
        } GROUP BY ?dataset ?one
      }
      FILTER (?measures != ?count)""",
    "IC-18": """
      ?dataset qb:slice/qb:observation ?obs FILTER NOT EXISTS { ?obs qb:dataSet ?dataset }""",
    "IC-19": f"""
      {{ {_CODED} ?list a skos:ConceptScheme
        FILTER NOT EXISTS {{ ?value a skos:Concept ; skos:inScheme ?list }} }}
      UNION {{ {_CODED} ?list a skos:Collection
        FILTER NOT EXISTS {{ ?value a skos:Concept . ?list skos:member+ ?value }} }}""",
}
# The last two are made once for each property that leads down, or up, a hierarchical list.
_UP_OR_DOWN = {
    "IC-20": "?list a qb:HierarchicalCodeList ; qb:parentChildProperty ?way FILTER (isIRI(?way))",
    "IC-21": """
      ?list a qb:HierarchicalCodeList ; qb:parentChildProperty/owl:inverseOf ?way
      FILTER (isIRI(?way))""",
}
NAMES = (*_CONSTRAINTS, *_UP_OR_DOWN)


def normalise(store: ox.Store) -> None:
    """Add what an abbreviated cube leaves out; everything is in the default graph."""
    for update in _NORMALISE:
        store.update(update)


def find_violations(store: ox.Store, name: str) -> list[str]:
    """Return a line for each solution of the query of a constraint, none where it holds."""
    if name in _CONSTRAINTS:
        return _select(store, _CONSTRAINTS[name])
    inverse = "^" if name == "IC-21" else ""
    ways = store.query(f"{_PREFIXES} SELECT DISTINCT ?way {{ {_UP_OR_DOWN[name]} }}")
    assert isinstance(ways, ox.QuerySolutions)
    return [line for (way,) in ways for line in _select(store, _HIERARCHY % f"{inverse}{way}")]


def _select(store: ox.Store, pattern: str) -> list[str]:
    solutions = store.query(f"{_PREFIXES} SELECT * {{ {pattern} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [" ".join(f"?{name} {row[name]}" for name in names) for row in solutions]
