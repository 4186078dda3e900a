"""Compare two portraits: what is new, continued, changed and absent."""
