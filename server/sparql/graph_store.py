"""Answer reads of the SPARQL 1.1 Graph Store HTTP Protocol; a release is read-only."""

from flask import Blueprint, Response, request

from server.engine.interface import Question
from server.faults import UnknownResource, UnreadableRequest
from server.negotiation import CONSTRUCTED
from server.release import queries
from server.sparql.protocol import absolute_iris, read_address
from server.sparql.send import send
from server.web import render
from server.web.release_scope import ask, current_release
from transform.text.message import message

bp = Blueprint("store", __name__)


@bp.route("/rdf-graph-store")
def read_graph() -> Response:
    """Answer with the graph that `?graph=` names, or with the union for `?default`."""
    release, iri = current_release(), _read_graph_iri()
    if iri is None:
        text, bindings = queries.read("union"), {}
    else:
        _refuse_unknown(iri)
        text, bindings = queries.read("graph"), {"graph": iri}
    form = render.choose(CONSTRUCTED)
    question = Question(text, release.base_uri, graph=form.media_type, bindings=bindings)
    return render.finish(send(ask(question)), form)


def _read_graph_iri() -> str | None:
    """Read the IRI of the requested graph; None for the default graph (section 4.2)."""
    parameters = [pair for pair in read_address(request) if pair[0] in ("graph", "default")]
    if len(parameters) != 1:
        raise UnreadableRequest(message("sparql.name_one_graph"))
    name, value = parameters[0]
    return next(iter(absolute_iris(name, [value]))) if name == "graph" else None


def _refuse_unknown(iri: str) -> None:
    release = current_release()
    graphs = [f"{release.base_uri}graph/{name}" for name in release.manifest["graphs"]]
    if iri not in graphs:
        raise UnknownResource(message("sparql.no_graph", iri=iri, known=graphs))
