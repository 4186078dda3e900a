"""Lists that people read and search: a query object, and what it becomes in SQL and in SPARQL."""
