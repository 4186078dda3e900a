"""Show the charts of a release: their pages, their files, and frames for other sites."""
