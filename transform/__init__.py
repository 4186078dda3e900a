"""Turn yearly files into a released graph: read, map, validate, write."""

__version__ = "0.1.0"
