"""Turn yearly files into a released graph: read, map, hold against the shapes, write."""

__version__ = "0.1.0"
