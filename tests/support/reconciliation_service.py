"""Run a reconciliation service of version 0.2 on a real port that answers well or badly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from tests.support.ckan_portal import (
    Answer,
    File,
    Handler,
    listening,
)

WIKIDATA = "http://www.wikidata.org/entity/"


class ReceivedRequest(NamedTuple):
    """One request: method, path, headers, and the body of a POST."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def queries(self) -> list[dict[str, Any]]:
        """The queries of a batch."""
        return list(json.loads(parse_qs(self.body.decode())["queries"][0]).values())


class Reconciler:
    """The service: its candidates by name, its manifest, and the requests it received.

    `bad` are answers to batches, and `bad_manifests` to the first request, before good ones.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/fr/api"
        self.manifest: dict[str, Any] = {
            "versions": ["0.1", "0.2"],
            "name": "Double",
            "identifierSpace": WIKIDATA,
            "schemaSpace": "http://www.wikidata.org/prop/direct/",
            "view": {"url": "https://www.wikidata.org/wiki/{{id}}"},
        }
        self.known: dict[str, list[Any]] = {}
        self.bad: list[Answer] = []
        self.bad_manifests: list[Answer] = []
        self.requests: list[ReceivedRequest] = []
        self.files: dict[str, File] = {}

    def posts(self) -> list[ReceivedRequest]:
        """Return the batches that the service received."""
        return [request for request in self.requests if request.method == "POST"]

    def answer(self, request: ReceivedRequest) -> object:
        """Return the answer to a batch."""
        batch = json.loads(parse_qs(request.body.decode())["queries"][0])
        return {key: {"result": self.known.get(q["query"], [])} for key, q in batch.items()}


class Answering(Handler):
    """Answers requests from the service's current state."""

    portal: Reconciler  # type: ignore[assignment]

    def do_POST(self) -> None:  # noqa: N802
        """Answer the manifest, candidates, or what the test has prepared."""
        self.close_connection = True
        service, post = self.portal, self.command == "POST"
        headers = {name.title(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = ReceivedRequest(self.command, self.path, headers, body)
        service.requests.append(request)
        bad = service.bad if post else service.bad_manifests
        good = service.answer(request) if post else service.manifest
        service.files[self.path] = File(json.dumps(good).encode(), "application/json")
        try:
            if bad:
                bad.pop(0)(self)
            else:
                self.json(200, good)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client closed the connection

    do_GET = do_POST  # noqa: N815


@contextmanager
def running() -> Iterator[Reconciler]:
    """Start a service; ends with the block."""
    with listening(Answering, Reconciler) as service:
        yield service


def candidate(identifier: Any, name: Any = "Bureau du coroner", **fields: Any) -> dict[str, Any]:
    """Return a candidate as services send it; `fields` replace its own."""
    return {
        "id": identifier,
        "name": name,
        "description": "organisme du Québec",
        "type": [{"id": "Q43229", "name": "organisation"}],
        "score": 87.5,
        "match": False,
        **fields,
    }
