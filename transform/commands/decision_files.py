"""Find the files of what people decided, for a release or a build, and read them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transform.decisions.sssom import DECISIONS_FILE, LINKS_FILE, Kept
from transform.errors import MisusedCommand

if TYPE_CHECKING:
    from transform.decisions.initiatives import Decisions
    from transform.decisions.links import Links


def find_release(shelf: Path) -> Path:
    """Give the release that a folder is, or the current one of a folder of releases."""
    from transform.release.folder import CURRENT
    from transform.release.manifest import FILE

    return shelf if (shelf / FILE).is_file() else shelf / CURRENT


def find_written(kept: Kept, shelf: Path, named: Path | None) -> Path:
    """Give the file to write to: where the next build will find it."""
    from transform.release.manifest import read_manifest

    release = find_release(shelf)
    built_with = read_manifest(release).get(kept.key)
    folder = shelf.parent if release == shelf else shelf
    if named or (folder / kept.name).is_file() or not built_with:
        return named or folder / kept.name
    raise MisusedCommand(
        f"{folder}: built with the {kept.key} of a {built_with['file']} that is not there."
        f" Name it with {kept.option} FILE."
    )


def read_decided(
    options: Mapping[str, Any], beside: Path | None, base_uri: str | None
) -> "tuple[Decisions, Links]":
    """Read what people decided on identity and on links, and say from which files."""
    from transform.decisions.append import find_file
    from transform.decisions.initiatives import Decisions, read_decisions
    from transform.decisions.lines import read_file
    from transform.decisions.links import Links, parse_links

    folders = beside, options.get("shelf")
    file = find_file(DECISIONS_FILE, options["decisions_file"], *folders)
    decisions = read_decisions(file, base_uri) if file else Decisions()
    file = find_file(LINKS_FILE, options["links_file"], *folders)
    links = parse_links(file, read_file(file, LINKS_FILE), base_uri) if file else Links()
    for kept, read in ((DECISIONS_FILE, decisions), (LINKS_FILE, links)):
        if read.path:
            click.echo(f"{read.path}: {len(read.rulings)} {kept.key}")
    return decisions, links
