"""RDF as it is written and read: namespaces, N-Triples, the syntaxes on offer."""
