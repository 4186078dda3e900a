"""Build links relative to their page, so that they work on any host and below any path."""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import request

_SAFE = "/#?=&;:@!$'()*+,~%[]"


class LinkTarget(NamedTuple):
    """The target of a link, and whether it is outside this site."""

    href: str
    external: bool


def link_to(path: str, /, **query: str | int | list[int] | list[str] | None) -> str:
    """Return the relative link to a path of this site, such as `id/portrait/2025`, escaped.

    A list is a parameter that is given several times. A language chosen by `?lang=` is passed on.
    """
    parameters = {"lang": request.args.get("lang"), **query}
    kept = tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in parameters.items()
        if value not in (None, "")
    )
    path, hash_, fragment = path.partition("#")
    search = _write_search(kept) if kept else ""
    return _path_to_root() + quote(path, safe=_SAFE) + search + hash_ + quote(fragment, safe=_SAFE)


@lru_cache(maxsize=256)
def _write_search(parameters: tuple[tuple[str, Any], ...]) -> str:
    """Return what asks for parameters: the links of a page have few different ones."""
    return "?" + urlencode(parameters, doseq=True)


def quote_path(path: str) -> str:
    """Escape a decoded path, also its `#`, `?` and `%`."""
    return quote(path, safe="/:@!$&'()*+,;=~")


def link_to_iri(iri: str, base_uri: str) -> LinkTarget | None:
    """Return the link for an IRI, relative for our own; None for an IRI that is not http(s)."""
    if iri.startswith(base_uri):
        return LinkTarget(link_to(iri[len(base_uri) :]), external=False)
    if iri.startswith(("http://", "https://")):
        return LinkTarget(iri, external=True)
    return None


def link_here(**query: str | int | None) -> str:
    """Return the link to the page itself with some parameters changed, or removed by None."""
    parameters = {**request.args.to_dict(), **query}
    return "?" + urlencode({name: value for name, value in parameters.items() if value is not None})


def _path_to_root() -> str:
    # Not request.path: it drops doubled slashes, which browsers count when they resolve «../».
    here: str = request.environ.get("PATH_INFO") or "/"
    return "../" * here.count("/", 1) or "./"
