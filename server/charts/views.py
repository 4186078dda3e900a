"""Answer with the list of charts, a chart's page, its files, or its frame for another site."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from server.charts.published import PublishedChart, find_charts
from server.faults import UnknownPage, UnreadableRequest
from server.negotiation import CSV, Format
from server.web import render
from server.web.link_header import HeaderLink, add_relations, licence
from server.web.links import link_to
from server.web.public_address import address_of
from server.web.release_scope import current_release
from transform.graphs.cubes import KIND, UNKNOWN_KIND
from transform.text.message import message

bp = Blueprint("charts", __name__)
PATH = "graphiques"
SVG = Format("svg", "image/svg+xml")
PNG = Format("png", "image/png")
THEMES = ("light", "dark")
# A picture runs nothing and loads nothing, wherever it is opened.
_PICTURE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Any site may frame a chart: its only link opens a new window, so no click can be abused.
_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)


@bp.app_context_processor
def offer_figures() -> dict[str, Callable[..., Any]]:
    """Let templates look charts up: `find_chart` returns one by its name, None for none.

    `leads_on` checks whether the page of a value is about what a chart counts.
    """
    return {
        "find_chart": lambda name: find_charts(current_release()).get(name),
        "leads_on": lambda iri: iri != f"{current_release().base_uri}id/{KIND}/{UNKNOWN_KIND}",
    }


@bp.route(f"/{PATH}")
def show_all() -> Response:
    """Answer with all charts, those over several years first, then the newest year."""
    _refuse_parameters()
    figures = find_charts(current_release())
    if not figures:
        raise UnknownPage(message("charts.none"))
    response = render.page(
        "charts/all.html", path=PATH, canonical=render.canonical(PATH), groups=_group(figures)
    )
    return add_relations(response, [licence(current_release().manifest)])


def _group(figures: Mapping[str, PublishedChart]) -> list[tuple[int | None, list[PublishedChart]]]:
    """Return the charts by year, those over several years under None."""

    def year_of(figure: PublishedChart) -> int | None:
        return figure.years[0] if len(figure.years) == 1 else None

    ordered = sorted(figures.values(), key=lambda f: (len(f.years) == 1, -(year_of(f) or 0)))
    return [(year, list(group)) for year, group in groupby(ordered, year_of)]


@bp.route(f"/{PATH}/<name>")
def show(name: str) -> Response:
    """Answer with the page of a chart."""
    _refuse_parameters()
    release, figure = current_release(), _find(name)
    chosen = render.language()
    response = render.page(
        "charts/chart.html",
        figure=figure,
        texts=figure.texts[chosen],
        path=PATH,
        canonical=render.canonical(f"{PATH}/{name}"),
        address=address_of(release),
        themes=THEMES,
    )
    svg = link_to(f"{PATH}/{name}.svg", lang=chosen)
    table = link_to(f"{PATH}/{name}.csv", lang=chosen)
    relations = [
        HeaderLink(svg, "alternate", SVG.media_type),
        HeaderLink(table, "alternate", CSV.media_type),
        licence(release.manifest),
    ]
    return add_relations(response, relations)


@bp.route(f"/{PATH}/<name>/cadre")
def show_frame(name: str) -> Response:
    """Answer with a chart alone, for a frame of another site."""
    _refuse_parameters()
    figure, texts = _find(name), _find(name).texts[render.language()]
    response = render.page("charts/frame.html", figure=figure, texts=texts, path=PATH)
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.route(f"/{PATH}/<name>.svg")
def send_svg(name: str) -> Response:
    """Answer with a chart as SVG."""
    _refuse_parameters("theme")
    return _send(name, SVG, f"{_read_theme()}.svg")


@bp.route(f"/{PATH}/<name>.png")
def send_png(name: str) -> Response:
    """Answer with a chart as PNG, which only some have, and in the light theme alone."""
    _refuse_parameters()
    return _send(name, PNG, "png")


@bp.route(f"/{PATH}/<name>.csv")
def send_csv(name: str) -> Response:
    """Answer with all values of a chart as CSV."""
    _refuse_parameters()
    return _send(name, CSV, "csv")


def _send(name: str, form: Format, ending: str) -> Response:
    release, figure, chosen = current_release(), _find(name), render.language()
    file = release.find_file(figure.file(chosen, ending))
    if file is None:
        raise UnknownPage(message("charts.no_file", name=name, form=form.suffix.upper()))
    response = render.finish(Response(file.read_bytes(), content_type=form.content_type), form)
    response.headers["Content-Security-Policy"] = _PICTURE
    response.headers["Content-Language"] = chosen
    response.headers["Vary"] = "Accept-Language"
    # Other sites may show it, those too that isolate themselves from other origins.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    disposition = "attachment" if form is CSV else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}.{form.suffix}"'
    return add_relations(response, [licence(release.manifest)])


def _find(name: str) -> PublishedChart:
    figures = find_charts(current_release())
    if name not in figures:
        raise UnknownPage(message("charts.unknown", name=name[:60]), PATH)
    return figures[name]


def _read_theme() -> str:
    theme = request.args.get("theme", THEMES[0])
    if theme not in THEMES:
        raise UnreadableRequest(message("charts.no_theme", theme=theme[:40], known=THEMES), PATH)
    return theme


def _refuse_parameters(*known: str) -> None:
    for name, values in request.args.lists():
        if name not in (*known, "lang"):
            raise UnreadableRequest(message("charts.no_parameter", name=name[:40]), PATH)
        if len(values) > 1:
            raise UnreadableRequest(message("charts.twice", name=name), PATH)
