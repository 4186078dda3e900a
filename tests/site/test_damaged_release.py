"""A release that is not what was built is not served; the last good one is, until it is mended."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from server.app import create_app
from server.release.choice import ReleaseChooser
from server.settings import Settings
from tests.site.conftest import _run, list_anew, write_release
from tests.support.processes import find_workers, metric
from tests.support.waiting import wait_until
from transform.errors import UnreadableRelease

GOOD, NEW = "a" * 16, "b" * 16
QUADS = "dumps/portraits.nq"
COUNT = f"sparql?query={quote('SELECT (COUNT(*) AS ?n) { ?s a <def#Inscription> }')}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a second release was published after a first; nothing changes it."""
    folder = tmp_path_factory.mktemp("published")
    write_release(folder / GOOD, more=3)
    write_release(folder / NEW, more=4)
    (folder / "history").write_text(f"{GOOD} 2025-01-01T00:00:00Z\n{NEW} 2026-01-01T00:00:00Z\n")
    (folder / "current").symlink_to(NEW)
    return folder


@pytest.fixture
def releases(published: Path, tmp_path: Path) -> Path:
    """A copy of these releases, to be damaged."""
    return shutil.copytree(published, tmp_path / "releases", symlinks=True)


def move(folder: Path, name: str) -> None:
    (folder / "next").symlink_to(name)
    (folder / "next").replace(folder / "current")


def cut(file: Path) -> None:
    """Leave out the last lines, as a copy does that ends too soon."""
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-20]))


