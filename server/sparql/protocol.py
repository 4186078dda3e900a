"""Read a request of the SPARQL 1.1 Protocol, section 2.1, into the query and its dataset."""

import binascii
import re
from collections.abc import Iterable
from typing import NamedTuple

from werkzeug import Request
from werkzeug.exceptions import MethodNotAllowed

from server import faults
from server.engine.faults import UpdateRefused
from transform.errors import Said
from transform.text.message import message

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_DEFAULT, _NAMED = "default-graph-uri", "named-graph-uri"
ADDRESS, FORM_BODY = message("sparql.the_address"), message("sparql.the_form")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_MOST_DRAINED = 16 << 20  # bytes
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f][0-9A-Fa-f])")
# RFC 3987: a scheme, then none of the characters that no IRI holds.
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`]*")

Parameters = list[tuple[str, str]]


class SparqlRequest(NamedTuple):
    """The query of a request, its dataset and the name of a format; `query` may be missing."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None


def read_request(request: Request, longest: int) -> SparqlRequest:
    """Read a request; `longest` is in bytes. Raises Fault, UpdateRefused or MethodNotAllowed."""
    if request.method not in ("GET", "HEAD", "POST"):
        raise MethodNotAllowed(METHODS)
    parameters = read_address(request)
    posted = request.method == "POST"
    if posted:
        try:
            parameters += _read_body(request, longest)
        except (faults.Fault, UpdateRefused):
            drain(request)
            raise
    return _sort(parameters, posted, longest)


def read_target(target: bytes, longest: int) -> SparqlRequest:
    """Read the target of a GET, as `read_request` does."""
    return _sort(read_parameters(target.partition(b"?")[2], ADDRESS), False, longest)


def read_form(target: bytes, form: bytes, longest: int) -> SparqlRequest:
    """Read the target and the form of a POST, as `read_request` does."""
    parameters = read_parameters(target.partition(b"?")[2], ADDRESS)
    return _sort([*parameters, *read_parameters(form, FORM_BODY)], True, longest)


def _sort(parameters: Parameters, posted: bool, longest: int) -> SparqlRequest:
    if len(parameters) == 1 and parameters[0][0] == "query":  # as nearly always
        return SparqlRequest(_check(parameters[0][1], longest), (), (), None)
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        # Forms of other endpoints send their fields for graphs empty: they name none.
        if value or name not in (_DEFAULT, _NAMED):
            values.setdefault(name, []).append(value)
    queries = values.get("query")
    updates = values.get("update")
    if queries and (updates or len(queries) > 1):
        raise faults.DoubledQuery(message("sparql.doubled_query"))
    if updates:
        raise UpdateRefused
    if not queries and posted:
        raise faults.MissingQuery(message("sparql.missing_query"))
    return SparqlRequest(
        _check(queries[0], longest) if queries else None,
        tuple(absolute_iris(_DEFAULT, values.get(_DEFAULT, ()))),
        tuple(absolute_iris(_NAMED, values.get(_NAMED, ()))),
        (values["format"][0] or None) if "format" in values else None,
    )


def _check(query: str, longest: int) -> str:
    """Return the query without a byte order mark; raises QueryTooLong."""
    # No character has more than four bytes: only a query that may be too long is encoded.
    if 4 * len(query) > longest and len(query.encode()) > longest:
        raise _too_long(longest)
    # A text file may begin with a signature, no part of its text (Unicode, 23.8) nor of a query.
    return query.removeprefix("\ufeff")


def read_address(request: Request) -> Parameters:
    """Read the parameters of an address, in order. Raises UnreadableRequest."""
    return read_parameters(_raw_query_string(request), ADDRESS)


def _raw_query_string(request: Request) -> bytes:
    # PEP 3333 passes bytes as Latin-1 text.
    text: str = request.environ.get("QUERY_STRING", "")
    return text.encode("latin-1", "replace")


def _read_body(request: Request, longest: int) -> Parameters:
    kind, charset = request.mimetype, request.mimetype_params.get("charset", "utf-8")
    if kind == _UPDATE:
        raise UpdateRefused
    coded = request.headers.get("Content-Encoding", "identity").lower()
    if kind not in (_FORM, _QUERY) or charset.lower() not in ("utf-8", "utf8"):
        got = request.content_type or message("sparql.no_type")
        raise faults.WrongBodyType(message("sparql.body_type", type=got, query=_QUERY, form=_FORM))
    if coded != "identity":
        raise faults.WrongBodyType(message("sparql.coded_body", coding=coded))
    # A form writes a byte as up to three characters, and has other parameters besides the query.
    body = read_bytes(request, longest if kind == _QUERY else 3 * longest + 65536, longest)
    if kind == _FORM:
        return read_parameters(body, FORM_BODY)
    return [("query", decode(body, message("sparql.the_query")))]


def read_bytes(request: Request, most: int, longest: int) -> bytes:
    """Read a whole body or none: a cut query would be another query.

    Not through Werkzeug, which cuts a chunked body at its limit without an error.
    """
    length = request.content_length
    if length is not None and length > most:
        raise _too_long(longest)
    stream, parts, size = request.environ["wsgi.input"], [], 0
    end = most + 1 if length is None else length
    while size < end and (part := stream.read(min(65536, end - size))):
        parts.append(part)
        size += len(part)
    if size > most:
        raise _too_long(longest)
    if length is not None and size < length:
        raise faults.UnreadableRequest(message("sparql.short_body", size=size, length=length))
    return b"".join(parts)


def drain(request: Request) -> None:
    """Read on up to a limit: a client that is still sending cannot read a refusal."""
    for _ in range(_MOST_DRAINED // 65536):
        if not request.environ["wsgi.input"].read(65536):
            return


def _too_long(longest: int) -> faults.QueryTooLong:
    return faults.QueryTooLong(message("sparql.query_too_long", most=longest))


def read_parameters(raw: bytes, where: Said) -> Parameters:
    """Read a query string or a form. Raises UnreadableRequest."""
    parameters: Parameters = []
    for part in raw.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            # A name of nothing but letters stands for itself.
            key = name.decode() if name.isalpha() else _unescape(name, where)
            parameters.append((key, _unescape(value, where)))
    return parameters


def _unescape(raw: bytes, where: Said) -> str:
    if broken := _BROKEN_ESCAPE.search(raw):
        wrong = raw[broken.start() : broken.start() + 3].decode("ascii", "replace")
        raise faults.UnreadableRequest(message("sparql.no_escape", text=wrong, where=where))
    raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        # As quoted-printable (RFC 2045, 6.7), which differs in the sign alone and which the
        # standard library decodes in C, ten times as quick as `urllib.parse.unquote_to_bytes`.
        raw = binascii.a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))
    return decode(raw, where)


def decode(raw: bytes, where: Said) -> str:
    """Decode UTF-8. Raises UnreadableRequest."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"{raw[error.start]:#04x}"
        detail = message("sparql.not_utf8", byte=byte, offset=error.start, where=where)
        raise faults.UnreadableRequest(detail) from error


def absolute_iris(name: str, values: Iterable[str]) -> Iterable[str]:
    """Yield the IRIs that a parameter names, each once. Raises UnreadableRequest."""
    # The engine would count the statements of a graph that is named twice, twice.
    for value in dict.fromkeys(values):
        if not _ABSOLUTE_IRI.fullmatch(value):
            raise faults.UnreadableRequest(message("sparql.no_iri", name=name, value=value[:200]))
        yield value
