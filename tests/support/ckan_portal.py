"""Run a CKAN portal on a real port that answers in the recorded shapes, well or badly."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

DATASET = "1c9131d2-ab2a-4513-9a46-945b2bc96e1b"
SLUG = "portrait-public-des-utilisations-de-l-ia-dans-l-administration-publique-quebecoise"
LONG_AGO = formatdate(1_700_000_000, usegmt=True)
Answer = Callable[["Handler"], None]
Service = TypeVar("Service")


class File:
    """A file of the portal; `answers` are bad answers, one for each GET, before good ones."""

    def __init__(self, body: bytes, media_type: str = "text/csv") -> None:
        self.body = body
        self.media_type = media_type
        self.answers: list[Answer] = []
        self.etag: str | None = f'"{hashlib.md5(body).hexdigest()}"'
        self.modified: str | None = LONG_AGO
        self.head_status = 200


class Portal:
    """The portal's files and resources, and the requests it received: (method, path, headers)."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.api = f"{self.address}/recherche/api/3/action"
        self.files: dict[str, File] = {}
        self.resources: list[dict[str, Any]] = []
        self.about: dict[str, Any] = {"metadata_modified": "2026-01-27T19:04:03.313402"}
        self.api_answers: list[Answer] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    def offer(self, year: int, body: bytes, ending: str = "csv", **fields: Any) -> File:
        """Offer a file as the portal's upload; `fields` replace those of the resource."""
        path = f"/fichiers/{year}.{ending}"
        self.files[path] = File(body)
        excel = " version Excel.xlsx" if ending == "xlsx" else ""
        self.resources.append(
            {
                "id": f"00000000-0000-4000-8000-{len(self.resources):012}",
                "package_id": DATASET,
                "name": f"Portrait public utilisations IA gouvernement Quebec {year}{excel}",
                "description": f"Portrait public annuel {year} des utilisations de l'IA",
                "format": ending.upper(),
                "url": self.address + path,
                "url_type": "upload",
                "mimetype": None,
                "size": len(body),
                "hash": "",
                "created": f"{year}-11-08T21:32:00.000001",
                "last_modified": f"{year + 1}-01-27T19:04:00.000001",
                "metadata_modified": f"{year + 1}-01-27T19:04:00.100001",
                "position": len(self.resources),
                "state": "active",
                "resource_type": None,
                "datastore_active": True,
                "taille_entier": 1,
                **fields,
            }
        )
        return self.files[path]

    def result(self) -> dict[str, Any]:
        """Return the result of package_show."""
        return {
            "id": DATASET,
            "name": SLUG,
            "title": "Portrait public des utilisations de l'IA",
            "notes": "Dans une perspective de transparence…",
            "organization": {"name": "mcn", "title": "Cybersécurité et Numérique"},
            "license_id": "cc-by",
            "license_title": "Attribution (CC-BY 4.0)",
            "license_url": "https://www.donneesquebec.ca/licence/#cc-by",
            "update_frequency": "annual",
            "language": "FR",
            "metadata_created": "2024-11-08T21:32:11.000001",
            "num_resources": len(self.resources),
            "resources": self.resources,
            **self.about,
        }

    def gets(self, part: str) -> list[dict[str, str]]:
        """Return the headers of the GETs whose path contains a text."""
        return [head for method, path, head in self.requests if method == "GET" and part in path]


class Handler(BaseHTTPRequestHandler):
    """Answers requests from the portal's current state."""

    portal: Portal
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """Answer the API, a file, or what the test has prepared."""
        self.close_connection = True
        # A request to a proxy names the whole URL.
        self.path = re.sub("^http://[^/]*", "", self.path)
        path = self.path.partition("?")[0]
        headers = {name.title(): value for name, value in self.headers.items()}
        self.portal.requests.append((self.command, self.path, headers))
        try:
            if path == "/recherche/api/3/action/package_show":
                answers, good = self.portal.api_answers, Handler.package
            else:
                file = self.portal.files.get(path)
                if not file:
                    self.reply(404, b"Not found", "text/plain")
                    return
                if self.command == "HEAD" and file.head_status != 200:
                    self.reply(file.head_status, b"", "text/plain")
                    return
                answers, good = file.answers, Handler.file
            bad = answers.pop(0) if answers and self.command == "GET" else None
            (bad or good)(self)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client closed the connection

    do_HEAD = do_GET  # noqa: N815

    def package(self) -> None:
        """Answer package_show."""
        held = self.portal.result()
        if not self.path.endswith((f"id={held['id']}", f"id={held['name']}")):
            error = {"message": "Not found: Dataset not found", "__type": "Not Found Error"}
            self.json(404, {"help": "…", "success": False, "error": error})
        else:
            self.json(200, {"help": "…", "success": True, "result": held})

    @property
    def here(self) -> File:
        """The file that is requested."""
        return self.portal.files[self.path.partition("?")[0]]

    def file(self) -> None:
        """Answer with a file, or with 304 where it is unchanged."""
        here = self.here
        request_headers = self.headers
        by_date = not here.etag and here.modified == request_headers.get(
            "If-Modified-Since", "never"
        )
        if (here.etag and request_headers.get("If-None-Match") == here.etag) or by_date:
            self.reply(304, b"", here.media_type)
        else:
            self.reply(200, here.body, here.media_type)

    def json(self, status: int, value: object) -> None:
        """Answer with JSON."""
        self.reply(status, json.dumps(value).encode(), "application/json;charset=utf-8")

    def head(self, status: int, media_type: str, **headers: object) -> None:
        """Send the head of an answer; a header that is None is left out."""
        self.send_response(status)
        path = self.path.partition("?")[0]
        if file := self.portal.files.get(path):
            headers = {"ETag": file.etag, "Last_Modified": file.modified, **headers}
        for name, value in {"Content_Type": media_type, "Connection": "close", **headers}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def reply(self, status: int, body: bytes, media_type: str, **headers: object) -> None:
        """Send an answer."""
        self.head(status, media_type, **{"Content_Length": len(body), **headers})
        if self.command != "HEAD":
            self.wfile.write(body)


def cut(after: int) -> Answer:
    """Announce the whole file, and send only the beginning of it."""

    def answer(handler: Handler) -> None:
        body = handler.here.body
        handler.head(200, "text/csv", Content_Length=len(body))
        handler.wfile.write(body[:after])

    return answer


def drip(pause: float) -> Answer:
    """Send one byte after the other, with pauses."""

    def answer(handler: Handler) -> None:
        handler.head(200, "text/csv", Content_Length=len(handler.here.body))
        for byte in handler.here.body:
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)

    return answer


def endless(handler: Handler) -> None:
    """Send chunks that never end."""
    handler.head(200, "text/csv", Transfer_Encoding="chunked")
    line = b"Nom;Organisme\r\n" * 4096
    while True:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))


def replies(
    status: int, body: bytes = b"", media_type: str = "text/csv", **headers: object
) -> Answer:
    """Answer with this status, body and headers."""
    return lambda handler: handler.reply(status, body, media_type, **headers)


@contextmanager
def running() -> Iterator[Portal]:
    """Start a portal; ends with the block."""
    with listening(Handler, Portal) as portal:
        yield portal


@contextmanager
def listening(
    base: type[BaseHTTPRequestHandler], make: Callable[[int], Service]
) -> Iterator[Service]:
    """Run a server whose handler sees what `make` returns for the port; ends with the block."""
    handler = type("BoundHandler", (base,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.portal = portal = make(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
