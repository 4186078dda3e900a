"""What a query process is kept from, or kept to."""

import subprocess
import sys

import pytest

from tests.conftest import PROJECT

_CODE = """
import os, subprocess, sys
from server.engine.process import sandbox
os.nice(int(sys.argv[1]))
query = subprocess.Popen(["sleep", "60"], process_group=0)
sandbox.yield_to_younger(query.pid)
print(*(os.getpriority(os.PRIO_PROCESS, process) for process in (0, query.pid)))
query.kill()
query.wait()
"""


@pytest.mark.parametrize("nicer", [0, 15])
def test_a_long_query_never_comes_before_its_server(nicer: int) -> None:
    command = [sys.executable, "-c", _CODE, str(nicer)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    own, query = map(int, done.stdout.split())
    assert nicer <= own <= 19
    assert query == min(own + 10, 19)
