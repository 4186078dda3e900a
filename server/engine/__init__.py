"""Answer SPARQL queries about a release, each in a process of its own that can open nothing."""
