"""Speak the SPARQL 1.1 Protocol."""
