"""Listen on a port, and keep the workers that serve it."""
