"""What the serving process loads, and which way the imports of its modules point."""

import ast
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

from tests.conftest import PROJECT

ASK_ONCE = """
import sys
from pathlib import Path
from server.app import create_app
from server.settings import Settings
app = create_app(Path(sys.argv[1]), Settings())
client = app.test_client()
for path in (
    "/", "/doc/portrait/2025", "/doc/portrait/2025.ttl", "/def", "/sparql?query=ASK{}",
    "/reconciliation?query=rien",
):
    assert client.get(path).status_code == 200, path
app.extensions["shelf"].close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_process_that_forks_the_query_processes_loads_no_page() -> None:
    code = "import sys; import server.engine.process.fork_server; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = set(done.stdout.split())
    assert "server.engine.process.serve" in loaded
    assert not loaded & {
        "flask",
        "jinja2",
        "werkzeug",
        "asyncio",
        "server.app",
        "server.web.render",
    }


def test_the_serving_process_loads_none_of_the_heavy_libraries(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK_ONCE, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = set(done.stdout.split())
    assert "pyoxigraph" in loaded
    assert not loaded & {"pandas", "numpy", "rdflib", "pyshacl", "openpyxl", "urllib3"}


def test_no_modules_of_the_server_import_each_other_in_a_circle() -> None:
    modules = {name_module(file): file for file in (PROJECT / "server").rglob("*.py")}
    assert len(modules) > 100
    imports = {name: read_imports(file, modules.keys()) for name, file in modules.items()}
    TopologicalSorter(imports).prepare()  # raises CycleError, which names them


def name_module(file: Path) -> str:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(file: Path, modules: Collection[str]) -> set[str]:
    """Read what a module imports of others, also within functions and for types alone."""
    imported = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: name the package, not «.»"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                imported.add(submodule if submodule in modules else str(node.module))
    return imported & set(modules)
