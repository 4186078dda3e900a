"""Write pages, headers, links and problems: the parts that all rooms use."""
