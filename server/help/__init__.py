"""Pages of help: how to read, quote, query and match what is published."""
