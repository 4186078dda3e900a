"""The command in a process that has read its code already: a second less for each start.

A process imports what the command needs and waits; each call is a fork of it, with its arguments,
environment and outputs. Whoever gives other options than these starts the installed command.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

SECONDS = 180  # for a call


class Warm:
    """A process that forks the command."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._outputs = folder / "out", folder / "err"

    def run(self, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
        """Run the command as it would run here and now; gives what it said."""
        assert self._process.stdin
        assert self._process.stdout
        asked = [arguments, str(Path.cwd()), dict(os.environ), list(map(str, self._outputs))]
        late = threading.Timer(SECONDS, self._process.kill)
        late.start()
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        late.cancel()
        if not status:
            raise subprocess.TimeoutExpired(arguments, SECONDS)
        said = [output.read_text(encoding="utf-8") for output in self._outputs]
        return subprocess.CompletedProcess(arguments, int(status), *said)


@contextmanager
def warm_up(folder: Path) -> Iterator[Warm]:
    """Start the process that waits, and end it."""
    command = [sys.executable, "-m", "tests.warm"]
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Warm(process, folder)
        finally:
            process.kill()


def wait() -> None:
    """Fork the command for each line that comes."""
    transform = importlib.import_module("transform")
    for module in pkgutil.walk_packages(transform.__path__, "transform."):
        importlib.import_module(module.name)
    importlib.import_module("rich.table")
    command = importlib.import_module("server.cli").main
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _become(command, *json.loads(line))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _become(
    command: object, arguments: list[str], folder: str, environment: dict[str, str], told: list[str]
) -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, output in enumerate(told, 1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["portrait-ia", *arguments]
    assert callable(command)
    sys.exit(command())


if __name__ == "__main__":
    wait()
