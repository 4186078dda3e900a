"""`portrait-ia push`: a whole release in real stores, what is printed, what is refused."""

import json
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import PROJECT, Run
from tests.support.remote_store import RemoteStore
from tests.support.small_release import numbered, write_small_release
from transform.push.credentials import PASSWORD, USER

BASE = "http://localhost:8000/"


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody is known to any store, whatever stands in the home folder of who runs the tests."""
    for variable in (USER, PASSWORD):
        monkeypatch.delenv(variable, raising=False)
    netrc = tmp_path / "netrc"
    netrc.touch(mode=0o600)
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.mark.parametrize("peer", ["oxigraph_server", "virtuoso"])
def test_the_example_is_pushed_and_its_graphs_are_named(
    peer: str, portrait_ia: Run, example: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    store: RemoteStore = request.getfixturevalue(peer)
    if store.user:
        monkeypatch.setenv(USER, store.user)
        monkeypatch.setenv(PASSWORD, store.password)
    done = portrait_ia("--lang", "en", "push", example, "--to", store.graph_store)
    assert (done.returncode, done.stderr) == (0, "")
    release = (example / "current").resolve()
    counts = json.loads((release / "manifest.json").read_bytes())["graphs"]
    record = f"{BASE}releases/{release.name}"
    *lines, recorded, current = done.stdout.splitlines()
    # Another test of this session may have pushed it before, which is said in a line more.
    graphs = {line for line in lines if " is there already, whole and counted" not in line}
    assert graphs == {f"{record}/graph/{name}: {n:,} statements" for name, n in counts.items()}
    assert recorded == f"{record}: the release, recorded"
    assert current == f"{BASE}releases/: leads to this release"
    for page in ("docs/magasin.md", "docs/magasin.en.md"):
        query = (PROJECT / page).read_text("utf-8").partition("```sparql\n")[2].partition("```")[0]
        url = f"{store.query}?{urlencode({'query': query})}"
        asked = urllib.request.Request(url, None, {"Accept": "text/csv"})
        with urllib.request.urlopen(asked, timeout=90) as reply:
            _, number = reply.read().decode().split()
        rows = json.loads((release / "manifest.json").read_bytes())["portraits"]
        assert [int(number)] == [each["published"] for each in rows if each["year"] == 2025]
    again = portrait_ia("--lang", "fr", "push", example, "--to", store.graph_store)
    assert again.returncode == 0
    assert again.stdout.startswith(f"{release.name} est déjà là, entière et comptée")


def test_a_named_release_and_the_old_ones_that_go(
    portrait_ia: Run, tmp_path: Path, oxigraph_server: RemoteStore
) -> None:
    base = f"https://{tmp_path.name}.example/"
    old, new = "a" * 16, "b" * 16
    for name in (old, new):
        write_small_release(tmp_path / "r", base, {"2024": numbered(2)}, name)
    to = ("push", tmp_path / "r", "--to", oxigraph_server.graph_store)
    assert f"releases/{old}/graph/2024" in portrait_ia(*to, "--release", old).stdout
    done = portrait_ia(*to, "--keep", "1")
    assert done.returncode == 0, done.stderr
    assert f"releases/{new}/graph/2024: 2 statements" in done.stdout
    assert done.stdout.endswith(f"{old} is removed\n")


def test_what_the_command_refuses(portrait_ia: Run, tmp_path: Path) -> None:
    base = f"https://{tmp_path.name}.example/"
    write_small_release(tmp_path / "r", base, {"2024": numbered(2)})
    store = "http://127.0.0.1:9/store"
    secret = portrait_ia("push", tmp_path / "r", "--to", "http://zoe:s3cret@127.0.0.1:9/store")
    assert secret.returncode == 2
    assert "PORTRAIT_IA_STORE_USER" in secret.stderr
    assert "s3cret" not in secret.stderr
    for arguments, word in (
        ((tmp_path / "r",), "--to"),
        ((tmp_path / "r", "--to", "http://127.0.0.1:9/data"), "--query"),
        ((tmp_path / "r", "--to", store, "--release", "none"), "none"),
        ((tmp_path / "r", "--to", store, "--keep", "0"), "--keep"),
        ((tmp_path / "none", "--to", store), "none"),
    ):
        refused = portrait_ia("--lang", "en", "push", *arguments)
        assert (refused.returncode, word in refused.stderr) == (2, True), refused.stderr
    failed = portrait_ia("--lang", "en", "push", tmp_path / "r", "--to", store, "--retries", "0")
    assert failed.returncode == 1
    assert "no answer" in failed.stderr
    assert "run the same command again" in failed.stderr
    assert failed.stderr.count("\n") == 1
