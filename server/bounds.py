"""Define the fixed limits of a request, which the site publishes and `server.http` applies."""

import errno

# What the system answers that has no descriptor or memory left: a passing state, and no defect.
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

# A head: lines, bytes of a line, bytes of all with the address; a longer query goes into a body.
MOST_HEADERS, LINE_BYTES, HEAD_BYTES = 128, 8192, 131_072
# Seconds that a client may take to send the head, and then the body.
HEAD_SECONDS, BODY_SECONDS = 10.0, 30.0
# A client must read at least so many bytes in so many seconds, while there are bytes to read; and
# of a long answer, which uses room that others need, as many every second after the first minute.
READER_BYTES, READER_SECONDS = 16_384, 15.0
