"""Speak HTTP/1.1 in front of the application: connections, limits, cache, compression.

connection/  bytes of a connection → requests, and replies → bytes, every phase with a deadline
responses/   request → reply: from the cache, from what is under way, or from the application
fastpath/    short queries, which the event loop answers by a lookup or asks itself
process/     the workers: who listens, who is started again, what they count together

`messages.py` holds what both sides speak of, `refusals.py` what is refused before the application
sees it.
"""
