"""CKAN takes our catalogue whole: `make test-ckan`, which installs CKAN.

Its harvester's parser reads the catalogue, its own `package_create` creates each dataset in a
PostgreSQL of the test's own. Its search index (Solr) and queue (Redis) have no part in it.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, ROW, Run, common_folder
from tests.support import postgres
from tests.support.build_once import make_once

pytestmark = pytest.mark.ckan
BASE = "https://ia.exemple.gouv.qc.ca/donnees/"
PACKAGES = ("ckan==2.12.0", "ckanext-dcat==2.4.4")
READING = PROJECT / "tests" / "support" / "ckan_harvest.py"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with CKAN and what it asks for, but for the driver that has to be compiled."""

    def install(folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, *PACKAGES], check=True)
        [site] = folder.glob("lib/python3*/site-packages")
        [ckan] = importlib.metadata.distributions(name="ckan", path=[str(site)])
        needs = [need.partition(";")[0] for need in ckan.requires or () if '"requirements"' in need]
        needs = [need for need in needs if not re.match("psycopg2", need)]
        subprocess.run([*pip, *needs, "psycopg2-binary"], check=True)

    return make_once(common_folder(tmp_path_factory) / "ckan", install) / "bin" / "python"


Take = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The folder of the socket of a running PostgreSQL."""
    with postgres.cluster() as folder:
        yield folder


@pytest.fixture
def take(folder: Path, python: Path) -> Take:
    """Take a catalogue into a CKAN with nothing in it."""

    def run(address: str, profile: str = "euro_dcat_ap_3") -> subprocess.CompletedProcess[str]:
        database = postgres.make_database(folder, f"ckan_{uuid.uuid4().hex}")
        command = [str(python), str(READING), address, profile, database]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="module")
def at(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory, boot: Any) -> Iterator[str]:
    """A site with portraits of two years of the ministry's layout."""
    from tests.site.test_catalogue import write

    folder = tmp_path_factory.mktemp("harvested")
    sources = [f"{year}={write(folder / f'{year}.csv', ROW)}" for year in (2024, 2025)]
    done = portrait_ia("build", *sources, "--base-uri", BASE, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    with boot(folder / "releases") as address:
        yield address


@pytest.mark.parametrize("profile", ["euro_dcat_ap_3", "euro_dcat_ap_2"])
def test_ckan_holds_every_dataset_whole(take: Take, at: str, fetch: Any, profile: str) -> None:
    done = take(f"{at}catalogue.ttl", profile)
    assert done.returncode == 0, done.stderr
    datasets = {_extra(dataset, "uri"): dataset for dataset in json.loads(done.stdout)}
    years = {f"{BASE}id/portrait/{year}" for year in (2024, 2025)}
    assert set(datasets) == {*years, f"{BASE}catalogue#ensemble"}
    claimed = fetch(f"{at}catalogue.ttl").text.count("dcat:accessURL")
    assert sum(len(dataset["resources"]) for dataset in datasets.values()) == claimed
    for dataset in datasets.values():
        assert dataset["title"]
        assert dataset["notes"]
        assert dataset["license_id"] == "cc-by"
        assert len(dataset["tags"]) > 10
        assert "Cybersécurité" in _extra(dataset, "publisher_name")
        assert _extra(dataset, "contact_email") == "encadrement.ia@mcn.gouv.qc.ca"
        assert _extra(dataset, "modified") >= "2025-01-23"
        assert _extra(dataset, "frequency").endswith("frequency/ANNUAL")
        assert _extra(dataset, "temporal_start") <= _extra(dataset, "temporal_end")
        for resource in dataset["resources"]:
            assert resource["name"]
            assert resource["format"]
            assert resource["url"].startswith(BASE)
            assert resource.get("hash") or resource["url"] == f"{BASE}sparql"


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ('dcat:keyword "', 'dcat:keyword "l\'IA"@fr , "', "tags"),
        ('dcat:keyword "', 'dcat:keyword "x"@fr , "', "tags"),
        ('dcat:version "', f'dcat:version "{"v" * 101}" ; <urn:x> "', "version"),
    ],
    ids=["a keyword with an apostrophe", "a keyword of one letter", "a version that is too long"],
)
def test_what_ckan_refuses_is_reported(
    take: Take, at: str, fetch: Any, tmp_path: Path, before: str, after: str, word: str
) -> None:
    text = fetch(f"{at}catalogue.ttl").text
    assert before in text
    (tmp_path / "broken.ttl").write_text(text.replace(before, after, 1), encoding="utf-8")
    done = take((tmp_path / "broken.ttl").as_uri())
    assert (done.returncode, done.stdout) == (1, "")
    assert "CKAN refuses" in done.stderr
    assert word in done.stderr


def _extra(dataset: Any, key: str) -> str:
    [value] = [extra["value"] for extra in dataset["extras"] if extra["key"] == key]
    return str(value)
