"""Show the page for queries, and the answer to a query where a page was asked for."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from server import texts
from server.engine.faults import Unwritable
from server.engine.interface import Answer
from server.negotiation import (
    CONSTRUCTED,
    EXCEL,
    HTML,
    SOLUTIONS,
    Format,
)
from server.release import queries
from server.sparql import result_table
from server.sparql.protocol import SparqlRequest
from server.web import assets, render
from server.web.release_scope import current_release

# What a page shows of a graph; the files hold all.
_MOST_GRAPH = 200_000  # bytes
_FILE_FORMATS = (*SOLUTIONS, EXCEL, *CONSTRUCTED)


def show_form() -> Response:
    """Answer with the form and the example queries."""
    return render.page("sparql.html", asked=None, **about_form())


def show(asked: SparqlRequest, answer: Answer) -> Response:
    """Answer with a page that shows what a query found (JSON or Turtle); raises Unwritable."""
    formats = CONSTRUCTED if answer.form == "graph" else (*SOLUTIONS, EXCEL)
    try:
        shown = _show_graph(answer) if answer.form == "graph" else _show_solutions(answer)
    except RecursionError as deep:
        told = "Triple terms nest deeper than a page shows: ask for JSON or TSV."
        raise Unwritable(told, HTML.media_type) from deep
    values = {**about_form(), **shown, "asked": asked, "formats": _files(asked, formats)}
    values["size"] = texts.size(answer.length, render.language())
    return Response(
        render.render("sparql.html", **values),
        content_type=HTML.content_type,
        headers={"Vary": "Accept, Accept-Language"},
    )


def about_form() -> dict[str, Any]:
    """Give what a page needs that holds the form: scripts, formats, examples."""
    base, language = current_release().base_uri, render.language()
    return {
        "examples": [(name, queries.example(name, base, language)) for name in queries.EXAMPLES],
        "settings": current_app.config["SETTINGS"],
        "asked_language": request.args.get("lang"),
        "file_formats": [form.suffix for form in _FILE_FORMATS],
        "modules": assets.modules(),
    }


def _show_solutions(answer: Answer) -> dict[str, Any]:
    found = result_table.read(answer)
    if found.truth is not None:
        return {"truth": found.truth, "rows": None}
    rows = result_table.lay_out(found, current_release(), render.language())
    return {"head": found.head, "rows": rows, "total": found.total}


def _show_graph(answer: Answer) -> dict[str, Any]:
    text = result_table.take(answer, _MOST_GRAPH)
    cut = answer.length > _MOST_GRAPH
    shown = text.rpartition("\n")[0] if cut else text
    return {"graph": shown, "cut": cut, "rows": None, "truth": None}


def _files(asked: SparqlRequest, formats: tuple[Format, ...]) -> list[tuple[Format, str]]:
    """Give the link to the answer in each format."""
    parameters = [("query", asked.query or "")]
    parameters += [("default-graph-uri", iri) for iri in asked.default_graphs]
    parameters += [("named-graph-uri", iri) for iri in asked.named_graphs]
    return [
        (form, "sparql?" + urlencode([*parameters, ("format", form.suffix)])) for form in formats
    ]
