"""Show the query form, and the answer to a query where a page was asked for."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from server import pages, queries
from server.engine import Answer
from server.negotiate import CONSTRUCTED, EXCEL, HTML, SOLUTIONS, Format
from server.protocol import Asked
from server.visit import current_release

# What a page can still show; beyond it the page offers the answer as a file.
_MOST_BYTES = 1_000_000
_MOST_ROWS = 500


def show_form() -> Response:
    """Answer with the form and the example queries."""
    return pages.page("sparql.html", asked=None, **_about_form())


def show(asked: Asked, answer: Answer) -> Response:
    """Answer with a page that shows what a query found (JSON or Turtle)."""
    shown: dict[str, Any] = {"head": None, "rows": None, "truth": None, "graph": None}
    formats = CONSTRUCTED if answer.form == "graph" else (*SOLUTIONS, EXCEL)
    if answer.length <= _MOST_BYTES:
        body = b"".join(answer.body)
        shown |= {"graph": body.decode()} if answer.form == "graph" else _read_results(body)
    values = {**_about_form(), **shown, "asked": asked, "formats": _files(asked, formats)}
    return Response(
        pages.render("sparql.html", **values),
        content_type=HTML.content_type,
        headers={"Vary": "Accept, Accept-Language"},
    )


def _read_results(body: bytes) -> dict[str, Any]:
    read = json.loads(body)
    if "boolean" in read:
        return {"truth": read["boolean"]}
    found = read["results"]["bindings"]
    return {"head": read["head"]["vars"], "rows": found[:_MOST_ROWS], "found": len(found)}


def _files(asked: Asked, formats: tuple[Format, ...]) -> list[tuple[Format, str]]:
    """Give the link to the answer in each format."""
    parameters = [("query", asked.query or "")]
    parameters += [("default-graph-uri", iri) for iri in asked.default_graphs]
    parameters += [("named-graph-uri", iri) for iri in asked.named_graphs]
    return [
        (form, "sparql?" + urlencode([*parameters, ("format", form.suffix)])) for form in formats
    ]


def _about_form() -> dict[str, Any]:
    release = current_release()
    examples = [
        (name, queries.with_base(queries.read(f"exemple-{name}"), release.base_uri))
        for name in queries.EXAMPLES
    ]
    return {
        "examples": examples,
        "settings": current_app.config["SETTINGS"],
        "asked_language": request.args.get("lang"),
    }
