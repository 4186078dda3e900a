"""Load a release into a remote store by the SPARQL 1.1 Graph Store HTTP Protocol.

What this room imports is small, and its HTTP is that of `transform/fetch`.
"""
