"""Answer short queries from the event loop."""
