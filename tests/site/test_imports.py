"""What the serving process loads, and which way the imports of its modules point."""

import subprocess
import sys
from pathlib import Path

import pytest

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
app.extensions["current_release"].close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("room", ["engine.process.fork_server", "http.process.listen"])
def test_what_starts_other_processes_loads_no_page(room: str) -> None:
    code = f"import sys; import server.{room}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = set(done.stdout.split())
    assert f"server.{room}" in loaded
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
    heavy = {"pandas", "numpy", "rdflib", "pyshacl", "openpyxl", "resvg", "urllib3"}
    assert not loaded & heavy
