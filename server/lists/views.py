"""Answer with the list of initiatives: a page, a file, or a redirect to its SPARQL."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from server.faults import UnknownPage, UnreadableRequest
from server.lists.database import Tables, open_tables
from server.lists.files import write_file
from server.lists.initiatives import PAGE, InitiativeList
from server.lists.names import TABLES, Named, read_names
from server.lists.query import FACETS, FIELD_OF, PRESENCES, ListQuery, read_query
from server.lists.sparql import MOST_VALUES, write_construct, write_select
from server.lists.suggestions import suggest
from server.negotiation import CSV, EXCEL, HTML, TURTLE, Format
from server.release.current import Release
from server.web import render
from server.web.link_header import add_relations, licence
from server.web.links import link_to
from server.web.release_scope import current_release, hold

bp = Blueprint("lists", __name__)
PATH = "initiatives"
JSON_FILE = Format("json", "application/json")
FILES = (CSV, EXCEL, JSON_FILE, TURTLE)
_FEW = 12  # values of a facet that are shown before the others


class Choice(NamedTuple):
    """A value of a facet: what it is called, how many it would leave, where a click on it leads.

    What `presence` is called is a text of the interface, by its key.
    """

    key: str
    text: str
    language: str
    number: int
    chosen: bool
    href: str


@bp.route(f"/{PATH}")
@bp.route(f"/{PATH}.<suffix>")
def show(suffix: str | None = None) -> Response:
    """Answer with the list that the parameters describe."""
    release = current_release()
    form = render.choose((HTML, *FILES), suffix)
    query = read_query(request.args.items(multi=True), offered_facets(release))
    tables = hold(open_tables(release))
    listed = InitiativeList(tables, query, release.register.languages)
    if form is TURTLE:
        return _redirect(release, query, listed)
    names = {kind: read_names(tables, kind, release.register, render.language()) for kind in TABLES}
    if form is HTML:
        response = _page(release, query, listed, names, tables)
    else:
        body = write_file(listed, names, form, release.base_uri)
        response = Response(body, content_type=form.content_type)
        name = (
            f"{PATH}{'-excel' if form is EXCEL else ''}.{(CSV if form is EXCEL else form).suffix}"
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response = render.finish(response, form)
    if form is not HTML or not query.plain:
        response.headers["X-Robots-Tag"] = "noindex"
    return add_relations(response, [licence(release.manifest)])


def offered_facets(release: Release) -> list[str]:
    """Return the facets that the register has fields for."""
    fields = release.register.fields
    return [name for name in FACETS if name not in FIELD_OF or FIELD_OF[name] in fields]


def address(query: ListQuery, suffix: str = "") -> str:
    """Return the relative link to a state of the list."""
    parameters = query.parameters()
    if lang := request.args.get("lang"):
        parameters.append(("lang", lang))
    search = "?" + urlencode(parameters) if parameters else ""
    return link_to(PATH + suffix, lang=None) + search


def _redirect(release: Release, query: ListQuery, listed: InitiativeList) -> Response:
    """Redirect to the endpoint, which writes every statement about the list."""
    keys = _searched(query, listed)
    if keys is not None and len(keys) > MOST_VALUES:
        raise UnreadableRequest(
            f"The words find {len(keys)} initiatives, and a query holds {MOST_VALUES} at most:"
            " choose values or more words, or take the CSV."
        )
    text = write_construct(query, release.base_uri, _newest(release), keys)
    target = link_to("sparql", query=text, format="ttl", lang=None)
    return Response(status=303, headers={"Location": target, "X-Robots-Tag": "noindex"})


def _searched(query: ListQuery, listed: InitiativeList) -> list[str] | None:
    return listed.keys() if query.words else None


def _newest(release: Release) -> int:
    return max(int(portrait["year"]) for portrait in release.manifest["portraits"])


def _page(
    release: Release,
    query: ListQuery,
    listed: InitiativeList,
    names: Mapping[str, Mapping[str, Named]],
    tables: Tables,
) -> Response:
    total = listed.count()
    pages = max(1, -(-total // PAGE))
    if query.page > pages:
        raise UnknownPage(f"There is no page {query.page} of this list: it has {pages}.")
    if query.words and query.order == "nom" and "tri" not in request.args:
        query = replace(query, order="pertinence")
        listed = InitiativeList(tables, query, release.register.languages)
    keys = listed.keys(PAGE, PAGE * (query.page - 1))
    facets = [
        (name, _choices(query, name, listed.facet(name), names)) for name in offered_facets(release)
    ]
    searched = _searched(query, listed)
    entries = listed.entries(keys)
    newest = _newest(release)
    too_many = searched is not None and len(searched) > MOST_VALUES
    select = None if too_many else write_select(query, release.base_uri, newest, searched)
    return Response(
        render.render(
            "initiatives.html",
            query=query,
            total=total,
            pages=pages,
            newest=newest,
            facets=facets,
            few=_FEW,
            chips=_chips(query, facets),
            rows=[(listed.entry_of(entries[key]), entries[key]) for key in keys],
            names=names,
            address=address,
            everything=ListQuery(),
            paged=lambda number: address(replace(query, page=number)),
            ordered=lambda order: address(replace(query, order=order, page=1)),
            formats=FILES,
            select=select,
            suggestion=suggest(tables, query.words) if query.words and not total else None,
        ),
        content_type=HTML.content_type,
    )


def _choices(
    query: ListQuery,
    facet: str,
    counts: Mapping[str, int],
    names: Mapping[str, Mapping[str, Named]],
) -> list[Choice]:
    """Return the values of a facet, those that are chosen among them even where they leave none."""
    chosen = query.values.get(facet, ())
    keys = dict.fromkeys((*_order(facet, counts, names), *chosen))
    choices = []
    for key in keys:
        named = names.get(facet, {}).get(key)
        text, language = named.name if named else (key, "")
        href = address(query.toggled(facet, key))
        choices.append(Choice(key, text, language, counts.get(key, 0), key in chosen, href))
    return choices


def _order(
    facet: str, counts: Mapping[str, int], names: Mapping[str, Mapping[str, Named]]
) -> Sequence[str]:
    """Return the values of a facet in the order in which they are read."""
    if facet == "annee":
        return sorted(counts, reverse=True)
    if facet == "presence":
        return [value for value in PRESENCES if value in counts]
    places = {key: place for place, key in enumerate(names[facet])}
    return sorted(counts, key=lambda key: (-counts[key], places.get(key, len(places))))


def _chips(
    query: ListQuery, facets: Sequence[tuple[str, list[Choice]]]
) -> list[tuple[str, Choice]]:
    """Return what narrows the list; a click on it takes it away."""
    chips = [(facet, choice) for facet, choices in facets for choice in choices if choice.chosen]
    if query.words:
        without = address(replace(query, words="", page=1))
        chips.append(("q", Choice("", query.words, "", 0, True, without)))
    return chips
