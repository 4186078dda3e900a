"""Add the headers that every response carries."""

from flask import Response, request

# No script but our own files runs, and nothing comes from elsewhere or goes there: a cell of a
# portrait can do no harm. What is no script cannot be taken for one: nosniff.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # Public data, asked without credentials, may be read from any page (Fetch, CORS protocol).
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}


def add_headers(response: Response) -> Response:
    """Add to a response what every one carries, and to OPTIONS what a preflight asks for."""
    for name, value in HEADERS.items():  # a page that others may frame says so itself
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204  # there is nothing to read (RFC 9110, 15.3.5)
        del response.headers["Content-Type"], response.headers["Content-Length"]
        response.headers.update(_PREFLIGHT)
    return response
