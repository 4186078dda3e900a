"""Turn the bytes of a file into a table, its header, and rows."""
