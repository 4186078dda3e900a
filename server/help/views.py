"""Answer with the pages of help; each is a template a language."""

from importlib.resources import files

from flask import Blueprint, Response

from server.discovery import quotes
from server.faults import UnknownPage
from server.questions.library import fill_in
from server.release.current import Release
from server.web import render
from server.web.public_address import address_of
from server.web.release_scope import current_release
from transform.text.message import message

bp = Blueprint("help", __name__)
# The pages, in the order in which they are listed.
PAGES = (
    "uris",
    "recherche",
    "requetes",
    "openrefine",
    "identite",
    "limites",
    "citation",
    "accessibilite",
)
STEPS = range(1, 7)


@bp.route("/aide")
def show_all() -> Response:
    """Answer with the list of the pages of help."""
    return render.page("help/all.html", canonical=render.canonical("aide"), pages=PAGES)


@bp.route("/aide/<name>")
def show(name: str) -> Response:
    """Answer with a page of help."""
    if name not in PAGES:
        raise UnknownPage(message("help.unknown", name=name[:60]))
    release, language = current_release(), render.language()
    return render.page(
        f"help/{name}.{language}.html",
        name=name,
        canonical=render.canonical(f"aide/{name}"),
        address=address_of(release),
        citation=quotes.recommend(release, language),
        newest=release.years[-1],
        steps={number: read_step(number, release, language) for number in STEPS},
    )


def read_step(number: int, release: Release, language: str) -> str:
    """Return the query of a step of the tutorial, with the IRIs and languages of the release."""
    text = files("server").joinpath("help", "steps", f"{number}.rq").read_text("utf-8")
    return fill_in(text, release.base_uri, language, release.register)
