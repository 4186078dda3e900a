"""Read the parameters of a request to the service from its address and its form."""

from flask import Request

from server.faults import (
    DoubledQuery,
    Fault,
    QueryTooLong,
    UnreadableRequest,
    WrongBodyType,
)
from server.sparql.protocol import (
    Parameters,
    drain,
    read_address,
    read_bytes,
    read_parameters,
)

_FORM = "application/x-www-form-urlencoded"
# Bytes of a body: all that one request may have matched, each letter an accented one that is
# written as an escape of JSON and then of the form (`%5Cu00e9`).
_LONGEST = 512 << 10
OPERATIONS = ("queries", "query", "extend")


def read_fields(request: Request) -> dict[str, str]:
    """Read the parameters of the address and the form, each at most once; raises Fault.

    JSONP is refused: a script of ours would have the rights of the page that loads it, and CORS
    does the same without them.
    """
    pairs = read_address(request)
    if request.method == "POST":
        pairs = [*pairs, *read_parameters(_read_form(request), "the form")]
    return _check(pairs)


def _check(pairs: Parameters) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise UnreadableRequest(f"The parameter {name[:40]!r} is given twice; send it once.")
        parameters[name] = value
    if parameters.get("callback"):
        raise UnreadableRequest(
            "JSONP (callback) is not offered: ask for JSON, which CORS lets any page read."
        )
    operations = [name for name in OPERATIONS if name in parameters]
    if len(operations) > 1:
        raise DoubledQuery(f"Ask one thing in a request, not {' and '.join(operations)}.")
    return parameters


def _read_form(request: Request) -> bytes:
    try:
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != _FORM or charset not in ("utf-8", "utf8"):
            content_type = request.content_type or "of no type"
            raise WrongBodyType(f"The body is {content_type[:200]}; send {_FORM}, in UTF-8.")
        encoding = request.headers.get("Content-Encoding", "identity").lower()
        if encoding != "identity":
            raise WrongBodyType(f"The body is encoded as {encoding[:40]}; send it unencoded.")
        return _read_whole(request)
    except Fault:
        drain(request)
        raise


def _read_whole(request: Request) -> bytes:
    try:
        return read_bytes(request, _LONGEST, _LONGEST)
    except QueryTooLong as fault:
        raise QueryTooLong(
            f"A form may have at most {_LONGEST} bytes: send fewer queries or identifiers at once."
        ) from fault
