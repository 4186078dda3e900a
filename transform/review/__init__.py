"""Suggest which initiatives and bodies may be one, and record what a person decides."""
