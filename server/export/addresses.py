"""Name the file of an address: of a page in each language, of a state of a list, of a file.

A page is `path.html` in the register's first language and `path.en.html` in the other; what an
address asks beside its path stands before that, `initiatives.annee-2024.page-2.html`. All files
stand in the folder of their path, so that relative links keep their depth. A state that no file
holds is the file of its page with the parameters after it, for a script of that page to compute.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from server.negotiation import CONSTRUCTED, EXCEL, GRAPHS, HTML, SOLUTIONS
from server.web.links import quote_path

_GRAPHS = {form.suffix for form in GRAPHS}
_FILES = {form.suffix for form in (*CONSTRUCTED, *SOLUTIONS, EXCEL)}
_FILES |= {"atom", "bib", "json", "png", "ris", "rq", "svg", "txt", "tsv", "xml"}
# What stands at a path without a suffix, and is no page.
_BARE = {".well-known/api-catalog"}
_VALUE = re.compile(r"[A-Za-z0-9-]{1,80}")
_LISTS = re.compile("initiatives|organismes|portefeuilles|categories|statuts")
_COMPUTED = ("q", "tri")  # of a list: words and order
_PAGE = "page"
_EXCEL = "excel.csv"
_HIDDEN_PARTS = ("", ".", "..")


class Address(NamedTuple):
    """An address below the site: its decoded path, its parameters without `lang`, its language.

    The language of a page is always told, that of a file only where its address asks for one.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    language: str | None = None


def is_page(path: str) -> bool:
    """Return whether a path leads to pages, rather than to a file of one form."""
    name = path.rpartition("/")[2]
    if path.startswith("static/") or path in _BARE:
        return False
    if path.startswith("dumps/"):
        return not name
    return name.rpartition(".")[2] not in _FILES or "." not in name


def is_file_of_graph(path: str) -> bool:
    """Return whether a path leads to a graph, which is the same for readers of any language."""
    return not is_page(path) and path.rpartition(".")[2] in _GRAPHS


def is_safe(path: str) -> bool:
    """Return whether a path can be the name of a file below a folder."""
    parts = path.removesuffix("/").split("/") if path else []
    return "\0" not in path and not any(part in _HIDDEN_PARTS for part in parts)


def has_file(address: Address) -> bool:
    """Return whether a file holds just what an address asks, or its page computes it."""
    names = [name for name, _ in address.query]
    is_list = bool(_LISTS.fullmatch(address.path.partition(".")[0]))
    if not is_page(address.path) and not is_list:
        return True
    if not all(_VALUE.fullmatch(value) for _, value in address.query):
        return False
    others = [name for name in names if name != _PAGE]
    if is_list:
        return len(others) <= 1 and not set(others) & {*_COMPUTED}
    return not others and len(names) <= 1


def name_file(address: Address, first_language: str) -> str:
    """Return the file of an address that has one: its path below the folder of the site."""
    path, suffix = address.path, HTML.suffix
    if is_page(path):
        path = f"{path}index" if not path or path.endswith("/") else path
    elif not path.startswith(("static/", "dumps/")) and "." in path.rpartition("/")[2]:
        path, _, suffix = path.rpartition(".")
    else:
        return path
    state = "".join(f".{name}-{_write_value(value)}" for name, value in sorted(address.query))
    is_other = address.language not in (None, first_language)
    language = f".{address.language}" if is_other and suffix not in _GRAPHS else ""
    # What only spreadsheets read by that name is CSV to everyone else.
    return f"{path}{state}{language}.{_EXCEL if suffix == EXCEL.suffix else suffix}"


def _write_value(value: str) -> str:
    """Return a value as a part of a name: what is no slug by its digest."""
    return value if _VALUE.fullmatch(value) else hashlib.sha256(value.encode()).hexdigest()[:16]


def link_file(address: Address, fragment: str, depth: int, first_language: str) -> str:
    """Return the link to an address from a page that is `depth` folders below the site's root."""
    stays = has_file(address)
    named = address if stays else address._replace(query=())
    search = "" if stays else "?" + urlencode(address.query)
    to_root = "../" * depth or "./"
    name = quote_path(name_file(named, first_language))
    return f"{to_root}{name}{search}{'#' + quote(fragment, safe='') if fragment else ''}"


def read_address(
    path: str, query: Sequence[tuple[str, str]], page_language: str, languages: Sequence[str]
) -> Address:
    """Return the address that a link of a page in a language leads to.

    A link that names no language leads to a page in the same, and to a file in the first.
    """
    path = path.removesuffix(".html")
    given = next((value for name, value in query if name == "lang" and value in languages), None)
    kept = tuple((name, value) for name, value in query if name != "lang" and value)
    if is_page(path):
        return Address(path, kept, given or page_language)
    return Address(path, kept, None if is_file_of_graph(path) else given)
