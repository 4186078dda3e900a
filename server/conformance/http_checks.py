"""Check how pages, documents and files answer: negotiation, HEAD, CORS, conditions, headers."""

import json
from collections.abc import Iterator, Mapping

from server.conformance.model import CheckedReply, Finding, finding
from server.conformance.site import CheckedSite, header_words, query_path
from server.negotiation import GRAPHS, HTML, JSON_LD, PAGES, PROBLEM, TURTLE, Format
from transform.text.message import message

_ASK = "ASK {}"
_UNKNOWN = "doc/doctor/nothing-is-here"
# Names of headers that describe a body, and so stand in the answer to HEAD as in that to GET
# (RFC 9110, 9.3.2, leaves out what is known only once the body is made).
_DESCRIBING = ("Content-Type", "ETag", "Last-Modified", "Vary", "Content-Location")
_ORIGIN = {"Origin": "https://doctor.invalid"}
_RANGE = 10  # bytes


def check_accept(site: CheckedSite) -> Iterator[Finding]:
    """Ask for one document in each type, by `Accept`, by suffix and by `?format=`."""
    path = site.sample_document
    for form in PAGES:
        yield from _expect(site.get(path, form.media_type), form)
        yield from _expect(site.get(f"{path}.{form.suffix}", _other(form).media_type), form)
    by_weight = f"{HTML.media_type};q=0.2, {JSON_LD.media_type};q=0.9, {TURTLE.media_type};q=0"
    yield from _expect(site.get(path, by_weight), JSON_LD)
    yield from _expect(site.get(f"{path}?format=ttl", HTML.media_type), TURTLE)
    yield from _expect(site.get(path, "*/*"), HTML)
    refused = site.get(path, "image/png")
    if refused.status != 406:
        yield finding(refused, "406", message("conformance.step_accept"))
    reply = site.get(path, TURTLE.media_type)
    if not header_words(reply.headers, "Vary") & {"accept", "*"}:
        came = f"Vary: {reply.headers.get('Vary', '')}"
        yield finding(reply, "Vary: Accept", message("conformance.step_vary"), came)


def _other(form: Format) -> Format:
    return HTML if form is not HTML else TURTLE


def _expect(reply: CheckedReply, form: Format) -> Iterator[Finding]:
    if (reply.status, reply.media_type) != (200, form.media_type):
        yield finding(reply, f"200 {form.media_type}", message("conformance.step_accept"))
    elif not reply.body:
        yield finding(reply, message("conformance.a_body"), message("conformance.step_accept"))


def check_same_statements(site: CheckedSite) -> Iterator[Finding]:
    """Compare the statements of one document in all syntaxes of RDF."""
    path = site.sample_document
    first = site.read(path, GRAPHS[0])
    for form in GRAPHS[1:]:
        reply = site.get(path, form.media_type)
        others = site.parse(reply, path, form).triples
        if first.triples != others:
            few = sorted(map(str, first.triples ^ others))[:3]
            came = message("conformance.other_statements", few=few)
            expected = message("conformance.same_as", form=GRAPHS[0].media_type)
            yield finding(reply, expected, message("conformance.step_statements"), came)


def check_head(site: CheckedSite) -> Iterator[Finding]:
    """Compare the answers to HEAD and GET, of a page, a document, a query and a file."""
    for path in ("", f"{site.sample_document}.ttl", query_path(_ASK), site.file):
        whole = site.get(path)
        reply = site.get(path, method="HEAD")
        step = message("conformance.step_head")
        if reply.status != whole.status:
            yield finding(reply, str(whole.status), step)
        elif reply.body:
            came = message("conformance.bytes_of_body", number=len(reply.body))
            yield finding(reply, message("conformance.no_body"), step, came)
        else:
            yield from _compare_heads(reply, whole)


def _compare_heads(reply: CheckedReply, whole: CheckedReply) -> Iterator[Finding]:
    for name in _DESCRIBING:
        got, wanted = (r.headers.get(name, "") for r in (reply, whole))
        if got != wanted:
            step = message("conformance.step_head")
            yield finding(reply, f"{name}: {wanted}", step, f"{name}: {got}")
    length = reply.headers.get("Content-Length")
    if length is not None and length != str(len(whole.body)):
        expected = f"Content-Length: {len(whole.body)}"
        step = message("conformance.step_head")
        yield finding(reply, expected, step, f"Content-Length: {length}")


