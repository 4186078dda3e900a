"""Everything that rows make is validated with the shapes, and nothing is validated twice."""

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


def _nothing(*_: object) -> None:
    """Report no progress."""
