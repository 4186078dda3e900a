"""Suggest which initiatives and bodies may be one, and take what a person says."""
