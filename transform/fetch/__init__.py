"""Bring the official files in from a CKAN portal, and know whether they changed."""
