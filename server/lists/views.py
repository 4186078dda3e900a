"""Answer with a list: a page, a file, or a redirect to its SPARQL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from server.faults import UnknownPage
from server.lists.behind import find_endpoint, send_turtle, write_behind
from server.lists.database import Tables, open_tables
from server.lists.files import write_file
from server.lists.initiatives import (
    INITIATIVES,
    own_facets,
    own_fields,
    read_own_names,
    used_fields,
)
from server.lists.kind import PRESENCE, YEAR, Facet, ListKind, Shape, Shown
from server.lists.known_values import ChosenValue, find_unknown, refuse_unknown
from server.lists.listed import PAGE, ListedThings
from server.lists.names import TableNames, tell_languages
from server.lists.parts import group_parts, read_parts
from server.lists.query import LONGEST_WORDS, ListQuery, read_query
from server.lists.search import FoundThing, SiteSearch
from server.lists.sparql import MOST_VALUES
from server.lists.suggestions import suggest
from server.lists.things import BODIES, CATEGORIES, PORTFOLIOS, STATUSES
from server.lists.years import other_years, tell_years, words_of_years
from server.negotiation import CSV, EXCEL, HTML, TURTLE, Format
from server.release.current import Release
from server.release.register import OwnText
from server.release.resource import find_replacement
from server.web import render
from server.web.link_header import add_relations, licence
from server.web.links import link_to
from server.web.release_scope import current_release, hold
from transform.text.message import message

bp = Blueprint("lists", __name__)
KINDS = (INITIATIVES, BODIES, PORTFOLIOS, CATEGORIES, STATUSES)
JSON_FILE = Format("json", "application/json")
FILES = (CSV, EXCEL, JSON_FILE, TURTLE)
_FEW = 10  # values of a facet that are shown before the others
_MOST = 100  # values of a facet that are shown at all
_NEAREST = 8  # things that are shown where words find none
_MOST_YEARS = 6  # whose numbers a row shows


class FacetValue(NamedTuple):
    """A value of a facet: what it is called, how many have it, where a click on it leads.

    The number is of the things that fit what is chosen of all other facets: a value beside one
    that is chosen adds them to the list. What a value without a name is called is a text of the
    interface, by its key. The value before a part counts it, too.
    """

    key: str
    name: OwnText | None
    number: int
    chosen: bool
    href: str
    is_part: bool = False


class ShownFacet(NamedTuple):
    """A facet with its values, and how many more there are than those."""

    facet: Facet
    choices: list[FacetValue]
    others: int


def show(kind: ListKind, suffix: str | None = None) -> Response:
    """Answer with the list of a kind that the parameters describe."""
    release = current_release()
    if kind.needs and kind.needs not in release.register.fields:
        raise UnknownPage(message("lists.no_field"), "initiatives")
    return _answer(release, kind, suffix)


for _kind in KINDS:
    _show = partial(show, _kind)
    for _rule in (f"/{_kind.path}", f"/{_kind.path}.<suffix>"):
        bp.add_url_rule(_rule, _kind.path, _show)


@bp.route("/portraits/<int:year>")
@bp.route("/portraits/<int:year>.<suffix>")
def show_portrait(year: int, suffix: str | None = None) -> Response:
    """Answer with the list of the entries of one portrait."""
    release = current_release()
    years = tuple(reversed(release.years))
    if year not in years:
        raise UnknownPage(message("lists.no_portrait", year=year, years=sorted(years)), "portraits")
    return _answer(release, INITIATIVES.of_year(year), suffix)


@bp.route("/portraits")
def show_portraits() -> Response:
    """Answer with the years, each with its numbers."""
    release = current_release()
    return render.page(
        "lists/portraits.html",
        canonical=render.canonical("portraits"),
        portraits=_portraits(release),
    )


def _answer(release: Release, kind: ListKind, suffix: str | None) -> Response:
    form = render.choose((HTML, *FILES), suffix)
    tables = hold(open_tables(release))
    names = TableNames(tables, release.register, render.language_of(form))
    own = own_facets(tables, names)
    query = read_query(request.args.items(multi=True), kind.within(release.register.fields, own))
    if unknown := find_unknown(tables, query, release.years):
        if moved := _follow_replaced(release, query, unknown):
            return Response(
                status=301, headers={"Location": address(moved, f".{suffix}" if suffix else "")}
            )
        refuse_unknown(tables, query, unknown, release.years)
    fields = release.register.fields | used_fields(tables, release)
    shape = Shape(tuple(reversed(release.years)), fields, own_fields(tables), release.base_uri)
    listed = ListedThings(tables, query, release.register.languages, shape)
    if form is TURTLE and (target := find_endpoint(release, listed)):
        return Response(status=303, headers={"Location": target, "X-Robots-Tag": "noindex"})
    if form is HTML:
        response = _page(release, listed, names, tables)
    else:
        tables.time_each_query()  # a client may read slowly
        if form is TURTLE:
            response = send_turtle(release, listed)
        else:
            response = Response(write_file(listed, names, form), content_type=form.content_type)
        name = kind.path.replace("/", "-") + ("-excel" if form is EXCEL else "")
        ending = (CSV if form is EXCEL else form).suffix
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response = render.finish(response, form)
    if form is not HTML or not query.plain:
        response.headers["X-Robots-Tag"] = "noindex"
    return add_relations(response, [licence(release.manifest)])


def _follow_replaced(
    release: Release, query: ListQuery, unknown: Sequence[ChosenValue]
) -> ListQuery | None:
    """Return the list with what replaced its unknown values; None where one was not replaced."""
    for facet, value in unknown:
        begin = f"{release.base_uri}id/{facet.things}/"
        replacement = find_replacement(release, begin + value) if facet.things else None
        if replacement is None or not replacement.startswith(begin):
            return None
        query = query.exchanged(facet.name, value, replacement.removeprefix(begin))
    return query


def _languages_of_names(kind: ListKind, names: TableNames, rows: Sequence[Shown]) -> Iterator[str]:
    """Yield the languages of the names in rows."""
    for row in rows:
        if kind.thing == "initiative":
            yield row["name"].language
        elif (named := names.get(kind.thing, row["key"])) and named.name.language:
            yield named.name.language


def _portraits(release: Release) -> list[Mapping[str, object]]:
    return sorted(release.manifest["portraits"], key=lambda p: int(p["year"]), reverse=True)


def address(query: ListQuery, suffix: str = "") -> str:
    """Return the relative link to a state of the list."""
    parameters = query.parameters()
    lang = request.args.get("lang")
    if suffix and render.language() != render.file_language():
        lang = render.language()  # a file is in the language of the page that links it
    if lang:
        parameters.append(("lang", lang))
    search = "?" + urlencode(parameters) if parameters else ""
    return link_to(query.kind.path + suffix, lang=None) + search


def _page(release: Release, listed: ListedThings, names: TableNames, tables: Tables) -> Response:
    query, kind = listed.query, listed.query.kind
    total = listed.total
    pages = max(1, -(-total // PAGE))
    if query.page > pages:
        told = message("lists.no_page", page=query.page, pages=pages)
        raise UnknownPage(told, kind.path)
    facets = [
        _show_facet(listed, facet, names, tables)
        for facet in kind.facets
        # Of one year, all that is there is new.
        if facet.name != PRESENCE or len(listed.shape.years) > 1 or query.values.get(PRESENCE)
    ]
    rows = list(listed.rows(listed.keys(PAGE, PAGE * (query.page - 1)), names))
    by_year = {one.key: one.number for f in facets if f.facet.name == YEAR for one in f.choices}
    years_told = tell_years(query, release.years)
    return Response(
        render.render(
            kind.template,
            kind=kind,
            canonical=render.canonical(kind.path, query.page if query.plain else 1),
            query=query,
            total=total,
            pages=pages,
            newest=listed.shape.newest,
            years=listed.shape.years[:_MOST_YEARS],
            names_of=partial(_languages_of_names, kind, names),
            of_years=years_told.text(render.language()) if years_told else "",
            other_years=other_years(query, release.years, by_year, render.language()),
            year_words=words_of_years(kind, release.years, render.language()),
            facets=facets,
            few=_FEW,
            longest=LONGEST_WORDS,
            chips=_chips(query, facets),
            rows=rows,
            named=names.get,
            definition=names.definition,
            address=address,
            everything=query.whole(),
            paged=lambda number: address(replace(query, page=number)),
            tongues=tell_languages(release.register, render.language()),
            sorted_in=names.own if names.language != names.own else None,
            ordered=lambda order: address(replace(query, order=order, page=1)),
            formats=FILES,
            behind=write_behind(release, listed, render.language()),
            most_values=MOST_VALUES,
            largest=_largest(rows),
            facet_names=partial(_name_facets, release, render.language()),
            value_names=partial(_name_values, release, render.language(), kind.thing),
            suggestion=suggest(tables, query.words, release) if not total else None,
            nearest=_find_nearest(release, tables, names, query) if not total else [],
        ),
        content_type=HTML.content_type,
    )


def _name_facets(release: Release, language: str, facets: Sequence[ShownFacet]) -> dict[str, str]:
    """Return what facets are called, by their names, for the script of a static copy."""
    return {
        one.facet.name: one.facet.label.value[:1].upper() + one.facet.label.value[1:]
        if one.facet.label
        else release.register.text(f"lists.facet_{one.facet.name}", language)
        for one in facets
    }


def _name_values(
    release: Release, language: str, thing: str, facets: Sequence[ShownFacet]
) -> dict[str, dict[str, str]]:
    """Return what values are called that are no things, by facet."""

    def name(facet: Facet, value: str) -> str:
        of = "body_presence" if thing == "organisme" else "presence"
        key = f"lists.{of}_{value}" if facet.name == PRESENCE else f"lists.is_{value}"
        return release.register.text(key, language, year=release.years[-1])

    return {
        one.facet.name: {value: name(one.facet, value) for value in one.facet.values}
        for one in facets
        if one.facet.values
    }


def _find_nearest(
    release: Release, tables: Tables, names: TableNames, query: ListQuery
) -> list[FoundThing]:
    """Return the things of the list that have some of the words, or words like them."""
    search, kind = SiteSearch(tables, names, release, tuple), query.kind.thing
    has_near = query.words and search.look_up_nearest(query.words, kind=kind)
    return search.best(kind, _NEAREST) if has_near else []


def _largest(rows: Sequence[Mapping[str, object]]) -> int:
    """Return the largest number of initiatives of a row and year, for the bars beside them."""
    numbers = (row.get("numbers", {}) for row in rows)
    listed = (year["initiatives"] for own in numbers for year in own.values())  # type: ignore[attr-defined]
    return max(listed, default=0)


def _show_facet(
    listed: ListedThings, facet: Facet, names: TableNames, tables: Tables
) -> ShownFacet:
    """Return a facet with its values, those that are chosen even where they leave none."""
    query, counts = listed.query, listed.facet(facet)
    chosen = query.values.get(facet.name, ())
    order = _order(facet, counts)
    keys = [key for place, key in enumerate(order) if place < _MOST or key in chosen]
    keys += [key for key in chosen if key not in counts]
    parts = read_parts(tables, facet.things)
    keys = group_parts(keys, parts)
    named: Mapping[str, OwnText] = {}
    if facet.things:
        known = names.read(facet.things, keys)
        named = {key: known[key].name for key in keys if key in known}
    elif facet.label and not facet.values:
        named = read_own_names(tables, facet, names)
    choices = [
        FacetValue(
            key,
            named.get(key) or (None if facet.values else OwnText(key, "")),
            counts.get(key, 0),
            key in chosen,
            address(query.toggled(facet.name, key)),
            parts.get(key) in keys,
        )
        for key in keys
    ]
    return ShownFacet(facet, choices, len(counts.keys() - set(keys)))


def _order(facet: Facet, counts: Mapping[str, int]) -> list[str]:
    """Return the values of a facet in the order in which they are read."""
    if facet.name == YEAR:
        return sorted(counts, reverse=True)
    if facet.values:
        return [value for value in facet.values if value in counts]
    return sorted(counts, key=lambda key: (-counts[key], key))


def _chips(query: ListQuery, facets: Sequence[ShownFacet]) -> list[tuple[Facet | None, FacetValue]]:
    """Return what narrows the list; a click on it takes it away."""
    chips: list[tuple[Facet | None, FacetValue]] = [
        (shown.facet, choice) for shown in facets for choice in shown.choices if choice.chosen
    ]
    if query.words:
        without = address(replace(query, words="", page=1))
        chips.append((None, FacetValue("", OwnText(query.words, ""), 0, True, without)))
    return chips
