"""Hold statements against the shapes, and find the cell behind a finding."""
