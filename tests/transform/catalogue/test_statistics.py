"""The parts of the catalogue: counts in bounded memory, facts of layouts."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROW, Run
from transform.catalogue import distinct_terms
from transform.catalogue.codelists import PUBLISHERS
from transform.catalogue.distinct_terms import DistinctTerms
from transform.catalogue.statistics import Statistics
from transform.layouts.series import PUBLISHER_KINDS


@pytest.mark.parametrize("most", [7, 100_000], ids=["on disk", "in memory"])
def test_distinct_terms_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(distinct_terms, "MOST_IN_MEMORY", most)
    terms = [f"<urn:é:{random.Random(number).randrange(300)}>".encode() for number in range(2000)]
    counted = DistinctTerms(tmp_path, "terms")
    for first in range(0, len(terms), 5):
        counted.add(terms[first : first + 5])
    assert counted.total() == len({*terms})
    assert any(tmp_path.iterdir()) == (most == 7)


def test_a_statement_of_the_catalogue_that_another_graph_makes_is_met(tmp_path: Path) -> None:
    line = b'<urn:a> <urn:b> "c d > . " .\n'
    (tmp_path / "graph.nt").write_bytes(line + b"<urn:a> <urn:b> <https://ror.org/1> .\n")
    count = Statistics("urn:", tmp_path)
    assert count.add(tmp_path / "graph.nt", {line, b"<urn:x> <urn:b> <urn:c> .\n"}) == (2, {line})
    numbers = count.numbers()
    assert (numbers.triples, numbers.subjects, numbers.objects) == (2, 1, 2)
    assert dict(numbers.links) == {("ror", "urn:b"): 1}


def test_every_kind_of_publisher_has_its_code() -> None:
    assert tuple(sorted(PUBLISHERS)) == PUBLISHER_KINDS


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[portraits.2025]\nbegin = 2025-06-30\nend = 2025-06-01", "the earlier one as begin"),
        ("[portraits.2025]\nissued = '2025-06-30'", "without quotes"),
        ("[portraits.2025]\nissued = 2025-06-30T10:00:00", "without quotes"),
        ('[series]\nkeywords.fr = ["utilisation de l\'IA"]', "keywords.fr[1]"),
        ("[series.coverage]\nbounds = [1, 2, 3]", "series.coverage wants"),
        ("[series.coverage]\nmiddle = [200, 2]", "between -180 and 180"),
        ("[series]\nlegislation = 'arrete-1867-01'", "arrete-1867-01"),
        ("[publisher]\nkind = 'galactic'", "one of academia, company"),
    ],
    ids=["days", "quotes", "time", "keyword", "bounds", "degrees", "law", "kind"],
)
def test_facts_that_cannot_be(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path, more: str, message: str
) -> None:
    layout = tmp_path / "own.toml"
    layout.write_text(f'layout = 1\nname = "own"\nextends = "quebec"\n{more}\n', encoding="utf-8")
    source = f"2025={portrait(ROW)}"
    done = portrait_ia("build", source, "--layout", layout, "--to", tmp_path / "releases")
    assert done.returncode == 2
    assert "own.toml" in done.stderr
    assert message in " ".join(done.stderr.split())
