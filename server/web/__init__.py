"""Write pages, headers, links and problems: what every answer to a browser shares."""
