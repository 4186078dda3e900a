"""Walk through the site: ask for what the sitemap and the links of pages name, and write it."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from server.export.addresses import (
    Address,
    has_file,
    is_file_of_graph,
    is_page,
    is_safe,
    link_file,
    name_file,
    read_address,
)
from server.export.client import ExportedSite
from server.export.documents import Documents
from server.export.page_links import change_addresses, change_links
from server.export.written import Folder
from server.negotiation import GRAPHS, HTML, PAGES
from transform.errors import CannotServe
from transform.text.message import message

Step = Callable[[int, int], None]
# What only a server can answer; the page of the copy says so (`server/templates/copy.html`).
SERVED_ONLY = ("listes.json", "healthz", "metrics", "rdf-graph-store", "readyz", "reconciliation")
_MOST_LOST = 20  # links that are told
_MOST_KEPT = 20_000  # links


class Walk:
    """A walk through a site, which writes each answer to its file in a folder."""

    def __init__(
        self, site: ExportedSite, folder: Folder, documents: Documents, languages: Sequence[str]
    ) -> None:
        self._site, self._folder, self._documents = site, folder, documents
        self._languages = languages
        self._waiting: deque[Address] = deque()
        # Files but those of documents, which are in the list: as many as there are lists.
        self._known: set[str] = set()
        self._moved: dict[str, str] = {}
        self._leads: dict[tuple[str, str | None, str], str | None] = {}
        self.lost: dict[str, str] = {}

    def begin_at(self, *paths: str) -> None:
        """Note paths to ask for, pages in each language."""
        for path in paths:
            for language in self._languages if is_page(path) else (None,):
                self._await(Address(path, (), language))

    def move(self, old: str, new: str) -> None:
        """Note that the document of an old path is that of a new one."""
        self._moved[old] = new

    def write_documents(self, step: Step) -> None:
        """Write the documents of the list, in every form; `step` is told how many of them."""
        total = len(self._documents)
        for number, path in enumerate(self._documents, start=1):
            for form in PAGES:
                languages = self._languages if form is HTML else (None,)
                for language in languages:
                    suffix = "" if form is HTML else f".{form.suffix}"
                    self._write(Address(f"doc/{path}{suffix}", (), language))
            step(number, total)

    def write_waiting(self, step: Step) -> None:
        """Write what waits, and what the pages among it lead to."""
        done = 0
        while self._waiting:
            self._write(self._waiting.popleft())
            done += 1
            step(done, done + len(self._waiting))

    def _await(self, address: Address) -> None:
        name = name_file(address, self._languages[0])
        if name not in self._known:
            self._known.add(name)
            self._waiting.append(address)

    def _write(self, address: Address) -> None:
        language = address.language
        query = (*address.query, *([("lang", language)] if language else []))
        reply = self._site.follow(address.path, query)
        if reply.status >= 500:
            raise CannotServe(message("export.fault", path=address.path, status=reply.status))
        if reply.status != 200:
            if len(self.lost) < _MOST_LOST:
                self.lost[address.path] = str(reply.status)
            return
        content = reply.body
        if is_page(address.path) and reply.content_type == HTML.content_type:
            content = self._change(reply.body.decode(), address).encode()
        name = name_file(address, self._languages[0])
        self._folder.write(name, content, reply.content_type)
        if is_page(address.path) and not address.query and language == self._languages[0]:
            self._note_uri(address.path, name, reply.content_type)

    def _note_uri(self, path: str, name: str, content_type: str) -> None:
        """Note for object stores, which keep `doc/x` beside `doc/x/y`, the URIs of a page."""
        if path and not path.endswith("/"):
            self._folder.note(key=path, file=name, type=content_type)
        if path.startswith("doc/"):
            self._folder.note(key=f"id/{path.removeprefix('doc/')}", redirect=path)

    def _change(self, page: str, here: Address) -> str:
        folder, depth = here.path.rpartition("/")[0], here.path.count("/")

        def lead(link: str) -> str | None:
            if link.startswith("#") or not link:
                return None
            if link.startswith("?"):
                return self._lead(link, here, depth)
            # The same links stand on all pages of a folder: those above all, in the header.
            key = (folder, here.language, link)
            if key not in self._leads:
                if len(self._leads) == _MOST_KEPT:
                    self._leads.clear()
                self._leads[key] = self._lead(link, here, depth)
            return self._leads[key]

        def lead_home(address: str) -> str:
            file = self._lead(address, here, 0)
            if file is None:
                return address
            return self._site.base_uri + re.sub(r"^\./|\bindex\.html$", "", file)

        return change_addresses(change_links(page, lead), lead_home)

    def _lead(self, link: str, here: Address, depth: int) -> str | None:
        """Return where a link of a page leads in the copy; None where it leads outside."""
        query = (*here.query, ("lang", here.language or self._languages[0]))
        target = self._site.resolve(here.path, query, link)
        if target is None:
            return None
        path, pairs = target.path, target.query
        named = dict(pairs)
        if "requete" in named:  # the query of a saved question, in the editor
            reply = self._site.ask(path, pairs)
            moved = self._site.resolve(path, pairs, reply.location) if reply.location else None
            path, pairs = (moved.path, moved.query) if moved else (path, ())
        if path.startswith("id/"):
            path = f"doc/{path.removeprefix('id/')}"
        path = f"doc/{self._moved[path[4:]]}" if path[4:] in self._moved else path
        if "format" in named and path != "sparql":
            path = f"{path}.{named['format']}"
            pairs = tuple(pair for pair in pairs if pair[0] != "format")
        if not is_safe(path):
            return None
        address = read_address(path, pairs, here.language or self._languages[0], self._languages)
        self._look_at(address)
        return link_file(address, target.fragment, depth, self._languages[0])

    def _look_at(self, address: Address) -> None:
        """Note an address to ask for, unless it is that of a document, a dump or a server."""
        stays = address if has_file(address) else address._replace(query=())
        path = address.path
        if path.startswith("dumps/") and not is_page(path):
            return
        if path in SERVED_ONLY:
            return
        if path.startswith("doc/") and not stays.query:
            bare = path.removeprefix("doc/")
            if is_file_of_graph(path):
                bare = bare.rpartition(".")[0]
            if bare in self._documents:
                return
        self._await(stays)


def list_forms(paths: Sequence[str], pages: bool = True) -> Iterator[str]:
    """Yield negotiated paths, and the same in every syntax of RDF."""
    for path in paths:
        if pages:
            yield path
        yield from (f"{path}.{form.suffix}" for form in GRAPHS)
