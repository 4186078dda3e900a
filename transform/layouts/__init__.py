"""What ministries call their columns, lists and values: a TOML file a layout."""
