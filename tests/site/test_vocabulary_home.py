"""A register whose vocabulary is at home elsewhere: in every file, answer and query it is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.settings import Settings
from tests.conftest import Run

HOME = "https://vocabulaire.exemple/ia/termes#"
OWN = b"http://localhost:8000/def"


@pytest.fixture(scope="module")
def folder(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere")
    done = portrait_ia("build", "--vocabulary-uri", HOME, "--to", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    app = create_app(folder, Settings())
    yield app.test_client()
    app.extensions["current_release"].close()


def test_only_the_home_of_the_terms_differs(folder: Path, example: Path) -> None:
    """All that is said but the header of the vocabulary, which names its home and versions."""

    def quads(releases: Path) -> set[bytes]:
        lines = (releases / "current/dumps/portraits.nq").read_bytes().splitlines()
        return {
            line
            for line in lines
            if not line.startswith((b"<%s>" % OWN, b"<%s>" % HOME[:-1].encode()))
        }

    there = {line.replace(b"<%s>" % OWN, b"<%s>" % HOME[:-1].encode()) for line in quads(example)}
    assert quads(folder) == {line.replace(OWN + b"#", HOME.encode()) for line in there}


def test_no_file_names_the_terms_below_the_site(folder: Path) -> None:
    files = [file for file in (folder / "current").rglob("*") if file.is_file()]
    named = {file.name for file in files if OWN in file.read_bytes() and file.suffix != ".gz"}
    assert len(files) > 50
    assert named == set()


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("def.ttl", f"@prefix pia: <{HOME}>"),
        ("def/0.2.0.ttl", "<https://vocabulaire.exemple/ia/termes/0.2.0>"),
        ("def/0.1.0.nt", f"<{HOME}Initiative>"),
        ("shapes.ttl", HOME),
        ("contexte.jsonld", HOME),
        ("graph/2025.nt", f"<{HOME}Inscription>"),
        ("changements/2024-2025", "258"),
        ("changements/2024-2025.ttl", HOME),
        ("reconciliation", HOME),
        ("sparql", HOME.rstrip("#")),
        ("sparql?query=ASK%7B%3Fs+a+pia:Statut%7D", f"begin with PREFIX pia: <{HOME}>"),
    ],
)
def test_the_site_follows(client: FlaskClient, path: str, word: str) -> None:
    reply = client.get(f"/{path}")
    assert word in reply.get_data(as_text=True)
    assert OWN not in reply.data


def test_a_release_is_read_with_its_vocabulary(portrait_ia: Run, folder: Path) -> None:
    """Also by the next build, whose vocabulary comes home: no URI is dropped for that."""
    compared = portrait_ia("diff", folder, "2024", "2025")
    assert compared.returncode == 0, compared.stderr
    assert "258" in compared.stdout
    again = portrait_ia("build", "--to", folder, "--no-publish")
    assert again.returncode == 0, again.stderr
