"""Hold the answer to a request of a test."""

import http.client
from typing import NamedTuple


class Reply(NamedTuple):
    """The status, headers and body of an answer; redirects are not followed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def kind(self) -> str:
        """The media type without its parameters."""
        return self.headers.get_content_type()
