"""What ministries call their columns, lists and values: one TOML file for each layout."""
