"""A server that has no file descriptor left says so with a 503, and recovers once it has."""

import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.processes import children, find_workers, lives, query_processes
from tests.support.waiting import wait_until

JSON, PAGE = "application/json", "text/html"


@contextmanager
def without_descriptors(
    processes: Sequence[int], most: Callable[[int], int] | None = None
) -> Iterator[None]:
    """Keep processes from opening anything more; what they have open stays.

    `most` returns how many a process may have, by default as many as it has.
    """
    before = {p: resource.prlimit(p, resource.RLIMIT_NOFILE) for p in processes}
    try:
        for process, (_, hard) in before.items():
            allowed = (most or lowest_free)(process)
            resource.prlimit(process, resource.RLIMIT_NOFILE, (allowed, hard))
        yield
    finally:
        for process, limits in before.items():
            resource.prlimit(process, resource.RLIMIT_NOFILE, limits)


def lowest_free(process: int) -> int:
    taken = {int(entry.name) for entry in Path(f"/proc/{process}/fd").iterdir()}
    return min(set(range(len(taken) + 1)) - taken)


def count_open(port: int) -> int:
    """Return how many connections the server of a port has not closed (proc_net(5))."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    here = [line.split()[3] for line in lines if line.split()[1].endswith(f":{port:04X}")]
    return sum(state in ("01", "08") for state in here)  # ESTABLISHED, CLOSE_WAIT


def ask(connection: HTTPConnection, path: str, accept: str = JSON) -> tuple[int, str, bytes]:
    """Ask on a connection that is open; return status, Retry-After and body."""
    connection.request("GET", path, headers={"Accept": accept})
    return read(connection.getresponse())


def read(reply: HTTPResponse) -> tuple[int, str, bytes]:
    return reply.status, reply.headers["Retry-After"] or "", reply.read()


def test_a_server_without_descriptors_says_so_and_recovers(folder: Path, boot: Any) -> None:
    with boot(folder) as site, ExitStack() as open_ones:
        host = urlsplit(site).netloc
        workers = find_workers(site)
        fork_servers = [child for worker in workers for child in children(worker)]
        kept = open_ones.enter_context(closing(HTTPConnection(host, timeout=90)))
        assert ask(kept, "/sparql?query=ASK%7B%7D")[0] == 200
        # A connection that ends later would leave its descriptor to another.
        wait_until(lambda: count_open(int(host.split(":")[1])) == 1)

        with without_descriptors(workers):
            for accept in (JSON, PAGE):
                status, retry_after, body = ask(kept, "/dumps/portraits.nq", accept)
                assert (status, int(retry_after) > 0) == (503, True), body
            with socket.create_connection((host.split(":")[0], int(host.split(":")[1])), 90) as new:
                new.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                answer = b"".join(iter(lambda: new.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 503 "), answer
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["kind"] == "too-many-connections"

        # The pipes of killed processes leave descriptors that are allowed no more.
        with without_descriptors(fork_servers, lambda _: 3):
            for process in query_processes(site):
                os.kill(process, signal.SIGKILL)
            wait_until(lambda: not any(map(lives, query_processes(site))))
            status, retry_after, body = ask(kept, "/sparql?query=ASK%7B%7D%23none")
            assert (status, json.loads(body)["kind"]) == (503, "engine-down")
            assert int(retry_after) > 0

        assert ask(kept, "/dumps/portraits.nq")[0] == 200
        with closing(HTTPConnection(host, timeout=90)) as new_one:
            assert ask(new_one, "/healthz")[0] == 200
        wait_until(lambda: ask(kept, "/sparql?query=ASK%7B%7D%23again")[0] == 200)
        assert set(fork_servers) == {child for worker in workers for child in children(worker)}
