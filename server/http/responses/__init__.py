"""Make the reply to a request: from the cache, an engine, or the application."""
