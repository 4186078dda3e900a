"""Check how the endpoint takes queries, what it refuses, and that it honours its limits.

A few small requests, and one query that no engine answers in time: a site in use is not harmed.
No update that is sent would change anything, were it carried out.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox

from server.conformance.model import (
    CannotTell,
    CheckedReply,
    Finding,
    Inapplicable,
    cut,
    finding,
)
from server.conformance.site import CheckedSite, kind_of, query_path, store_fails
from server.negotiation import CONSTRUCTED, JSON, SOLUTIONS, Format
from transform.rdf import syntaxes
from transform.rdf.namespaces import SERVICE_DESCRIPTION, VOID, W3C_FORMATS
from transform.text.message import message

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_QUERY = {"Content-Type": "application/sparql-query"}
_UPDATE = {"Content-Type": "application/sparql-update"}
_TEXT = "Cégep 😀"
_SELECT = f'SELECT ("{_TEXT}" AS ?x) {{}}'
_CONSTRUCT = f'CONSTRUCT {{ <urn:x:s> <urn:x:p> "{_TEXT}" }} WHERE {{}}'
# RFC 2606, 2: no name below «invalid» is ever registered.
_ELSEWHERE = "http://doctor.invalid/sparql"
_FROM_ELSEWHERE = "SELECT (COUNT(*) AS ?n) FROM <http://doctor.invalid/graph> { ?s ?p ?o }"
_NO_UPDATE = "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(false) }"
_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o }"
_LONGEST_SENT = 8192  # kilobytes of a query that is too long
_SLACK = 10.0  # seconds that a query may wait for its place and its end, beyond its limit
_LIMITS = "sparql/limites"


def check_protocol(site: CheckedSite) -> Iterator[Finding]:
    """Ask one query in three ways, over one graph, and one that is no query."""
    graph, size = _smallest_graph(site)
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    over = [("default-graph-uri", graph)]
    accept = {"Accept": JSON.media_type}
    form = urlencode([("query", query), *over]).encode()
    replies = (
        site.get(f"{query_path(query)}&{urlencode(over)}", JSON.media_type),
        site.get("sparql", method="POST", headers={**accept, **_FORM}, body=form),
        site.get(
            f"sparql?{urlencode(over)}",
            method="POST",
            headers={**accept, **_QUERY},
            body=query.encode(),
        ),
    )
    step = message("conformance.step_protocol")
    for reply in replies:
        rows = site.read_rows(reply).rows
        if rows != [{"n": str(size)}]:
            yield finding(reply, f"n = {size}", step, cut(str(rows)))
    malformed = site.ask("SELECT {")
    if malformed.status != 400:
        yield finding(malformed, "400", step)


def _smallest_graph(site: CheckedSite) -> tuple[str, int]:
    """Return the name and the size of a graph; raises Inapplicable."""
    sizes = {}
    for node in site.description.of_class(f"{SERVICE_DESCRIPTION}Graph"):
        size = site.description.number(node, f"{VOID}triples")
        if size and node.value.startswith(f"{site.base_uri}graph/"):
            sizes[node.value] = size
    if not sizes:
        raise Inapplicable(message("conformance.no_graph"))
    name = min(sizes, key=lambda iri: (sizes[iri], iri))
    return name, sizes[name]


class _Offer(NamedTuple):
    """A format of results: its IRI in the description, its query, and the format."""

    iri: str
    query: str
    form: Format


_OFFERS = (
    *(
        _Offer(f"{W3C_FORMATS}SPARQL_Results_{form.suffix.upper()}", _SELECT, form)
        for form in SOLUTIONS
    ),
    *(_Offer(syntaxes.BY_SUFFIX[form.suffix].iri, _CONSTRUCT, form) for form in CONSTRUCTED),
)


def check_result_formats(site: CheckedSite) -> Iterator[Finding]:
    """Ask for each format that the description names, and for one that there is none of."""
    service = ox.NamedNode(f"{site.base_uri}sparql")
    named = set(site.description.iris(service, f"{SERVICE_DESCRIPTION}resultFormat"))
    step = message("conformance.step_result_formats")
    sent = site.asked("sparql?format=nt")
    for offer in _OFFERS:
        if offer.iri not in named:
            yield Finding(
                sent,
                message("conformance.not_named", what=offer.iri),
                f"sd:resultFormat <{offer.iri}>",
                step,
            )
            continue
        reply = site.ask(offer.query, offer.form.media_type)
        if (reply.status, reply.media_type) != (200, offer.form.media_type):
            yield finding(reply, f"200 {offer.form.media_type}", step)
        elif not _holds_text(reply.body, offer.form):
            came = reply.body[:200].decode("utf-8", "replace")
            yield finding(reply, f'"{_TEXT}"', step, came)
    for iri in sorted(named - {offer.iri for offer in _OFFERS}):
        yield Finding(sent, f"sd:resultFormat <{cut(iri)}>", message("conformance.known"), step)
    refused = site.ask(_SELECT, "image/png")
    if refused.status != 406:
        yield finding(refused, "406", step)


def _holds_text(body: bytes, form: Format) -> bool:
    """Check whether a result is well-formed where it is a graph, and holds the text of ours."""
    if form not in CONSTRUCTED:
        return _TEXT in body.decode("utf-8", "replace")
    try:
        quads = list(ox.parse(body, syntaxes.BY_SUFFIX[form.suffix].rdf))
    except (ValueError, SyntaxError, OSError, RecursionError):
        return False
    return [getattr(quad.object, "value", "") for quad in quads] == [_TEXT]


def check_update(site: CheckedSite) -> Iterator[Finding]:
    """Send an update that changes nothing, in both ways of the protocol."""
    form = urlencode({"update": _NO_UPDATE}).encode()
    yield from _refuses(site.get("sparql", method="POST", headers=_FORM, body=form))
    direct = site.get("sparql", method="POST", headers=_UPDATE, body=_NO_UPDATE.encode())
    yield from _refuses(direct)
    yield from _refuses(site.ask(_NO_UPDATE))


def check_service(site: CheckedSite) -> Iterator[Finding]:
    """Ask for data of another endpoint, and of a graph elsewhere, under a name that none has."""
    for word in ("SERVICE", "SERVICE SILENT"):
        yield from _refuses(site.ask(f"ASK {{ {word} <{_ELSEWHERE}> {{ ?s ?p ?o }} }}"))
    reply = site.ask(_FROM_ELSEWHERE)
    if not 400 <= reply.status < 500:
        rows = site.read_rows(reply).rows
        if rows != [{"n": "0"}]:
            step = message("conformance.step_refused")
            yield finding(reply, "n = 0", step, cut(str(rows)))


def _refuses(reply: CheckedReply) -> Iterator[Finding]:
    if reply.status != 403:
        yield finding(reply, "403", message("conformance.step_refused"))


def check_query_length(site: CheckedSite) -> Iterator[Finding]:
    """Send a query as long as the page of limits says that one may be, and a longer one."""
    stated = _read_limit(site, "PORTRAIT_IA_QUERY_KB")
    kilobytes = int(re.sub(r"\D", "", stated) or 0)
    if not 0 < kilobytes <= _LONGEST_SENT:
        raise CannotTell(message("conformance.limit_out_of_reach", limit=stated))
    step = message("conformance.step_query_length")
    for length, status in ((kilobytes << 10, 200), ((kilobytes + 1) << 10, 413)):
        reply = site.get("sparql", method="POST", headers=_QUERY, body=b"ASK {}".ljust(length))
        if reply.status != status:
            yield finding(reply, str(status), step)


def check_query_seconds(site: CheckedSite) -> Iterator[Finding]:
    """Ask a query that no engine answers, which must end when the page of limits says so."""
    stated = _read_limit(site, "PORTRAIT_IA_QUERY_SECONDS")
    digits = re.search(r"\d+(?:[.,]\d+)?", stated)
    seconds = float(digits[0].replace(",", ".")) if digits else 0.0
    if not 0 < seconds + _SLACK <= site.client.seconds:
        raise CannotTell(message("conformance.limit_out_of_time", limit=stated))
    reply = site.try_to_get(query_path(_ENDLESS), JSON.media_type)
    step = message("conformance.step_query_seconds")
    if reply.seconds > seconds + _SLACK:
        came = message("conformance.after", head=reply.head, seconds=f"{reply.seconds:.1f}")
        yield finding(reply, message("conformance.within", limit=stated), step, came)
    elif reply.status == 200:
        raise CannotTell(message("conformance.answered_in_time", seconds=f"{reply.seconds:.1f}"))
    elif (kind := kind_of(reply)) == "store-down":
        raise store_fails(reply, kind)
    # 422: a limit of memory, or one of a store, came first; 504: a store was cut off.
    elif not (reply.status in (503, 422) or (reply.status == 504 and kind == "store-too-slow")):
        yield finding(reply, "503, 504 store-too-slow", step)


def _read_limit(site: CheckedSite, setting: str) -> str:
    """Return a limit as its page states it; raises Inapplicable."""
    page = site.get(_LIMITS, "text/html").body.decode("utf-8", "replace")
    for row in page.split("<tr>"):
        cells = row.partition("<td>")[2].partition("</td>")
        if setting in row and cells[1]:
            return cut(cells[0])
    raise CannotTell(message("conformance.no_limit", path=f"/{_LIMITS}", setting=setting))
