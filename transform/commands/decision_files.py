"""Find and read the files of what people decided, for a release or a build."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transform.decisions.sssom import DECISIONS_FILE, LINKS_FILE, FileKind
from transform.errors import MisusedCommand
from transform.text.message import message

if TYPE_CHECKING:
    from transform.decisions.initiatives import Decisions
    from transform.decisions.links import Links


def find_release(releases_folder: Path) -> Path:
    """Return the release that a folder is, or the current one of a folder of releases."""
    from transform.release.folder import CURRENT
    from transform.release.manifest import FILE

    return releases_folder if (releases_folder / FILE).is_file() else releases_folder / CURRENT


def file_to_write(kind: FileKind, releases_folder: Path, named: Path | None) -> Path:
    """Return the file to add lines to: the one that the next build will read."""
    from transform.release.manifest import read_manifest

    release = find_release(releases_folder)
    built_with = read_manifest(release).get(kind.key)
    folder = releases_folder.parent if release == releases_folder else releases_folder
    if named or (folder / kind.name).is_file() or not built_with:
        return named or folder / kind.name
    raise MisusedCommand(
        message(
            "commands.built_with_other_file",
            folder=folder,
            kind=kind.key,
            file=built_with["file"],
            option=kind.option,
        )
    )


def read_decision_files(
    options: Mapping[str, Any], sources_folder: Path | None, base_uri: str | None
) -> "tuple[Decisions, Links]":
    """Read what people decided on identity and on links, and print from which files."""
    from transform.decisions.append import find_file
    from transform.decisions.initiatives import Decisions, read_decisions
    from transform.decisions.lines import read_file
    from transform.decisions.links import Links, parse_links

    folders = sources_folder, options.get("releases_folder")
    file = find_file(DECISIONS_FILE, options["decisions_file"], *folders)
    decisions = read_decisions(file, base_uri) if file else Decisions()
    file = find_file(LINKS_FILE, options["links_file"], *folders)
    links = parse_links(file, read_file(file, LINKS_FILE), base_uri) if file else Links()
    if decisions.path:
        number = len(decisions.rulings)
        click.echo(message("commands.decisions_read", file=decisions.path, number=number))
    if links.path:
        number = len(links.rulings)
        click.echo(message("commands.links_read", file=links.path, number=number))
    return decisions, links
