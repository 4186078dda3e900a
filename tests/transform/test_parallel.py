"""Work on all cores ends with the process that asked for it, however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.support.waiting import wait_until

_ASK = """
import sys, time
from transform.parallel import Workers
if __name__ == "__main__":
    with Workers() as workers:
        for number in workers.spread(time.sleep, [0, 0, 0, 600], many=True):
            print(flush=True)
"""


def _alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False


@pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="on one core there is nobody to spread work to"
)
def test_no_process_outlives_the_one_that_asked(tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text(_ASK)
    root = str(PROJECT)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "ask.py")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as asking:
        assert asking.stdout is not None
        asking.stdout.readline()
        listed = Path(f"/proc/{asking.pid}/task/{asking.pid}/children").read_text()
        workers = [int(number) for number in listed.split()]
        assert workers
        asking.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(_alive, workers)))
