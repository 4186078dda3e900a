"""The way from yearly files to a release: prepare, check, compare, write."""
