"""Find the mistakes in a query that is not valid SPARQL."""
