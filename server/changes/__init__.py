"""Show what changed between two portraits."""
