"""Dumps are written as streams: ten times the rows take the same memory."""

from pathlib import Path

from tests.benchmarks.streaming import lines, measure


def test_ten_times_the_rows_take_the_same_memory(tmp_path: Path) -> None:
    peaks = []
    for rows in (1_000, 10_000):
        source, folder = tmp_path / f"{rows}.nt", tmp_path / f"{rows}"
        folder.mkdir()
        with source.open("w", encoding="utf-8") as out:
            out.writelines(lines(rows))
        peaks.append(measure(source, folder)[0])
    # The statements of the larger one alone are 20 MB of text.
    assert source.stat().st_size > 18e6
    assert (folder / "portraits.jsonld").stat().st_size > 9e6
    assert peaks[1] - peaks[0] < 8
