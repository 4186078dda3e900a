"""Answer with what a search of the whole site finds, with suggestions, and with what is nearest."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from server.faults import UnknownPage, UnreadableRequest
from server.lists.database import Tables, open_tables
from server.lists.excerpts import TextPiece
from server.lists.names import TableNames, tell_languages
from server.lists.nearest import find_nearest
from server.lists.query import LONGEST_WORDS
from server.lists.search import KINDS, FoundThing, SiteSearch, begin_with
from server.lists.suggestions import list_known, suggest
from server.negotiation import HTML, Format
from server.release.current import Release
from server.web import problems, render
from server.web.links import link_to, quote_path
from server.web.paging import read_page_number
from server.web.release_scope import current_release, hold
from server.web.search_sources import OfferedThing, sources
from transform.text.message import message

bp = Blueprint("search", __name__)
PATH = "recherche"
_JSON = Format("json", "application/json")
_FEW = 5  # of each kind, where all kinds are shown
_PAGE = 25
_NEAREST = 8
_SUGGESTED = 8
_PARAMETERS = ("q", "kind", "page", "lang", "format")


class ResultGroup(NamedTuple):
    """The best results of a kind, how many there are, and the link to all of them."""

    kind: str
    number: int
    results: list[FoundThing]
    href: str


class _State(NamedTuple):
    """What an address asks: words, a kind or all, a page of it."""

    words: str
    kind: str | None
    page: int


@bp.record_once
def _offer_nearest(state: BlueprintSetupState) -> None:
    problems.offer_nearest(state.app, find_nearest)


@bp.route(f"/{PATH}")
@bp.route(f"/{PATH}.<suffix>")
def show(suffix: str | None = None) -> Response:
    """Answer with what the words of the parameter `q` find."""
    form = render.choose((HTML, _JSON), suffix)
    release = current_release()
    state = _read_state()
    tables = hold(open_tables(release))
    search = _open_search(release, tables, render.language_of(form))
    counts = search.look_up(state.words) if state.words else {}
    total = sum(counts.values())
    of_kind = counts.get(state.kind, 0) if state.kind else total
    pages = max(1, -(-of_kind // _PAGE)) if state.kind else 1
    if state.page > pages:
        raise UnknownPage(message("lists.no_page", page=state.page, pages=pages), PATH)
    groups = [*_groups(search, state, counts)]
    suggestion: str | None = None
    nearest: list[FoundThing] = []
    fewer: list[str] = []
    if state.words and not total:
        suggestion = suggest(tables, state.words, release)
        nearest = search.best(None, _NEAREST) if search.look_up_nearest(state.words) else []
        fewer = list_known(tables, state.words, release)
    values = {
        "state": state,
        "total": total,
        "counts": counts,
        "groups": groups,
        "pages": pages,
        "suggestion": suggestion,
        "nearest": nearest,
        "fewer": fewer,
    }
    if form is HTML:
        language, register = render.language(), release.register
        values["tongues"] = tell_languages(register, language)
        values["kind_names"] = {
            kind: register.text(f"search.kinds_{kind}", language)
            for kind in (*KINDS, *sources(current_app))
        }
        page = render.render("lists/search.html", **values, address=_address, longest=LONGEST_WORDS)
        response = Response(page, content_type=HTML.content_type)
    else:
        response = Response(_write_json(values), content_type=_JSON.content_type)
    response = render.finish(response, form)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.route(f"/{PATH}/suggestions")
def show_suggestions() -> Response:
    """Answer with a few things whose names hold words that begin as the parameter `q` does."""
    release = current_release()
    state = _read_state()
    tables = hold(open_tables(release))
    names = TableNames(tables, release.register, render.language())
    listed: list[dict[str, str]] = []
    for row, name in islice(begin_with(tables, names, state.words, state.kind), _SUGGESTED):
        path = quote_path(row["uri"].removeprefix(release.base_uri))
        kind = release.register.text(f"search.kind_{row['sorte']}", render.language())
        listed.append(
            {
                "name": name.value,
                "language": name.language,
                "kind": kind,
                # The page that shows it may stand anywhere: the link is from the site's root.
                "path": path,
            }
        )
    # What a screen reader says of the list.
    status = release.register.text("search.suggestions", render.language(), n=len(listed))
    answer = {"q": state.words, "status": status, "suggestions": listed}
    body = json.dumps(answer, ensure_ascii=False)
    response = Response(body, content_type=_JSON.content_type)
    response = render.finish(response, HTML)  # by language, as a page
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _open_search(release: Release, tables: Tables, language: str) -> SiteSearch:
    names = TableNames(tables, release.register, language)

    def offered() -> Iterator[tuple[str, OfferedThing]]:
        for kind, list_things in sources(current_app).items():
            for thing in list_things(release, language):
                yield kind, thing

    return SiteSearch(tables, names, release, offered)


def _read_state() -> _State:
    """Read the parameters of an address; raises UnreadableRequest."""
    for name in request.args:
        if name not in (*_PARAMETERS,):
            told = message("lists.unknown_parameter", name=name[:40], known=_PARAMETERS[:3])
            raise UnreadableRequest(told, PATH)
    kind = request.args.get("kind") or None
    kinds = (*KINDS, *sources(current_app))
    if kind and kind not in kinds:
        told = message("lists.unknown_value", name="kind", value=kind[:40], known=kinds)
        raise UnreadableRequest(told, PATH)
    page = read_page_number(request.args.get("page", "1"), PATH)
    return _State(request.args.get("q", "").strip()[:LONGEST_WORDS], kind, page)


def _groups(search: SiteSearch, state: _State, counts: Mapping[str, int]) -> Iterator[ResultGroup]:
    if state.kind:
        if number := counts.get(state.kind):
            results = search.best(state.kind, _PAGE, _PAGE * (state.page - 1))
            yield ResultGroup(state.kind, number, results, "")
        return
    for kind, number in counts.items():
        href = _address(state.words, kind)
        yield ResultGroup(kind, number, search.best(kind, _FEW), href)


def _address(words: str, kind: str | None = None, page: int = 1) -> str:
    return link_to(PATH, q=words, kind=kind, page=page if page > 1 else None)


def _write_json(values: Mapping[str, Any]) -> str:
    state: _State = values["state"]
    results = [result for group in values["groups"] for result in group.results]
    written = {
        "q": state.words,
        "kind": state.kind,
        "page": state.page,
        "pages": values["pages"],
        "total": values["total"],
        "kinds": values["counts"],
        "results": [_describe(result) for result in results],
        "did_you_mean": values["suggestion"],
        "nearest": [_describe(result) for result in values["nearest"]],
        "fewer_words": values["fewer"],
    }
    return json.dumps(written, ensure_ascii=False) + "\n"


def _describe(result: FoundThing) -> dict[str, str | None]:
    return {
        "kind": result.kind,
        "uri": result.uri,
        "name": result.name.value,
        "language": result.name.language,
        "also": _join(result.also),
        "excerpt": _join(result.excerpt),
    }


def _join(pieces: Sequence[TextPiece]) -> str | None:
    return "".join(piece.text for piece in pieces) or None
