"""Answer the SPARQL 1.1 Protocol: the endpoint, its page and its description."""
