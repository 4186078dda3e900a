"""Send an answer of the engine to the client."""

from flask import Response

from server.engine.interface import Answer
from server.sparql.plan import CONTENT_TYPES


def send(answer: Answer) -> Response:
    """Send an answer as it comes; its length goes before it, so that a break is noticed.

    The WSGI server ends a chunked body cleanly even when the application fails under way.
    """
    return Response(
        answer.body,
        content_type=CONTENT_TYPES[answer.media_type],
        headers={"Content-Length": str(answer.length), "Vary": "Accept"},
    )
