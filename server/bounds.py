"""State the fixed bounds of a request that clients are told of, and that `server.http` keeps."""

# A head: lines, bytes of one line, bytes of all with the address; a longer query goes into a body.
MOST_HEADERS, LINE_BYTES, HEAD_BYTES = 128, 8192, 131_072
# How long a client may take to send them, and a body after them.
HEAD_SECONDS, BODY_SECONDS = 10.0, 30.0
# A reader takes at least so many bytes in so many seconds, as long as there are some for it; and
# of a long answer, which takes room from others, as many every second once it is a minute old.
READER_BYTES, READER_SECONDS = 16_384, 15.0
