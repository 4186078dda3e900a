"""Fixtures that every test may use: the command, example files, a built release."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.alone import mark_alone
from tests.support.build_once import make_once
from tests.support.delay_probe import Bystander, stand_by
from tests.support.preloaded_command import Warm, warm_up

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
COMMAND = Path(sys.executable).with_name("portrait-ia")
# The command imports this checkout, whichever one the environment was installed from.
os.environ.pop("COLUMNS", None)  # how wide the terminal is that somebody tests on
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))
)
# What a test starts is asked itself, whatever proxy this machine has for the world.
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = ",".join(filter(None, ("127.0.0.1,localhost", os.environ.get(name))))

# How long an example takes says how busy the machine is. What is tried is the same in each run.
settings.register_profile(
    "busy machine",
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("busy machine")

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


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that want the machine for themselves."""
    mark_alone(items)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """A process that has read the code of the command already."""
    with warm_up(tmp_path_factory.mktemp("warm")) as warm:
        yield warm


@pytest.fixture(scope="session")
def portrait_ia(warm: Warm) -> Run:
    """Run the command from outside: as it is installed where it is given options, else warm."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        if not options:
            return warm.run([*map(str, arguments)])
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
    """Build the example portraits once for all processes; nobody changes the folder of releases."""

    def build(shelf: Path) -> None:
        done = portrait_ia("build", "--to", shelf)
        assert done.returncode == 0, done.stderr

    base = tmp_path_factory.getbasetemp()
    together = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return make_once(together / "example", build)


@pytest.fixture
def bystander(tmp_path: Path) -> Iterator[Bystander]:
    """A bare process that says what this machine makes any other wait for at this moment."""
    with stand_by(tmp_path) as bystander:
        yield bystander


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
    """Give a file that may stand beside the project, or skip the test."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {'/'.join(parts)} beside this checkout")
    return path
