"""The named graphs of a release: rows as statements, and what is said of them as a whole."""
