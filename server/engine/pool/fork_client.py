"""Start a fork server and request query processes from it: the client's side."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.engine.faults import EngineDown, unloadable
from server.engine.frames import CANCEL, LETTER_AND_LENGTH, frame
from server.engine.pool.ending import Ending, describe
from server.engine.process import sandbox
from transform.files import reason_message
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message

_ROOT = Path(__file__).resolve().parents[3]
_REPLY_SECONDS = 10.0
# This package, not another of its name: `-m` would look where the process was started, and in the
# environment.
START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from server.engine.process.fork_server import main; main()"
)


@dataclass(slots=True, eq=False)
class QueryProcess:
    """A process that answers on a connection of its own, so no other's bytes ever reach it."""

    number: int
    connection: socket.socket
    resident: int = 0

    def __post_init__(self) -> None:
        self.connection.setblocking(False)
        self.resident = sandbox.resident(self.number)


def fork_server_command(control: int, source: Path, base_uri: str, memory_mb: int) -> list[str]:
    """Return the command that starts a fork server; it inherits `control`, a descriptor."""
    home = vocabulary_of(base_uri)
    arguments = map(str, (_ROOT, control, source, base_uri, home, memory_mb))
    return [sys.executable, "-P", "-c", START, *arguments]


class ForkClient:
    """A fork server that has loaded a release; for one thread at a time."""

    def __init__(self, source: Path, base_uri: str, memory_mb: int) -> None:
        """Start it (`fork_server.run`), and wait until it has loaded the release.

        Raises UnreadableRelease and EngineDown.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                # A session of its own: Ctrl-C at the terminal is for the asking process, at
                # whose end the fork server reads the end of its control socket.
                self._fork_server = subprocess.Popen(
                    fork_server_command(theirs.fileno(), source, base_uri, memory_mb),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                self._control.close()
                reason = reason_message(error)
                raise EngineDown(message("engine.no_process", reason=reason)) from error
        try:
            loaded = self._receive_loaded()
            if "unreadable" in loaded:
                raise unloadable(source, loaded["unreadable"])
        except BaseException:
            self.close()
            raise
        self._control.settimeout(_REPLY_SECONDS)

    def fork(self) -> QueryProcess:
        """Return a fresh query process; raises EngineDown."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                number: int = self._request({"do": "fork"}, [theirs.fileno()])["process"]
        except BaseException:
            ours.close()
            raise
        return QueryProcess(number, ours)

    def check(self, process: QueryProcess) -> None:
        """Wait until a fresh process answers; raises EngineDown where it ends instead."""
        connection = process.connection
        connection.setblocking(True)
        try:
            connection.sendall(frame(CANCEL))  # which nothing comes before, and which is answered
            answered = connection.recv(LETTER_AND_LENGTH.size)
        except ConnectionError:
            answered = b""
        connection.setblocking(False)
        if not answered:
            ending = describe(self.reap(process))
            raise EngineDown(message("engine.query_process_ended", ending=ending))

    def kill(self, process: QueryProcess) -> None:
        """End a process at once, whatever it does; its memory is free soon after."""
        process.connection.close()
        self._request({"do": "kill", "process": process.number})

    def reap(self, process: QueryProcess) -> Ending:
        """Return how a process that closed its connection ended."""
        process.connection.close()
        reply = self._request({"do": "reap", "process": process.number})
        return Ending(reply["status"], reply["words"], reply["peak"] - process.resident)

    def alive(self) -> bool:
        """Return whether the fork server can still take requests."""
        return self._control.fileno() != -1 and self._fork_server.poll() is None

    def close(self) -> None:
        """End the fork server and every process that it forked."""
        self._control.close()
        self._fork_server.kill()  # the kernel then ends its children, before any of them reads more
        self._fork_server.wait()

    def forget(self) -> None:
        """Close our end of the socket to the fork server of the parent process."""
        self._control.close()

    def _request(self, request: dict[str, Any], descriptors: list[int] | None = None) -> Any:
        packet = json.dumps(request).encode()
        try:
            socket.send_fds(self._control, [packet], descriptors or [])
        except OSError as error:
            self._control.close()  # it is gone, though it may not count as ended yet
            reason = reason_message(error)
            raise EngineDown(message("engine.fork_server_lost", reason=reason)) from error
        reply = self._receive()
        if "failed" in reply:
            raise EngineDown(
                message("engine.fork_server_cannot", do=request["do"], reason=reply["failed"])
            )
        return reply

    def _receive_loaded(self) -> dict[str, Any]:
        try:
            return self._receive()
        except EngineDown as down:
            status = self._fork_server.wait()  # nothing else closes its end of the socket
            raise EngineDown(message("engine.loading_ended", status=status)) from down

    def _receive(self) -> dict[str, Any]:
        try:
            packet = self._control.recv(65536)
        except OSError as error:
            self._control.close()  # a late reply must not be taken for that to the next request
            reason = reason_message(error)
            raise EngineDown(message("engine.fork_server_silent", reason=reason)) from error
        if not packet:
            self._control.close()
            raise EngineDown(message("engine.fork_server_gone"))
        reply: dict[str, Any] = json.loads(packet)
        return reply
