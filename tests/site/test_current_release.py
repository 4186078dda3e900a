"""Moving to a new release: no failed request, and no harm from a damaged one."""

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from server.engine.interface import Limits
from server.engine.stats import EngineStats
from server.release.current import CurrentRelease, open_release
from tests.support.waiting import wait_until
from transform.errors import UnreadableRelease
from transform.release.use import is_used

COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a <def#Inscription> } }"


class Engine:
    """A stand-in that remembers whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def stats(self) -> EngineStats:
        return EngineStats(running=1, processes=2, started=30, lost=4)

    def close(self) -> None:
        self.closed = True


def open_stand_in(release_file: Path, base_uri: str, limits: Limits) -> Any:
    return Engine()


def move(folder: Path, name: str) -> None:
    """Move `current` in one step, as a build does."""
    (folder / "next").symlink_to(name)
    os.replace(folder / "next", folder / "current")  # noqa: PTH105  # the step that is meant


def test_numbers_of_a_release_that_is_gone_stay_counted(two_releases: Path) -> None:
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    assert current_release.stats() == EngineStats(1, 0, 0, 2, 30, 4)
    with current_release.lend():
        move(two_releases, "bbbbbbbbbbbbbbbb")
        current_release.look()
        assert current_release.stats() == EngineStats(2, 0, 0, 4, 60, 8)
    assert current_release.stats() == EngineStats(1, 0, 0, 2, 60, 8)
    current_release.close()


def test_the_old_release_is_closed_when_its_last_request_is_over(two_releases: Path) -> None:
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    with current_release.lend() as old:
        move(two_releases, "bbbbbbbbbbbbbbbb")
        current_release.look()
        with current_release.lend() as new:
            assert (old.name[0], new.name[0]) == ("a", "b")
        assert not old.engine.engine.closed  # type: ignore[attr-defined]
        assert not new.engine.engine.closed  # type: ignore[attr-defined]
    assert old.engine.engine.closed  # type: ignore[attr-defined]
    assert not new.engine.engine.closed  # type: ignore[attr-defined]


def test_a_release_is_in_use_as_long_as_it_is_open(two_releases: Path) -> None:
    a, b = (two_releases / (letter * 16) for letter in "ab")
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    with current_release.lend():
        move(two_releases, b.name)
        assert (is_used(a), is_used(b)) == (True, False)
        current_release.look()
        assert (is_used(a), is_used(b)) == (True, True)
    assert (is_used(a), is_used(b)) == (False, True)
    current_release.close()
    assert not is_used(b)


def test_a_damaged_release_is_logged_once_and_the_old_goes_on(
    two_releases: Path, caplog: pytest.LogCaptureFixture
) -> None:
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    (two_releases / "bbbbbbbbbbbbbbbb" / "manifest.json").write_text("{")
    move(two_releases, "bbbbbbbbbbbbbbbb")
    with caplog.at_level(logging.ERROR):
        current_release.look()
        current_release.look()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the old release goes on" in caplog.text
    with current_release.lend() as release:
        assert release.name[0] == "a"
    move(two_releases, "aaaaaaaaaaaaaaaa")
    current_release.look()
    with current_release.lend() as release:
        assert not release.engine.engine.closed  # type: ignore[attr-defined]


def test_current_may_vanish(two_releases: Path, caplog: pytest.LogCaptureFixture) -> None:
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    (two_releases / "current").unlink()
    with caplog.at_level(logging.ERROR):
        current_release.look()
        current_release.look()
    assert len(caplog.records) == 1
    with current_release.lend() as release:
        assert release.name[0] == "a"


@pytest.mark.parametrize("rubbish", ["current", "next", "/", "/dev/null", "cccccccccccccccc"])
def test_current_may_lead_anywhere(two_releases: Path, rubbish: str) -> None:
    (two_releases / "next").symlink_to("current")
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    (two_releases / "current").unlink()
    (two_releases / "current").symlink_to(rubbish)
    current_release.look()
    with current_release.lend() as release:
        assert release.name[0] == "a"
    (two_releases / "next").unlink()
    move(two_releases, "bbbbbbbbbbbbbbbb")
    current_release.look()
    with current_release.lend() as release:
        assert release.name[0] == "b"


def test_a_release_that_comes_after_its_name_is_served(two_releases: Path) -> None:
    current_release = CurrentRelease(two_releases, Limits(), open_stand_in)
    (two_releases / "bbbbbbbbbbbbbbbb").rename(two_releases / "late")
    move(two_releases, "bbbbbbbbbbbbbbbb")
    current_release.look()
    (two_releases / "late").rename(two_releases / "bbbbbbbbbbbbbbbb")
    current_release.look()
    with current_release.lend() as release:
        assert release.name[0] == "b"


@pytest.mark.parametrize("missing", ["manifest.json", "dumps/portraits.nq"])
def test_a_folder_that_is_no_release_is_refused(two_releases: Path, missing: str) -> None:
    (two_releases / "aaaaaaaaaaaaaaaa" / missing).unlink()
    with pytest.raises(UnreadableRelease, match="uild"):
        open_release(two_releases / "aaaaaaaaaaaaaaaa", Limits(), open_stand_in)


def test_a_folder_without_current_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRelease, match="run portrait-ia build --to"):
        CurrentRelease(tmp_path, Limits(), open_stand_in)


def test_a_site_moves_on_without_a_failed_request(
    two_releases: Path, boot: Any, fetch: Any
) -> None:
    statuses: list[int] = []
    counts: list[int] = []
    stop = threading.Event()

    def keep_asking(address: str) -> None:
        while not stop.is_set():
            reply = fetch(address)
            statuses.append(reply.status)
            if reply.status == 200 and b"bindings" in reply.body:
                rows = json.loads(reply.body)["results"]["bindings"]
                counts.append(int(rows[0]["n"]["value"]))

    with boot(two_releases) as site:
        paths = [f"sparql?{urlencode({'query': COUNT})}", "doc/portrait/2025", "graph/2025.nt"]
        askers = [threading.Thread(target=keep_asking, args=(site + path,)) for path in paths]
        for asker in askers:
            asker.start()
        wait_until(lambda: counts[-3:] == [63, 63, 63])
        move(two_releases, "bbbbbbbbbbbbbbbb")
        wait_until(lambda: counts[-3:] == [64, 64, 64])
        move(two_releases, "aaaaaaaaaaaaaaaa")
        wait_until(lambda: counts[-3:] == [63, 63, 63])
        stop.set()
        for asker in askers:
            asker.join()
    assert set(statuses) == {200}
    assert set(counts) == {63, 64}
