"""Make links that work on any host and below any mount: relative to the page they stand on."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import request

_SAFE = "/#?=&;:@!$'()*+,~%[]"


class Link(NamedTuple):
    """Where a link goes, and whether that is outside this site."""

    href: str
    external: bool


def link_to(path: str, /, **query: str | int | None) -> str:
    """Give the relative link to a path of this site, such as `id/portrait/2025`, with its escapes.

    A language that was asked for by `?lang=` goes with it, so that reading on keeps it.
    """
    parameters = {"lang": request.args.get("lang"), **query}
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    path, hash_, fragment = path.partition("#")
    search = "?" + urlencode(given) if given else ""
    return _climb() + quote(path, safe=_SAFE) + search + hash_ + quote(fragment, safe=_SAFE)


def quoted(path: str) -> str:
    """Give a path as it was asked for, escaped: in it `#`, `?` and `%` are but characters."""
    return quote(path, safe="/:@!$&'()*+,;=~")


def link_to_iri(iri: str, base_uri: str) -> Link | None:
    """Give the link for an IRI: ours becomes a local one; None for what is no web address."""
    if iri.startswith(base_uri):
        return Link(link_to(iri[len(base_uri) :]), external=False)
    if iri.startswith(("http://", "https://")):
        return Link(iri, external=True)
    return None


def link_here(**query: str | int | None) -> str:
    """Give the link to the page itself with some parameters changed, or left out by None."""
    given = {**request.args.to_dict(), **query}
    return "?" + urlencode({name: value for name, value in given.items() if value is not None})


def _climb() -> str:
    # Not request.path: it drops doubled slashes, which count where a browser resolves «../».
    here: str = request.environ.get("PATH_INFO") or "/"
    return "../" * here.count("/", 1) or "./"
