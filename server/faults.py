"""Define the faults of a request without an answer.

Fault
├── UnknownResource     404   ├── WrongParameter     400
├── UnknownPage         404   ├── OtherVersion       412
├── MissingQuery        400   ├── QueryTooLong       413
├── DoubledQuery        400   ├── WrongBodyType      415
└── UnreadableRequest   400   └── ReleaseUnready     503

The engine's faults (`server.engine.faults`) carry a kind and a status of their own;
`server.web.problems` writes both for the client.
"""

from transform.errors import Said

ABANDONED = 499  # the client has gone


class Fault(Exception):
    """A request without an answer: `kind` is stable, the detail is for people.

    Pages show a detail of the catalogue of texts in the language of their reader. `way` is the path
    of a page that works.
    """

    kind = "unreadable-request"
    status = 400

    def __init__(self, detail: Said, way: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.way = way


class UnreadableRequest(Fault):
    """Parameters or a body that cannot be parsed."""


class MissingQuery(Fault):
    """A request to the endpoint without a query."""

    kind = "missing-query"


class DoubledQuery(Fault):
    """Two queries in one request, or a query together with an update."""

    kind = "doubled-query"


class WrongParameter(Fault):
    """A parameter of a saved question that is unknown, missing, doubled or of another type."""

    kind = "wrong-parameter"


class UnknownResource(Fault):
    """An IRI on which the release has no statement."""

    kind = "unknown-resource"
    status = 404


class UnknownPage(Fault):
    """A path, a file or a page number that this site does not have."""

    kind = "unknown-page"
    status = 404


class OtherVersion(Fault):
    """A condition of the client that names another version than this one."""

    kind = "precondition-failed"
    status = 412


class QueryTooLong(Fault):
    """A query, or a body, of more bytes than allowed."""

    kind = "query-too-long"
    status = 413


class WrongBodyType(Fault):
    """A body of a media type that is neither a form nor a query."""

    kind = "wrong-body-type"
    status = 415


class ReleaseUnready(Fault):
    """A release, or a file of one, that is not checked yet or is damaged."""

    kind = "release-unready"
    status = 503
    retry_after = 5  # seconds
