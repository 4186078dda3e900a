"""Speak HTTP/1.1 in front of the application: connections, limits, cache, compression.

connection/  bytes of a connection → requests, and replies → bytes, every phase with a deadline
responses/   request → reply: from the cache, with an answer under way, from the engine on the event
             loop, or from the application in a thread
process/     the workers: listening, starting them again, their common counts

`messages.py` declares requests and replies, `refusals.py` writes the replies to requests that do
not reach the application.
"""
