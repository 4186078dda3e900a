"""Stand between the network and the application: connections, limits, cache, compression.

wire      bytes of a connection ↔ requests and replies, every phase with a deadline
incoming  bytes → requests, within bounds
head      what a head must be, so that nobody reads it in two ways
heads     header lines that came before, byte for byte, need no parser
patience  how long each phase may take
turns     requests → replies, one after the other
outgoing  replies → bytes, as fast as they are read
crowd     the connections of a worker, and who gives way when there is no room
door      where connections come in
gate      how many requests a client may make in a minute
desk      the order of things: what is kept, what is under way, what the application must do
teller    short queries, which the event loop answers by a lookup, or asks itself: by its lane,
          of seats on a bench
cores     which core the event loop and its seats share, where cores are scarce
keeping   answers that are kept, bounded by bytes
conditions  304 for who has the answer already
coding    zstd, br, gzip
wsgi      the application in threads
sharing   the connections of each worker, in memory that all share
tally     what was answered and is held, over all workers, for /metrics
metrics   the text of /metrics
worker    the process that all of this runs in
"""
