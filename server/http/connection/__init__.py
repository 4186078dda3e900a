"""Read requests from connections, and write replies, within limits."""
