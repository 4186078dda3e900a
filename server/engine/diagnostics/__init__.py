"""Find the mistakes in a query that is no SPARQL."""
