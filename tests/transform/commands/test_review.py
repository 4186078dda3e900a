"""Review from outside: what waits is listed, what is decided is written, built, and reversible."""

import csv
import io
import json
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.conftest import (
    COMMAND,
    HEADER,
    ROW,
    Run,
)
from transform.decisions.judgement import Judgement
from transform.review.session import decision_line, open_review, write

BASE = "http://localhost:8000/"
PREFIXES = f"""
PREFIX pia: <{BASE}def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX sssom: <https://w3id.org/sssom/>
"""
# A body that no registry knows: none of its initiatives has had another URI before.
REST = (ROW[1], "Office inventé", *ROW[3:])
OLD, NEW = "Tri des demandes reçues", "Tri des demandes reçues, phase 2"
KEPT = "Prévision de l'achalandage"


class Site:
    """Two portraits, a folder of releases, and the commands on them."""

    def __init__(self, portrait_ia: Run, files: tuple[str, ...], folder: Path) -> None:
        self.run, self.files = portrait_ia, files
        self.releases, self.decisions = folder / "releases", folder / "decisions.csv"

    def build(self) -> Path:
        done = self.run("build", *self.files, "--to", self.releases)
        assert done.returncode == 0, done.stderr
        return (self.releases / "current").resolve()

    def review(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("review", self.releases, "--decisions", self.decisions, *options)

    def decide(self, *options: str) -> None:
        done = self.review(*options, "--author", "Ada Tremblay", "--date", "2026-01-31")
        assert done.returncode == 0, done.stderr

    def candidates(self) -> list[dict[str, str]]:
        done = self.review("--list", "--format", "csv")
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def ask(self, query: str) -> list[tuple[str, ...]]:
        store = ox.Store()
        dump = self.releases / "current" / "dumps" / "portraits.nt"
        store.bulk_load(path=dump, format=ox.RdfFormat.N_TRIPLES)
        solutions = store.query(PREFIXES + query)
        assert isinstance(solutions, ox.QuerySolutions)
        return sorted(tuple(s[n].value for n in solutions.variables) for s in solutions)

    def initiatives(self) -> set[str]:
        return {i for (i,) in self.ask("SELECT ?i { ?i a pia:Initiative }")}


def written(folder: Path, year: int, *names: str) -> str:
    """Write a portrait of these names, and return YEAR=FILE."""
    file = folder / f"{year}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *((name, *REST) for name in names)])
    return f"{year}={file}"


@pytest.fixture(scope="module")
def built(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build two portraits once: one reworded name, one that the rule joins, a new one."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "data").mkdir()
    files = (
        written(folder / "data", 2023, OLD, KEPT),
        written(folder / "data", 2024, NEW, KEPT.upper(), "Tout autre chose"),
    )
    site = Site(portrait_ia, files, folder)
    site.build()
    return site


@pytest.fixture
def site(built: Site, tmp_path: Path) -> Site:
    """Return a copy of the built releases, with data next to which no decisions lie."""
    shutil.copytree(built.releases, tmp_path / "releases", symlinks=True)
    shutil.copytree(built.releases.parent / "data", tmp_path / "data")
    files = tuple(f"{year}={tmp_path / 'data' / f'{year}.csv'}" for year in (2023, 2024))
    site = Site(built.run, files, tmp_path)
    site.decisions = tmp_path / "data" / "decisions.csv"
    return site


def test_accepted_candidate_is_one_initiative_and_reversible(site: Site) -> None:
    before = (site.releases / "current").resolve()
    alone = site.initiatives()
    [candidate] = site.candidates()
    assert (candidate["kind"], candidate["older_name"], candidate["newer_name"]) == (
        "reworded",
        OLD,
        NEW,
    )
    site.decide("--accept", "1", "--comment", "même texte")
    assert site.candidates() == []

    after = site.build()
    kept, gone = candidate["older_iri"], candidate["newer_iri"]
    assert after.name != before.name
    assert site.initiatives() == alone - {gone}
    assert site.ask("SELECT ?a ?b { ?a dcterms:isReplacedBy ?b ; owl:deprecated true }") == [
        (gone, kept),
        (f"{gone}/2024", f"{kept}/2024"),
    ]
    assert site.candidates() == []
    query = """SELECT DISTINCT ?initiative { ?decision pia:sujet ?older ; pia:objet ?newer ;
        prov:endedAtTime ?time ; pia:etablit ?initiative . ?newer dcterms:isReplacedBy ?older }"""
    assert site.ask(query) == [(kept,)]
    by_rule, by_person = decisions_table(after)
    assert by_rule["curation_rule"] == "ia:regle/accord-exact"
    assert by_rule["subject_id"].endswith("/2023")
    assert by_rule["object_id"] == by_rule["subject_id"].replace("/2023", "/2024")
    ends = [by_person["subject_id"], by_person["object_id"]]
    assert ends == [iri.replace(f"{BASE}id/", "ia:") for iri in (kept, gone)]
    assert (by_person["subject_label"], by_person["object_label"]) == (OLD, NEW)
    assert by_person["predicate_id"] == "skos:exactMatch"
    assert by_person["comment"].startswith("même texte")
    manifest = json.loads((after / "manifest.json").read_bytes())
    copy = manifest["files"]["report/decisions.csv"]
    assert (after / "report" / "decisions.csv").read_bytes() == site.decisions.read_bytes()
    assert manifest["decisions"] == {
        "file": "decisions.csv",
        "sha256": copy["sha256"],
        "lines": 1,
        "joined": 1,
        "refused": 0,
    }
    assert manifest["open"] == [{"older": 2023, "newer": 2024, "pairs": 0}]

    header = site.decisions.read_text(encoding="utf-8").splitlines()[0]
    site.decisions.write_text(f"{header}\n", encoding="utf-8")
    again = site.build()
    assert again.name == before.name
    assert contents(again) == contents(before)


def decisions_table(release: Path) -> list[dict[str, str]]:
    """Read all decisions of a release, without the metadata before them."""
    text = (release / "dumps" / "decisions.sssom.tsv").read_text(encoding="utf-8")
    metadata = [line for line in text.splitlines() if line.startswith("#")]
    assert f'#  ia: "{BASE}id/"' in metadata
    lines = text.splitlines(keepends=True)[len(metadata) :]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_cut_that_is_taken_out_publishes_what_was_before(site: Site) -> None:
    before = (site.releases / "current").resolve()
    [(kept,)] = site.ask("SELECT DISTINCT ?i { ?i dcterms:hasVersion ?a, ?b FILTER (?a != ?b) }")
    header = "subject,predicate,predicate_modifier,object,justification,confidence,author,date\n"
    line = f"{kept}/2023,skos:exactMatch,Not,{kept}/2024,à part,1,Ada,2026-01-31\n"
    site.decisions.write_text(header + line, encoding="utf-8")
    site.build()
    [(former, piece)] = site.ask("SELECT ?a ?b { ?a dcterms:isReplacedBy ?b }")
    assert former == f"{kept}/2024"
    assert not piece.startswith(kept)
    # Its key goes with the line: no URI is lost that anything but the line had made.
    site.decisions.write_text(header, encoding="utf-8")
    assert site.build().name == before.name


def contents(release: Path) -> dict[str, bytes]:
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }


def test_refused_candidate_stays_two_and_is_not_asked_again(site: Site) -> None:
    alone = site.initiatives()
    [candidate] = site.candidates()
    # Either order names the pair, below any prefix of the two IRIs.
    site.decide("--refuse", f"{candidate['newer_iri']}={candidate['older_iri']}")
    assert site.candidates() == []
    site.build()
    assert site.candidates() == []
    assert site.initiatives() == alone
    query = """SELECT ?one ?conclusion ?author ?date ?confidence {
        ?d pia:conclusion ?conclusion ; pia:regle <http://localhost:8000/id/regle/jugement> ;
           pia:porteSur ?one ; prov:wasAssociatedWith ?author ; dcterms:date ?date ;
           pia:confiance ?confidence ; pia:preuve ?why ;
           sssom:mapping_justification
             <https://w3id.org/semapv/vocab/ManualMappingCuration> }"""
    judgement = (
        f"{BASE}id/conclusion/distinct",
        f"{BASE}id/agent/ada-tremblay",
        "2026-01-31",
        "0.9",
    )
    assert site.ask(query) == sorted(
        (candidate[f"{side}_iri"], *judgement) for side in ("older", "newer")
    )


def test_rule_says_what_it_joined_and_the_clock_never_shows(site: Site) -> None:
    query = f"""SELECT ?one ?rule ?date ?why {{
        ?d a pia:DecisionIdentite ; pia:regle ?rule ; pia:porteSur ?one ; dcterms:date ?date ;
           pia:preuve ?why ; prov:wasAssociatedWith <{BASE}id/agent/portrait-ia> }}"""
    rows = site.ask(query)
    [joined] = {one.rpartition("/")[0] for one, *_ in rows}
    assert [one for one, *_ in rows] == [f"{joined}/2023", f"{joined}/2024"]
    assert {cells for _, *cells_of_row in rows for cells in [tuple(cells_of_row)]} == {
        (
            f"{BASE}id/regle/accord-exact",
            "2026-11-22",
            f"Même organisme et même nom en forme normale : « {KEPT.upper()} »",
        )
    }


def test_split_candidate_stays_two_with_a_link(portrait_ia: Run, tmp_path: Path) -> None:
    files = written(tmp_path, 2023, OLD), written(tmp_path, 2024, OLD, NEW)
    site = Site(portrait_ia, files, tmp_path)
    site.build()
    alone = site.initiatives()
    [candidate] = site.candidates()
    assert candidate["kind"] == "split"
    site.decide("--accept", "1")
    site.build()
    assert site.initiatives() == alone
    assert site.ask("SELECT ?a ?b { ?a prov:wasDerivedFrom ?b }") == [
        (candidate["newer_iri"], candidate["older_iri"])
    ]


def test_file_keeps_what_is_there(site: Site) -> None:
    header = "\ufeff# note à garder\r\nauthor;object;date;subject;similarity_score;confidence;"
    header += "justification;predicate;predicate_modifier"
    site.decisions.write_bytes(header.encode())
    site.decide("--refuse", "1")
    now = site.decisions.read_bytes().decode()
    head, line = now.removesuffix("\r\n").rsplit("\r\n", 1)
    assert head == header
    assert line.startswith("Ada Tremblay;id/initiative/")
    assert line.endswith(";;0.9;semapv:ManualMappingCuration;skos:exactMatch;Not")
    assert [p.name for p in site.decisions.parent.iterdir() if p.name.startswith(".")] == []


def test_line_that_a_build_would_refuse_is_not_written(site: Site) -> None:
    done = site.review("--accept", "1", "--author", "Ada", "--confidence", "2")
    assert done.returncode == 1
    assert 'line 2, confidence: "2" is no number from 0 to 1' in done.stderr
    assert not site.decisions.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--accept", "1"), "nobody decides. Say who with --author."),
        (("--accept", "2", "--author", "Ada"), "no candidate 2: there are 1"),
        (("--refuse", "a=b", "--author", "Ada"), "'a=b': no candidate"),
    ],
)
def test_misuse_is_one_line(site: Site, options: tuple[str, ...], message: str) -> None:
    done = site.review(*options)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert not site.decisions.exists()


