"""Speak HTTP/1.1 in front of the application: connections, limits, cache, compression.

connection/  bytes of a connection → requests, and replies → bytes, every phase with a deadline
responses/   request → reply: from the cache, from what is under way, from the engine, which the
             event loop asks itself, or from the application in a thread
process/     the workers: who listens, who is started again, what they count together

`messages.py` holds what both sides speak of, `refusals.py` what is refused before the application
sees it.
"""
