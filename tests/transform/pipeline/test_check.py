"""Everything that rows make is validated with the shapes, and nothing is validated twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROW
from transform.layouts.model import load_layout
from transform.parallel import Workers
from transform.pipeline.check import check
from transform.pipeline.prepare import prepare
from transform.pipeline.sources import Source


def test_what_rows_make_is_checked_once(portrait: Callable[..., Path], tmp_path: Path) -> None:
    file = portrait(ROW, ("RÃ©ception", *ROW[1:]))
    steps: list[tuple[str, int, int]] = []
    work = prepare([Source(2023, file, load_layout("quebec"))], "http://a.example/", _nothing)
    with Workers() as workers:
        check(work, False, tmp_path, workers, lambda *step: steps.append(step))
    checked = [done for what, done, _ in steps if what == "Checking rows with the shapes"]
    # Two rows, two initiatives, the names that both would have without the registry, garbled text.
    assert checked[-1] == 2 + 2 + 4 + 1


def test_a_process_that_checks_rows_loads_no_reader_of_workbooks() -> None:
    code = "import sys; import transform.pipeline.check; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert "transform.validation.shacl" in done.stdout.split()
    assert "pandas" not in done.stdout.split()


def _nothing(*_: object) -> None:
    """Report no progress."""
