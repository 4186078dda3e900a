"""Export a release: lead through the walk, the downloads and the rules, to a whole site."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import unescape

from flask import Flask

from server.app import create_app
from server.export.client import ExportedSite
from server.export.documents import open_documents
from server.export.last_answers import LastAnswers
from server.export.lists_file import NAME as LISTS
from server.export.lists_file import describe_lists
from server.export.place import new_copy, write_record
from server.export.rules import write_rules
from server.export.walk import Walk, list_forms
from server.export.written import OBJECTS, CopySize, Folder
from server.release import queries
from server.release.choice import ReleaseChoice, find_current
from server.release.current import Release
from server.release.files import FOLDER as DUMPS
from server.release.files import list_formats
from server.release.history import list_published
from server.settings import read_settings
from server.web import assets
from transform.errors import MisusedCommand, UnreadableRelease
from transform.release.crosswalk import CROSSWALK
from transform.release.document_index import FILE as DOCUMENT_LIST
from transform.release.integrity import check_release, fingerprint
from transform.text.message import message

Step = Callable[[str, int, int], None]
# Pages that lead to all others but documents, and what no page leads to.
_PAGES = ("", "recherche", "sparql")
_FILES = (
    *("robots.txt", "sitemap.xml", "atom.xml", "contexte.jsonld", CROSSWALK, "sparql/termes.json"),
)
_GRAPHS = ("catalogue", "def", "shapes", "requetes")


_LOCATION = re.compile("<loc>([^<]*)</loc>")


class Exported(NamedTuple):
    """What was exported: the release, how much it is, and links that lead nowhere."""

    release: str
    written: CopySize
    lost: dict[str, str]


class _OneRelease:
    """Chooses one release for as long as the export takes, whatever is published meanwhile."""

    def __init__(self, release: Path) -> None:
        check_release(release)
        self._choice = ReleaseChoice(str(release), fingerprint(release))

    def choose(self) -> ReleaseChoice:
        return self._choice

    def refuse(self, release: str, _checked: str, reason: str) -> None:
        raise UnreadableRelease(message("export.unopened", folder=release, reason=reason))


def export(releases_folder: Path, site: Path, step: Step) -> Exported:
    """Write the current release of a folder as a site of files, in the place of an earlier one.

    Raises UnreadableRelease, CannotServe, and MisusedCommand for a place that holds something else
    or lies among the releases.
    """
    if site.parent.resolve().is_relative_to(releases_folder.resolve()):
        raise MisusedCommand(message("export.among_releases", site=site, folder=releases_folder))
    with new_copy(site) as folder, _open(releases_folder) as (release, app):
        (folder / OBJECTS).parent.mkdir()
        with (folder / OBJECTS).open("w", encoding="utf-8") as objects:
            written = Folder(folder, objects)
            asked = ExportedSite(app.wsgi_app, release.base_uri)
            walk = _write(app, asked, release, written, step)
            moved = dict(_list_moved(release))
            for old, new in moved.items():
                written.note(key=f"id/{old}", redirect=f"doc/{new}")
        stems = sorted(_stems(release))
        languages = release.register.interface
        write_rules(folder, written, release.base_uri, languages, moved, stems)
        write_record(folder, release.name, base_uri=release.base_uri, languages=[*languages])
    return Exported(release.name, written.count, walk.lost)


@contextmanager
def _open(releases_folder: Path) -> "Iterator[tuple[Release, Flask]]":
    chooser = _OneRelease(find_current(releases_folder))
    app = create_app(releases_folder, read_settings(os.environ), chooser=chooser)
    current = app.extensions["current_release"]
    with closing(current), current.lend() as release:
        release.engine = LastAnswers(release.engine)
        yield release, app


def _write(app: Flask, asked: ExportedSite, release: Release, written: Folder, step: Step) -> Walk:
    with open_documents(release.find_file(DOCUMENT_LIST)) as documents:
        walk = Walk(asked, written, documents, release.register.interface)
        for old, new in _list_moved(release):
            walk.move(old, new)
        graphs = [f"graph/{name}" for name in release.manifest["graphs"]]
        walk.begin_at(*_PAGES, *_FILES, *list_forms((*_GRAPHS, *graphs)))
        walk.begin_at(*list_forms((".well-known/void",), pages=False), *_maps(asked))
        walk.begin_at(*assets.list_programs())
        written.workers.append(assets.locate("sparql/store_worker.js"))
        walk.write_documents(
            lambda done, total: step(str(message("export.step_documents")), done, total)
        )
        walk.write_waiting(lambda done, total: step(str(message("export.step_pages")), done, total))
        if release.has_tables:
            lists = json.dumps(describe_lists(app, release), ensure_ascii=False)
            written.write(LISTS, lists.encode(), "application/json")
        _copy_downloads(release, written, step)
    return walk


def _maps(asked: ExportedSite) -> Iterator[str]:
    """Yield the parts of the sitemap, their pages but documents, and the security contact."""
    number = 1
    while (part := asked.ask(f"sitemap/{number}.xml")).status == 200:
        yield f"sitemap/{number}.xml"
        for address in _LOCATION.findall(part.body.decode()):
            target = asked.resolve("", (), unescape(address))
            if target and not target.path.startswith("doc/"):
                yield target.path
        number += 1
    if asked.ask(".well-known/security.txt").status == 200:
        yield ".well-known/security.txt"


def _copy_downloads(release: Release, written: Folder, step: Step) -> None:
    """Copy the downloads of all published releases; those of this one have two names."""
    files = [
        (published, file)
        for published in list_published(release)
        for file in published.downloads.values()
    ]
    for number, (published, file) in enumerate(files, start=1):
        name = published.path + file.path.removeprefix(DUMPS)
        written.copy(name, published.folder / file.stored, file.content_type)
        if published.name == release.name:
            written.name_again(file.path, name, file.content_type)
        step(str(message("export.step_downloads")), number, len(files))


def _list_moved(release: Release) -> Iterator[tuple[str, str]]:
    """Yield the path of each replaced document with that of its replacement in this site."""
    begin = f"{release.base_uri}id/"
    for row in queries.find_rows(release, "all-replaced"):
        old, new = row["old"]["value"], row["new"]["value"]
        if old.startswith(begin) and new.startswith(begin):
            yield old.removeprefix(begin), new.removeprefix(begin)


def _stems(release: Release) -> Iterator[str]:
    for path in release.downloads:
        stem = path.removeprefix(DUMPS).rpartition(".")[0]
        if len(list_formats(release.downloads, stem)) > 1:
            yield stem
