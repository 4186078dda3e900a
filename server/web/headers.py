"""Add the headers that every response carries."""

from datetime import UTC, datetime, timedelta

from flask import Response, request

# Only our own script files run, and nothing is loaded from or sent to another site: a cell of a
# portrait can do no harm. With nosniff, no other file can pass for a script.
POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # Any page may read public data, requested without credentials (Fetch, CORS protocol).
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Location, ETag, Link, Memento-Datetime, Retry-After, X-Request-Id"
    ),
}
# Of the page of a static copy that answers queries in the browser: it compiles WebAssembly.
COMPUTING_POLICY = HEADERS[POLICY].replace(
    "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
)
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match, Range"
    ),
    "Access-Control-Max-Age": "86400",
}


def add_headers(response: Response) -> Response:
    """Add the common headers to a response, and those of a CORS preflight to OPTIONS.

    A date of its content that is still to come becomes that of the answer, less a second.
    """
    for name, value in HEADERS.items():  # the preview sets its own policy
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204  # there is no content (RFC 9110, 15.3.5)
        del response.headers["Content-Type"], response.headers["Content-Length"]
        response.headers.update(_PREFLIGHT)
    # A clock that was ahead when a file was written: no date is later than `Date`, which our own
    # server writes twice a second (RFC 9110, 8.8.2.1).
    now = datetime.now(UTC)
    if response.last_modified and response.last_modified > now:
        response.last_modified = now - timedelta(seconds=1)
    return response
