"""Imports run one way: between modules no circle, between rooms one declared order.

A room is a folder of `transform/` or `server/`, with the folders inside it; a module beside the
rooms is a room of its own. Imports inside functions and for type checking count.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PACKAGES = ("ontology", "shapes", "transform", "server")
# A room may import from those before it, never from those behind it.
ORDER = [
    "ontology",
    "shapes",
    "transform",
    "transform.text",
    "transform.errors",
    "transform.files",
    "transform.scratch",
    "transform.parallel",
    "transform.rdf",
    "transform.layouts",
    "transform.tables",
    "transform.proposal",
    "transform.fetch",
    "transform.decisions",
    "transform.identity",
    "transform.graphs",
    "transform.validation",
    "transform.comparison",
    "transform.release",
    "transform.push",
    "transform.charts",
    "transform.catalogue",
    "transform.review",
    "transform.linking",
    "transform.pipeline",
    "transform.commands",
    "server",
    "server.texts",
    "server.bounds",
    "server.networks",
    "server.faults",
    "server.negotiation",
    "server.engine",
    "server.problem",
    "server.settings",
    "server.release",
    "server.questions",
    "server.web",
    "server.memento",
    "server.sparql",
    "server.question_pages",
    "server.discovery",
    "server.lists",
    "server.things",
    "server.linked_data",
    "server.changes",
    "server.charts",
    "server.help",
    "server.reconciliation",
    "server.conformance",
    "server.app",
    "server.export",
    "server.http",
    "server.commands",
    "server.cli",
]
MOST_BESIDE_ROOMS = 10


@cache
def read_modules() -> dict[str, Path]:
    """Return the file of each module by its dotted name."""
    files = (file for package in PACKAGES for file in (PROJECT / package).rglob("*.py"))
    return {name_module(file): file for file in files}


def name_module(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


@cache
def read_imports() -> dict[str, set[str]]:
    """Return which modules of ours each module imports."""
    return {
        name: set(find_imports(ast.parse(file.read_text("utf-8")))) - {name}
        for name, file in read_modules().items()
    }


def find_imports(tree: ast.AST) -> Iterator[str]:
    modules = read_modules()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "name the package, not «.»"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                if inside in modules:
                    yield inside
                elif node.module in modules:
                    yield str(node.module)


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_modules_import_each_other_in_no_circle() -> None:
    assert len(read_imports()) > 200
    TopologicalSorter(read_imports()).prepare()  # raises CycleError, which names them


def test_the_order_names_every_room_once() -> None:
    assert sorted(ORDER) == sorted({room_of(module) for module in read_modules()})


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_from_rooms_before_it(room: str) -> None:
    against = {
        (module, target)
        for module, targets in read_imports().items()
        if room_of(module) == room
        for target in targets
        if ORDER.index(room_of(target)) > ORDER.index(room)
    }
    assert against == set()


@pytest.mark.parametrize("package", ["transform", "server"])
def test_contributing_lists_every_folder_in_that_order(package: str) -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
    section = text.partition(f"\n{package}/ ")[2].partition("\n\n")[0]
    listed = re.findall(r"^  (\w+)/ ", section, re.MULTILINE)
    rooms = [room.rpartition(".")[2] for room in ORDER if room.startswith(f"{package}.")]
    assert listed == [room for room in rooms if (PROJECT / package / room).is_dir()]


@pytest.mark.parametrize("package", ["transform", "server"])
def test_few_modules_stand_beside_the_rooms(package: str) -> None:
    beside = [file.name for file in (PROJECT / package).glob("*.py") if file.stem != "__init__"]
    assert len(beside) <= MOST_BESIDE_ROOMS, beside
