"""Decide which body, which initiative and which concept a row speaks of."""
