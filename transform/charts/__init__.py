"""Draw charts of the counts of a release: SVG, PNG and CSV, in French and in English."""
