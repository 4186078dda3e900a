"""Define the fixtures that every test may use: the command, example files, a release."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.build_once import make_once
from tests.support.oxigraph_server import run_oxigraph
from tests.support.preloaded_command import PreloadedCommand, preload
from tests.support.remote_store import RemoteStore
from tests.support.virtuoso import run_virtuoso

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
COMMAND = Path(sys.executable).with_name("portrait-ia")
os.environ.pop("COLUMNS", None)  # the width of the terminal that the tests are run in
# Without a language of its own a command speaks English, and rules speak the register's language.
os.environ.pop("PORTRAIT_IA_LANG", None)
os.environ["LC_ALL"] = "C.UTF-8"
# The command imports this checkout, whichever one the environment was installed from.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))
)
# Servers that tests start are reached directly, whatever proxy this machine uses.
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = ",".join(filter(None, ("127.0.0.1,localhost", os.environ.get(name))))

# No deadline, as a busy machine takes longer; the same examples in each run.
settings.register_profile(
    "busy machine",
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("busy machine")

# What takes longest, so that none of it is begun last, on one process alone.
LONGEST = tuple(
    f"tests/{file}"
    for file in (
        "server/engine/test_engine.py",
        "site/test_accessibility.py",
        "site/test_clients.py",
        "site/test_editor.py",
        "transform/commands/test_build.py",
        "transform/commands/test_link.py",
        "transform/release/test_folder.py",
    )
)

Run = Callable[..., subprocess.CompletedProcess[str]]

HEADER = ("Nom de l'initiative", "Catégorie", "Organisme", "Portefeuille", "Bénéfices", "Statut")
ROW = (
    "Tri des demandes reçues",
    "Automatisation",
    "Héma-Québec ",
    "Santé et Services sociaux",
    "- Réduire les délais",
    "Solution en production",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    assert all((PROJECT / file).is_file() for file in LONGEST)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def preloaded_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreloadedCommand]:
    """A process that has already imported the code of the command."""
    kept = common_folder(tmp_path_factory) / "validated"
    with preload(tmp_path_factory.mktemp("command"), kept) as command:
        yield command


@pytest.fixture(scope="session")
def portrait_ia(preloaded_command: PreloadedCommand) -> Run:
    """Run the command from outside: preloaded, or as it is installed where options are given."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        if not options:
            return preloaded_command.run([*map(str, arguments)])
        environment = {**os.environ, **(options.pop("env", None) or {})}  # type: ignore[dict-item]
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=900,
            env=environment,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def example(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example portraits, built once for all processes; no test changes the releases."""

    def build(releases_folder: Path) -> None:
        done = portrait_ia("build", "--to", releases_folder)
        assert done.returncode == 0, done.stderr

    return make_once(common_folder(tmp_path_factory) / "example", build)


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    """A Virtuoso 7 of this process, for all its tests: each has a base URI of its own there."""
    with run_virtuoso(tmp_path_factory.mktemp("virtuoso")) as store:
        yield store


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    """An `oxigraph` server of this process, for all its tests: each has its own base URI there."""
    with run_oxigraph(tmp_path_factory.mktemp("oxigraph")) as store:
        yield store


def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder that all processes of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture
def portrait(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV with our columns; rows are tuples of six texts."""

    def write(
        *rows: tuple[str, ...], name: str = "portrait.csv", header: tuple[str, ...] = HEADER
    ) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
        return path

    return write


def shared(*parts: str) -> Path:
    """Return a file that may stand next to the project, or skip the test."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {'/'.join(parts)} next to this checkout")
    return path