def test_default_file_is_one_that_the_next_build_reads(site: Site) -> None:
    done = site.run("review", site.releases, "--refuse", "1", "--author", "Ada")
    assert done.returncode == 0, done.stderr
    assert str(site.releases / "decisions.csv") in done.stdout
    done = site.run("build", *site.files, "--to", site.releases)
    assert f"{site.releases / 'decisions.csv'}: 1 decisions" in done.stdout
    # With one beside the data as well, only a person knows which is meant.
    site.decisions.write_bytes((site.releases / "decisions.csv").read_bytes())
    done = site.run("build", *site.files, "--to", site.releases)
    assert (done.returncode, "two decisions files" in done.stderr) == (2, True)


def test_review_asks_for_the_file_that_the_release_was_built_with(site: Site) -> None:
    site.decide("--refuse", "1")
    site.build()
    done = site.run("review", site.releases)
    assert (done.returncode, "Name it with --decisions FILE" in done.stderr) == (2, True)


def test_table_shows_both_rows_with_reason(site: Site) -> None:
    done = site.review("--list", "--format", "table")
    assert "1. reworded, " in done.stdout
    assert "same body, another name" in done.stdout
    for text in (OLD, NEW, REST[1], ROW[1], ROW[4], ROW[5], "1 candidate"):
        assert text in done.stdout


@pytest.mark.parametrize(("keys", "lines"), [("a\n", 1), ("r\n", 1), ("s\n", 0), ("q\n", 0)])
def test_terminal_asks_once_for_who_and_then_for_each(site: Site, keys: str, lines: int) -> None:
    master, slave = pty.openpty()
    try:
        os.write(master, f"Ada Tremblay\n{keys}".encode())
        done = subprocess.run(
            [COMMAND, "review", site.releases, "--decisions", site.decisions],
            stdin=slave,
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Who decides") == 1
    now = site.decisions.read_text(encoding="utf-8") if site.decisions.exists() else "\n"
    assert now.count("\n") - 1 == lines
    assert ("Not" in now) == (keys == "r\n")


def test_what_another_one_wrote_meanwhile_stays(site: Site) -> None:
    opened = open_review((site.releases / "current").resolve(), site.decisions)
    [candidate] = opened.candidates
    judgement = Judgement("Bob", "0.9", "2026-01-31", "")
    site.decide("--refuse", "1")
    write(opened, [decision_line(candidate, False, judgement)])
    with site.decisions.open(encoding="utf-8", newline="") as lines:
        assert [line["author_id"] for line in csv.DictReader(lines)] == ["Ada Tremblay", "Bob"]
