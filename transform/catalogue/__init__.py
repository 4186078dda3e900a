"""Describe in DCAT-AP and VoID what a release offers and holds."""
