"""Stand between the network and the application: connections, limits, cache, compression.

wire      bytes of a connection ↔ requests and replies, every phase with a deadline
gate      how many requests a client may make in a minute, and who the client is
desk      the order of things: what is kept, what is under way, what the application must do
keeping   answers that are kept, bounded by bytes
coding    zstd, br, gzip
wsgi      the application in threads
worker    the process that all of this runs in
"""
