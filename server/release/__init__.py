"""Open the current release, and read its files, history, labels and named queries."""
