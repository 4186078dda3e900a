"""Answer with what a page was at a date, and with earlier releases as sites of their own.

Memento (RFC 7089): `/timegate/{path}` redirects to the page in the release that was current at the
`Accept-Datetime` of the client, `/timemap/{path}` lists all of them, and each answer from an
earlier release says when that was published.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, parse_date
from werkzeug.routing import RequestRedirect

from server.faults import UnknownPage, UnreadableRequest
from server.memento.timeline import Memento, choose, list_mementos
from server.release.history import find_published
from server.web.link_header import HeaderLink, add_relations
from server.web.links import link_to, quote_path
from server.web.public_address import address_of
from server.web.release_scope import FAULT, current_release, is_below_release, is_earlier
from transform.text.message import message

bp = Blueprint("memento", __name__)
_LINK_FORMAT = "application/link-format"  # RFC 6690
_FRESH = "public, max-age=300"


@bp.route("/releases")
@bp.route("/releases/")
def show_all() -> Response:
    """Redirect to the list of releases."""
    return Response(status=308, headers={"Location": link_to("dumps/#releases")})


@bp.route("/releases/<name>")
@bp.route("/releases/<name>/")
def add_slash(name: str) -> Response:
    """Redirect to the home page of a release."""
    if request.path.endswith("/"):  # it is there, and cannot be opened
        return refuse(name, "")
    return Response(status=308, headers={"Location": link_to(f"releases/{quote_path(name)}/")})


@bp.route("/releases/<name>/dumps/")
@bp.route("/releases/<name>/dumps/<path:path>")
def show_files(name: str, path: str = "") -> Response:
    """Redirect to the files of a release, which have an address of their own."""
    target = find_published(current_release(), name).path + quote_path(path)
    return Response(status=308, headers={"Location": link_to(target)})


@bp.route("/releases/<name>/<path:path>", methods=["GET", "POST"])
def refuse(name: str, path: str) -> Response:
    """Raise why a page of an earlier release cannot be shown."""
    fault: Exception | None = request.environ.get(FAULT)
    if fault is not None:
        raise fault
    find_published(current_release(), name)
    raise UnknownPage(message("pages.only_current", path=f"/{path[:200]}"), path)


@bp.route("/timegate/", defaults={"path": ""})
@bp.route("/timegate/<path:path>")
def negotiate(path: str) -> Response:
    """Redirect to the page as it was at the date of `Accept-Datetime` (RFC 7089, 4.1)."""
    wanted = request.headers.get("Accept-Datetime")
    time = _parse_date(wanted) if wanted is not None else None
    if wanted is not None and time is None:
        raise UnreadableRequest(message("pages.no_date", text=wanted[:100]))
    mementos = _list(path)
    chosen = choose(current_release(), mementos, time)
    response = Response(status=302, headers={"Location": _link_to(quote_path(chosen.path))})
    response.headers["Vary"] = "Accept-Datetime"
    response.headers["Cache-Control"] = _FRESH
    return add_relations(response, _relate(path, mementos))


@bp.route("/timemap/", defaults={"path": ""})
@bp.route("/timemap/<path:path>")
def show_times(path: str) -> Response:
    """List a page in all releases that have it, in the link format (RFC 7089, 5)."""
    mementos, address = _list(path), address_of(current_release())
    page, last, asked = quote_path(path), len(mementos) - 1, _query()
    links = [
        f'<{address}{page}{asked}>;rel="original"',
        f'<{address}timegate/{page}{asked}>;rel="timegate"',
        f'<{address}timemap/{page}{asked}>;rel="self";type="{_LINK_FORMAT}"'
        f';from="{http_date(mementos[0].time)}";until="{http_date(mementos[-1].time)}"',
    ]
    for place, memento in enumerate(mementos):
        ends = [name for name, at in (("first", 0), ("last", last)) if place == at]
        relation = " ".join([*ends, "memento"])
        target = address + quote_path(memento.path) + asked
        links.append(f'<{target}>;rel="{relation}";datetime="{http_date(memento.time)}"')
    response = Response(",\n".join(links) + "\n", content_type=_LINK_FORMAT)
    response.headers["Cache-Control"] = _FRESH
    return response


def find_last(path: str) -> Memento | None:
    """Return a document that the current release has not, in the newest one that has it."""
    if is_below_release():
        return None
    mementos = list_mementos(current_release(), path)
    return mementos[-1] if mementos else None


def relate_to_times(path: str) -> list[HeaderLink]:
    """Return the links from a page of the current release to its TimeGate and its TimeMap."""
    if is_below_release():
        return []  # `mark` adds its own
    return [
        HeaderLink(link_to(f"timegate/{path}", lang=None), "timegate"),
        HeaderLink(link_to(f"timemap/{path}", lang=None), "timemap", _LINK_FORMAT),
    ]


@bp.after_app_request
def mark(response: Response) -> Response:
    """Add to an answer from a release that was named when that was published, and relations."""
    if not is_below_release() or response.status_code >= 500:
        return response
    site, path = "../../", quote_path(request.path.removeprefix("/"))
    response.headers["Memento-Datetime"] = http_date(published_time())
    response.headers["X-Robots-Tag"] = "noindex"
    relations = (("", "original"), ("timegate/", "timegate"))
    own = [HeaderLink(_link_to(f"{site}{to}{path}"), kind) for to, kind in relations]
    times = HeaderLink(_link_to(f"{site}timemap/{path}"), "timemap", _LINK_FORMAT)
    return add_relations(response, [*own, times])


def published_time() -> datetime:
    """Return when the release that this request is answered from was published."""
    release = current_release()
    return find_published(release, release.name).time


@bp.app_context_processor
def offer_older() -> dict[str, object]:
    """Tell templates of an earlier release: its date, and the link to the page in the current."""
    if not is_earlier():
        return {"below_release": is_below_release()}
    here = _link_to(f"../../{quote_path(request.path.removeprefix('/'))}")
    return {"below_release": True, "older": {"time": published_time(), "current": here}}


def _link_to(path: str) -> str:
    """Return the link to a path with the query of this request, which is part of what it names."""
    return link_to(path, **request.args.to_dict(flat=False))


def _query() -> str:
    """Return the query of this request with its `?`, escaped; "" without one."""
    return f"?{urlencode([*request.args.items(multi=True)])}" if request.args else ""


def _parse_date(text: str) -> datetime | None:
    try:
        return parse_date(text)
    except (OverflowError, ValueError):  # the offset of a zone beyond any
        return None


def _list(path: str) -> list[Memento]:
    is_odd = "//" in path or {".", ".."} & set(path.split("/"))
    is_page = not is_odd and _is_page(path)
    mementos = list_mementos(current_release(), path) if is_page else []
    if not mementos:
        raise UnknownPage(message("pages.no_path", path=f"/{path[:200]}"))
    return mementos


def _is_page(path: str) -> bool:
    """Check whether the site has pages of such a path, but those of this module."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(f"/{path}", method="GET")
    except RequestRedirect:  # to the same with a slash
        return True
    except HTTPException:
        return False
    return not endpoint.startswith(f"{bp.name}.")


def _relate(path: str, mementos: Sequence[Memento]) -> Iterator[HeaderLink]:
    yield HeaderLink(_link_to(quote_path(path)), "original")
    yield HeaderLink(_link_to(f"timemap/{quote_path(path)}"), "timemap", _LINK_FORMAT)
    for place, end in ((0, "first"), (-1, "last")):
        yield HeaderLink(_link_to(quote_path(mementos[place].path)), f"{end} memento")