def check_cors(site: CheckedSite) -> Iterator[Finding]:
    """Ask as a script of another site does, and send what a browser sends before."""
    for path in ("", f"{site.sample_document}.ttl", site.sample, site.file, _UNKNOWN):
        yield from _allows(site.get(path, headers=_ORIGIN))
    yield from _allows(site.ask(_ASK, headers=_ORIGIN))
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = site.get("sparql", method="OPTIONS", headers={**_ORIGIN, **asked})
    step = message("conformance.step_cors")
    if not 200 <= reply.status < 300:
        yield finding(reply, "204", step)
    yield from _allows(reply)
    for name, wanted in (("Methods", "post"), ("Headers", "content-type")):
        name = f"Access-Control-Allow-{name}"
        if not header_words(reply.headers, name) & {wanted, "*"}:
            came = f"{name}: {reply.headers.get(name, '')}"
            yield finding(reply, f"{name}: {wanted}", step, came)


def _allows(reply: CheckedReply) -> Iterator[Finding]:
    name = "Access-Control-Allow-Origin"
    value = reply.headers.get(name, "")
    if value.strip() not in ("*", _ORIGIN["Origin"]):
        yield finding(reply, f"{name}: *", message("conformance.step_cors"), f"{name}: {value}")


def check_conditions(site: CheckedSite) -> Iterator[Finding]:
    """Ask again for what the client holds already, by its tag and by its date."""
    for path in ("", f"{site.sample_document}.ttl", "catalogue.ttl", site.file):
        reply = site.get(path)
        tag = reply.headers.get("ETag", "")
        if not tag:
            step = message("conformance.step_conditions")
            yield finding(reply, message("conformance.a_tag"), step)
            continue
        yield from _unchanged(site, path, {"If-None-Match": tag})
    date = site.get(site.file, method="HEAD").headers.get("Last-Modified")
    if date:
        yield from _unchanged(site, site.file, {"If-Modified-Since": date})


def _unchanged(site: CheckedSite, path: str, condition: Mapping[str, str]) -> Iterator[Finding]:
    reply = site.get(path, headers=condition)
    if reply.status != 304 or reply.body:
        yield finding(reply, "304", message("conformance.step_conditions"))


def check_ranges(site: CheckedSite) -> Iterator[Finding]:
    """Ask for the first bytes of a file, and for the same file compressed on the way or not."""
    path = site.file
    whole = site.get(path)
    step = message("conformance.step_ranges")
    reply = site.get(path, headers={"Range": f"bytes=0-{_RANGE - 1}"})
    expected = f"206 bytes 0-{_RANGE - 1}/{len(whole.body)}"
    stated = f"{reply.status} {reply.headers.get('Content-Range', '')}"
    if stated != expected:
        yield finding(reply, expected, step, stated)
    elif reply.body != whole.body[:_RANGE]:
        yield finding(reply, message("conformance.first_bytes"), step, repr(reply.body))


def check_headers(site: CheckedSite) -> Iterator[Finding]:
    """Look for the headers that keep what a cell of a portrait says from running as a script."""
    replies = (
        site.get("", HTML.media_type),
        site.get(f"{site.sample_document}.html"),
        site.get(f"{site.sample_document}.ttl"),
        site.ask(_ASK),
        site.get(_UNKNOWN, HTML.media_type),
    )
    step = message("conformance.step_headers")
    for reply in replies:
        policy = reply.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            came = f"Content-Security-Policy: {policy}"
            yield finding(reply, "Content-Security-Policy: default-src 'none'; …", step, came)
        for name, wanted in (
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ):
            value = reply.headers.get(name, "")
            if value.lower() != wanted:
                yield finding(reply, f"{name}: {wanted}", step, f"{name}: {value}")
        if "Set-Cookie" in reply.headers:
            yield finding(reply, message("conformance.no_cookie"), step, "Set-Cookie: …")


def check_problems(site: CheckedSite) -> Iterator[Finding]:
    """Ask for what is not there, and for a method that no document has."""
    step = message("conformance.step_problems")
    reply = site.get(_UNKNOWN, PROBLEM.media_type)
    if (reply.status, reply.media_type) != (404, PROBLEM.media_type):
        yield finding(reply, f"404 {PROBLEM.media_type}", step)
    elif not _is_problem(reply):
        came = reply.body[:200].decode("utf-8", "replace")
        yield finding(reply, '{"status": 404, "detail": "…", …}', step, came)
    page = site.get(_UNKNOWN, HTML.media_type)
    if (page.status, page.media_type) != (404, HTML.media_type):
        yield finding(page, f"404 {HTML.media_type}", step)
    refused = site.get(site.sample_document, method="DELETE")
    if refused.status != 405 or not header_words(refused.headers, "Allow"):
        came = f"{refused.head} · Allow: {refused.headers.get('Allow', '')}"
        yield finding(refused, "405 · Allow: GET, HEAD, …", step, came)


def _is_problem(reply: CheckedReply) -> bool:
    """Check whether an answer is a problem of its status (RFC 9457, 3.1)."""
    try:
        members = json.loads(reply.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(members, dict) and members.get("status") == reply.status
