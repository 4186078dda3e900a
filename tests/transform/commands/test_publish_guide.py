"""The guide «Publish your register» is followed to the letter, from a folder with one file."""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Run

ROWS = """Name,Agency,Status,What it does
Form reader,Office of Forms,In use,Reads forms
Mail sorter,Office of Forms,In development,Sorts mail
Road watcher,Roads Agency,In use,Sees holes in roads
"""
FENCE = re.compile(r"^```\n(portrait-ia .+?)\n```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["docs/publier.md", "docs/publier.en.md"])
def test_the_commands_of_the_guide_publish_a_register(
    portrait_ia: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [
        shlex.split(text)[1:] for text in FENCE.findall((PROJECT / page).read_text("utf-8"))
    ]
    assert [command[0] for command in commands] == ["layout", "layout", "check", "build", "serve"]
    *new, arrow, layout = commands[0]
    assert arrow == ">"
    Path(new[-1]).write_text(ROWS, encoding="utf-8")
    proposed = portrait_ia(*new)
    Path(layout).write_text(proposed.stdout, encoding="utf-8")
    for command in commands[1:-1]:
        done = portrait_ia(*command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    folder = tmp_path / commands[-1][1]
    rows = (folder / "current/dumps/portrait-2025.csv").read_text("utf-8")
    assert rows.count("\n") == 4
    assert "Road watcher" in rows
