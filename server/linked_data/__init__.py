"""Answer with the document about a resource, a graph or the ontology."""
