"""Read the release that is served."""
