"""Plan queries on the event loop, and write their outcomes as replies."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from server.engine.faults import UpdateRefused
from server.engine.interface import Answer, Outcome, WholeAnswer
from server.faults import Fault
from server.http.messages import Headers, Reply, Request
from server.http.responses import finish
from server.http.responses.compression import CodingChoice
from server.http.responses.preferences import Preferences
from server.http.responses.wsgi import WHOLE, Threads, WsgiResult
from server.negotiation import NothingAcceptable
from server.problem import choose_form, describe, stated_language
from server.sparql.plan import CONTENT_TYPES, Plan, make_plan
from server.sparql.protocol import ADDRESS, SparqlRequest, read_form, read_parameters, read_target
from server.web.headers import HEADERS

_PATH = b"/sparql"
_SMALL = 1 << 15  # bytes that are compressed sooner than a thread is woken
_FORM = (b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=utf-8")


def is_of_endpoint(request: Request) -> bool:
    """Return whether a request is one to the endpoint."""
    path = request.target.partition(b"?")[0]
    return path == _PATH or (b"%" in path and unquote_to_bytes(path) == _PATH)


def plan_query(request: Request, accept: str, base_uri: str, longest: int) -> Plan | None:
    """Plan the answer to a query that a loop can read at once; None for any other request.

    The view of the application answers a faulty request with its fault.
    """
    try:
        if request.method == "POST":
            sparql_request = _read_form(request, longest)
        else:
            sparql_request = read_target(request.target, longest)
        if sparql_request is None or sparql_request.query is None:
            return None
        return make_plan(sparql_request, accept, base_uri)
    except (Fault, UpdateRefused, NothingAcceptable):
        return None


def write(
    outcome: Outcome, plan: Plan, request: Request, preferences: Preferences, threads: Threads
) -> Reply:
    """Write the reply with the outcome of a query."""
    if isinstance(outcome, WholeAnswer) and not plan.fickle:
        return finish.finish_whole(outcome, request, preferences.coding)
    if isinstance(outcome, Exception):
        return _refuse(plan.explain(outcome), request, preferences, threads)
    headers = [
        ("Content-Type", CONTENT_TYPES[outcome.media_type]),
        ("Content-Length", str(outcome.length)),
        ("Vary", "Accept"),
        *HEADERS.items(),
    ]
    if plan.fickle:
        headers.append(("Cache-Control", "no-store"))
    result = WsgiResult(200, headers, rest=_Body(outcome))
    if outcome.length <= WHOLE:
        result.make_whole()
    return finish.finish(result, request, preferences.coding, threads)


def is_soon_written(outcome: Outcome, choice: CodingChoice) -> bool:
    """Return whether an outcome is written sooner than a thread is woken."""
    if isinstance(outcome, Exception) or choice.coding is None:
        return True
    return not _SMALL < outcome.length <= WHOLE


def _stated_language(request: Request) -> str:
    """Return the language of a refusal: `?lang=`, else Accept-Language, else English."""
    parameters = read_parameters(request.target.partition(b"?")[2], ADDRESS)
    requested = next((value for name, value in parameters if name == "lang"), None)
    accepted = request.headers.get(b"accept-language", b"").decode("latin-1")
    return stated_language(accepted, requested)


def _refuse(
    fault: Exception, request: Request, preferences: Preferences, threads: Threads
) -> Reply:
    problem = describe(fault, f"{request.method} {request.path.decode('latin-1')}")
    form, language = choose_form(preferences.accept), _stated_language(request)
    body, language = problem.write(form, language), problem.detail_for(language)[1]
    headers: Headers = [
        ("Content-Type", form.content_type),
        ("Content-Language", language),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Language"),
        *HEADERS.items(),
        *problem.headers,
    ]
    headers.append(("Content-Length", str(len(body))))
    result = WsgiResult(problem.status, headers, body=body, kind=problem.kind)
    return finish.finish(result, request, preferences.coding, threads)


def _read_form(request: Request, longest: int) -> SparqlRequest | None:
    if request.headers.get(b"content-type", b"").lower() not in _FORM:
        return None
    if request.length != len(request.body) or len(request.body) > longest:
        return None
    return read_form(request.target, request.body, longest)


class _Body:
    """The body of an answer, which is closed with it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer.body)

    def close(self) -> None:
        self._answer.close()