def change(file: Path) -> None:
    """Change one byte."""
    content = file.read_bytes()
    at = len(content) // 2
    file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def link_out(file: Path) -> None:
    """Leave a link where the file was, to outside of the release."""
    file.rename(file.parents[2] / "elsewhere")
    file.symlink_to(file.parents[2] / "elsewhere")


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "cut dump": (QUADS, cut),
    "changed line": (QUADS, change),
    "changed copy": ("dumps/portraits.ttl.gz", change),
    "changed source": ("dumps/sources/2024/exemple-2024.csv", change),
    "changed index": ("documents.txt", change),
    "changed checksums": ("dumps/SHA256SUMS", cut),
    "missing file": ("dumps/portraits.rdf", Path.unlink),
    "link out of the release": ("dumps/portraits.nt", link_out),
    "catalogue that no manifest lists": ("catalogue.nq", lambda file: file.write_text("")),
    "manifest that is cut": ("manifest.json", cut),
    "manifest of something else": ("manifest.json", lambda file: file.write_text("5")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_refused_by_name_and_the_last_good_one_served(
    releases: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path, harm = DAMAGES[damage]
    harm(releases / NEW / path)
    chooser = ReleaseChooser(releases)
    choice = chooser.choose()
    assert Path(choice.release).name == GOOD
    assert choice.trouble
    assert f"{releases / NEW}" in caplog.text
    assert path.removesuffix(".nq") in caplog.text
    (releases / "history").unlink()
    with pytest.raises(UnreadableRelease, match=NEW):
        ReleaseChooser(releases).choose()
    assert chooser.choose() == choice  # what is served goes on without a history
    assert len(caplog.records) == 1


def test_a_file_that_the_manifest_does_not_list_is_not_served(releases: Path) -> None:
    (releases / NEW / "dumps/portraits.nt.gz").write_text("a copy from elsewhere")
    app = create_app(releases, Settings())
    try:
        assert app.test_client().get("/readyz").text == f"ok {NEW}\n"
        assert app.test_client().get("/dumps/portraits.nt.gz").status_code == 404
    finally:
        app.extensions["current_release"].close()


def test_the_application_alone_serves_the_last_good_one(releases: Path) -> None:
    cut(releases / NEW / QUADS)
    app = create_app(releases, Settings())
    try:
        ready = app.test_client().get("/readyz")
        assert ready.status_code == 200
        assert ready.text.splitlines()[0] == f"ok {GOOD}"
        assert f"{NEW}/{QUADS}: has " in ready.text
        assert str(releases) not in ready.text
    finally:
        app.extensions["current_release"].close()


def restart_workers(site: str, fetch: Any) -> None:
    """Kill both workers; who asks meanwhile waits for the next ones and has an answer."""
    before = find_workers(site)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    assert fetch(f"{site}{COUNT}", Accept="text/csv").status == 200
    wait_until(lambda: not set(before) & set(find_workers(site)))


def test_a_bad_current_leaves_the_old_release_for_workers_to_come(
    releases: Path, boot: Any, fetch: Any
) -> None:
    move(releases, GOOD)
    (releases / "history").write_text("")  # only the process that started the workers knows
    whole = (releases / NEW / QUADS).read_bytes()
    cut(releases / NEW / QUADS)
    entries = sorted(path.name for path in releases.iterdir())
    # While workers start again and every core is busy, a query may wait: no limit may end it.
    with boot(releases, query_seconds="600", queue_seconds="600") as site:
        tag = fetch(f"{site}{QUADS}").headers["ETag"]
        counted = fetch(f"{site}{COUNT}", Accept="text/csv").body
        move(releases, NEW)
        wait_until(lambda: f"{NEW}/{QUADS}: has " in fetch(f"{site}readyz").text)
        wait_until(lambda: metric(site, "workers_not_on_current") == 2)
        restart_workers(site, fetch)
        assert fetch(f"{site}readyz").text.startswith(f"ok {GOOD}\nthis is not current")
        assert fetch(f"{site}{COUNT}", Accept="text/csv").body == counted
        assert fetch(f"{site}{QUADS}").headers["ETag"] == tag
        # What agrees with its manifest and cannot be loaded is no better.
        (releases / NEW / QUADS).write_text("no statement\n")
        list_anew(releases / NEW, QUADS)
        wait_until(lambda: f"{NEW}: cannot be opened" in fetch(f"{site}readyz").text)
        restart_workers(site, fetch)
        assert fetch(f"{site}{COUNT}", Accept="text/csv").body == counted
        # Nothing was written: the folder may be read-only.
        assert sorted(path.name for path in releases.iterdir()) == entries
        (releases / NEW / QUADS).write_bytes(whole)
        list_anew(releases / NEW, QUADS)
        wait_until(lambda: {fetch(f"{site}readyz").text for _ in range(8)} == {f"ok {NEW}\n"})
        wait_until(lambda: metric(site, "workers_not_on_current") == 0)
        assert fetch(f"{site}{COUNT}", Accept="text/csv").body != counted


def test_a_site_starts_with_the_last_good_one_and_sends_no_damaged_file(
    releases: Path, boot: Any, fetch: Any
) -> None:
    change(releases / NEW / "dumps/portraits.ttl.gz")
    with boot(releases) as site:
        ready = fetch(f"{site}readyz")
        assert ready.status == 200
        assert ready.text.startswith(f"ok {GOOD}\n")
        assert f"{NEW}/dumps/portraits.ttl.gz: is not what was built" in ready.text
        # An earlier release keeps its addresses, and its files are compared when first asked for.
        old = f"{site}dumps/releases/{NEW}/"
        assert fetch(f"{old}portraits.ttl").status == 200
        refused = fetch(f"{old}portraits.ttl.gz", Accept="application/json")
        assert (refused.status, json.loads(refused.body)["kind"]) == (503, "release-unready")
        assert f"{NEW}/dumps/portraits.ttl.gz" in json.loads(refused.body)["detail"]
        assert refused.headers["Retry-After"]
        assert "ETag" not in refused.headers
        # A file that changes under the server is not sent under its old tag either.
        change(releases / GOOD / "dumps/portraits.rdf")
        assert fetch(f"{site}dumps/portraits.rdf").status == 503
        assert fetch(f"{site}{COUNT}", Accept="text/csv").status == 200


SLOW = """
import os, sys, time
from pathlib import Path
from server.http.process import listen, release_watch
from transform.release import integrity
folder, digest = Path(sys.argv[1]), integrity.digest
def compare(file):
    while not (folder / "go on").exists():
        time.sleep(0.05)
    return digest(file)
integrity.digest, release_watch.PATIENCE = compare, 0.1
listen.listen(folder, "127.0.0.1", int(sys.argv[2]), 2)
"""


@pytest.fixture
def slow(releases: Path) -> Iterator[str]:
    """A site whose first check lasts until there is a file «go on»."""
    with _run([sys.executable, "-c", SLOW, str(releases)], releases) as site:
        yield site


def test_what_is_not_checked_yet_is_503(slow: str, releases: Path, fetch: Any) -> None:
    for path in ("", "dumps/portraits.nq", COUNT, "readyz"):
        reply = fetch(f"{slow}{path}", Accept="application/json")
        assert (reply.status, reply.headers["Retry-After"]) == (503, "5"), path
        assert json.loads(reply.body)["kind"] == "release-unready"
        assert f"{NEW}: 0 of " in json.loads(reply.body)["detail"]
    assert fetch(f"{slow}healthz").text == "ok\n"
    assert metric(slow, "workers_not_on_current") == 0
    (releases / "go on").touch()
    wait_until(lambda: {fetch(f"{slow}readyz").text for _ in range(8)} == {f"ok {NEW}\n"})
    assert fetch(f"{slow}{COUNT}").status == 200
