"""Dumps are written as streams: ten times the rows take the same memory."""

from pathlib import Path

import pytest

from tests.benchmarks.streaming import lines, measure


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Statements of so many rows, and of ten times as many."""
    sources = {rows: tmp_path_factory.mktemp("rows") / f"{rows}.nt" for rows in (1_000, 10_000)}
    for rows, source in sources.items():
        with source.open("w", encoding="utf-8") as out:
            out.writelines(lines(rows))
    return sources


@pytest.mark.parametrize("ending", ["ttl", "jsonld", "rdf", ".csv"])
def test_ten_times_the_rows_take_the_same_memory(
    sources: dict[int, Path], tmp_path: Path, ending: str
) -> None:
    peaks = [
        measure(source, ending, tmp_path / f"{rows}.{ending}")[0]
        for rows, source in sources.items()
    ]
    # The statements of the larger one alone are 20 MB of text.
    assert sources[10_000].stat().st_size > 18e6
    assert peaks[1] - peaks[0] < 8
