"""Build the named graphs of a release: rows, bodies, decisions, vocabulary and portraits."""
