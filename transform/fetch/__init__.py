"""Fetch the official files from a CKAN portal, and notice when they change."""
