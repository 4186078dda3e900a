"""Dumps are written as streams: ten times the rows take the same memory."""

from pathlib import Path

import pytest

from tests.benchmarks.streaming import lines, measure


@pytest.mark.parametrize("ending", ["ttl", "jsonld", "rdf", ".csv"])
def test_ten_times_the_rows_take_the_same_memory(tmp_path: Path, ending: str) -> None:
    peaks = []
    for rows in (1_000, 10_000):
        source = tmp_path / f"{rows}.nt"
        with source.open("w", encoding="utf-8") as out:
            out.writelines(lines(rows))
        peaks.append(measure(source, ending, tmp_path / f"{rows}.{ending}")[0])
    # The statements of the larger one alone are 20 MB of text.
    assert source.stat().st_size > 18e6
    assert peaks[1] - peaks[0] < 8
