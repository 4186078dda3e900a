"""Let people and machines find the data: home page, catalogue, dumps, feeds."""
