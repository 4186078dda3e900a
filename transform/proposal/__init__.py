"""Propose a layout from the headers and values of files that nobody has described yet."""
