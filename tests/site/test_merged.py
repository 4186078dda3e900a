"""An initiative that a person merged leads to the one that stays, and so does what a year said."""

import csv
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest

from tests.conftest import HEADER, ROW, Run
from transform.rdf import syntaxes

SUFFIXES = ("", ".html", ".ttl", ".jsonld", ".nt", ".rdf")
KINDS = ("text/html", *(syntaxes.BY_SUFFIX[suffix[1:]].media_type for suffix in SUFFIXES[2:]))
YEAR = 2024


class Merged(NamedTuple):
    """A site, where its URIs begin, and the keys of an initiative that stays and one merged."""

    site: str
    base_uri: str
    kept: str
    gone: str


@pytest.fixture(scope="module")
def merged(
    portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Merged]:
    """Build two portraits, accept the one candidate, build again and serve."""
    folder, base_uri = tmp_path_factory.mktemp("merged"), "https://exemple.gouv.qc.example/ia/"
    releases_folder, files = folder / "releases", []
    for year, name in ((YEAR - 1, "Tri des demandes"), (YEAR, "Tri des demandes, phase 2")):
        files.append(f"{year}={folder / f'{year}.csv'}")
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADER, (name, *ROW[1:])])

    def run(*words: object) -> str:
        done = portrait_ia(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("build", *files, "--to", releases_folder, "--base-uri", base_uri)
    listed = run("review", releases_folder, "--list", "--format", "csv")
    (candidate,) = csv.DictReader(listed.splitlines())
    kept, gone = (candidate[f"{side}_iri"].rpartition("/")[2] for side in ("older", "newer"))
    run("review", releases_folder, "--accept", "1", "--author", "Ada Tremblay")
    run("build", *files, "--to", releases_folder, "--base-uri", base_uri)
    with boot(releases_folder, workers=1) as site:
        yield Merged(site, base_uri, kept, gone)


@pytest.mark.parametrize("year", ["", f"/{YEAR}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_merged_one_answers_301(merged: Merged, fetch: Any, method: str, year: str) -> None:
    address = f"{merged.site}id/initiative/{merged.gone}{year}"
    reply = fetch(f"{address}?lang=en", method=method)
    there = urljoin(address, reply.headers["Location"])
    assert reply.status == 301
    assert there == f"{merged.site}id/initiative/{merged.kept}{year}?lang=en"
    assert fetch(there, method=method).status == 303


@pytest.mark.parametrize("year", ["", f"/{YEAR}"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_its_document_leads_to_the_same_form(
    merged: Merged, fetch: Any, suffix: str, year: str
) -> None:
    address = f"{merged.site}doc/initiative/{merged.gone}{year}{suffix}"
    reply = fetch(address)
    there = urljoin(address, reply.headers["Location"])
    assert reply.status == 301
    assert there == f"{merged.site}doc/initiative/{merged.kept}{year}{suffix}"
    assert fetch(there).status == 200


@pytest.mark.parametrize("year", ["", f"/{YEAR}"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_that_is_asked_for_comes_from_the_one_that_stays(
    merged: Merged, fetch: Any, kind: str, year: str
) -> None:
    address, statuses = f"{merged.site}id/initiative/{merged.gone}{year}", []
    for _ in range(3):
        reply = fetch(address, Accept=kind)
        statuses.append(reply.status)
        address = urljoin(address, reply.headers.get("Location", ""))
    assert (statuses, reply.kind) == ([301, 303, 200], kind)
    assert f"/initiative/{merged.kept}{year}" in address


def test_both_portraits_say_the_one_that_stays(merged: Merged, fetch: Any) -> None:
    body = fetch(f"{merged.site}doc/initiative/{merged.kept}.nt").body
    triples = {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}
    kept = f"{merged.base_uri}id/initiative/{merged.kept}"
    versions = {t.object.value for t in triples if t.predicate.value.endswith("/hasVersion")}
    assert versions == {f"{kept}/{YEAR - 1}", f"{kept}/{YEAR}"}
    # The year that was always its own has no other name.
    assert fetch(f"{merged.site}doc/initiative/{merged.gone}/{YEAR - 1}").status == 404
