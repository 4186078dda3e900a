"""Run the command in a fork of a process that has imported its code: a second less for each start.

A process imports what the command needs and waits; each call forks it, with the call's arguments,
environment and outputs. A test that needs other options starts the installed command.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from tests.support.kept_validation import keep_validation

SECONDS = 900  # for a call: the longest takes twenty on a quiet machine


_CODE = "from tests.support.preloaded_command import wait; wait({!r})"


class PreloadedCommand:
    """A process that forks the command, and its successor where it had to be ended."""

    def __init__(self, folder: Path, code: str) -> None:
        self._code = code
        self._process: subprocess.Popen[str] | None = None
        self._outputs = folder / "out", folder / "err"

    def run(
        self, arguments: list[str], seconds: float = SECONDS
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command as it would run here and now, and return its status and outputs."""
        process = self._process = self._process or _start(self._code)
        assert process.stdin
        assert process.stdout
        call = [arguments, str(Path.cwd()), dict(os.environ), list(map(str, self._outputs))]
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        with contextlib.suppress(BrokenPipeError):  # the timer has ended it already
            process.stdin.write(f"{json.dumps(call)}\n")
            process.stdin.flush()
        status = process.stdout.readline()
        timer.cancel()
        if not status:
            self.end()
            raise subprocess.TimeoutExpired(arguments, seconds)
        texts = [output.read_text(encoding="utf-8") for output in self._outputs]
        return subprocess.CompletedProcess(arguments, int(status), *texts)

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _start(code: str) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code]
    return subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@contextlib.contextmanager
def preload(
    folder: Path, kept: Path | None = None, code: str = _CODE
) -> Iterator[PreloadedCommand]:
    """Yield what forks the command, and end it with the block.

    `code` calls `wait`, with the folder in which is kept what was validated (`kept_validation`).
    """
    command = PreloadedCommand(folder, code.format(str(kept or folder / "validated")))
    try:
        yield command
    finally:
        command.end()


def wait(kept: str) -> None:
    """Fork the command for each line of the standard input."""
    transform = importlib.import_module("transform")
    for module in pkgutil.walk_packages(transform.__path__, "transform."):
        importlib.import_module(module.name)
    for name in ("babel.dates", "rich.live", "rich.progress", "rich.table"):  # imported when needed
        importlib.import_module(name)
    keep_validation(Path(kept))
    command = importlib.import_module("server.cli").main
    _read_texts()
    os.fsync = _leave_unwritten
    gc.collect()
    gc.freeze()  # what is imported is no garbage: no fork looks for any in it
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _run_here(command, *json.loads(line))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _leave_unwritten(fd: object) -> None:
    """Leave it to the system when a file is on the disk, for no test cuts the power."""


def _read_texts() -> None:
    """Read the messages and how numbers are written, which stay as they are for each fork."""
    message = importlib.import_module("transform.text.message")
    numbers = importlib.import_module("transform.text.numbers")
    for room in Path(message.__file__ or "").with_name("messages").glob("*.toml"):
        message.read_room(room.stem)
    for language in ("fr", "en"):
        numbers.is_one(1, language)


def _run_here(
    command: object,
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    outputs: list[str],
) -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, output in enumerate(outputs, 1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["portrait-ia", *arguments]
    assert callable(command)
    sys.exit(command())
