"""Identify the body, the initiative and the concepts of each row."""
