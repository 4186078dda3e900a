"""Serve a release: pages, documents, downloads and a SPARQL endpoint."""
