"""Validate statements with the shapes, and locate the cell behind each finding."""
