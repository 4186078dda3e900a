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
    FORM_BODY,
    Parameters,
    drain,
    read_address,
    read_bytes,
    read_parameters,
)
from transform.text.message import message

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
        pairs = [*pairs, *read_parameters(_read_form(request), FORM_BODY)]
    return _check(pairs)


def _check(pairs: Parameters) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise UnreadableRequest(message("reconciliation.parameter_twice", name=name[:40]))
        parameters[name] = value
    if parameters.get("callback"):
        raise UnreadableRequest(message("reconciliation.no_jsonp"))
    operations = [name for name in OPERATIONS if name in parameters]
    if len(operations) > 1:
        raise DoubledQuery(message("reconciliation.one_operation", names=operations))
    return parameters


def _read_form(request: Request) -> bytes:
    try:
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != _FORM or charset not in ("utf-8", "utf8"):
            stated = request.content_type
            kind = stated[:200] if stated else message("sparql.no_type")
            raise WrongBodyType(message("reconciliation.body_type", type=kind, form=_FORM))
        encoding = request.headers.get("Content-Encoding", "identity").lower()
        if encoding != "identity":
            raise WrongBodyType(message("sparql.coded_body", coding=encoding[:40]))
        return _read_whole(request)
    except Fault:
        drain(request)
        raise


def _read_whole(request: Request) -> bytes:
    try:
        return read_bytes(request, _LONGEST, _LONGEST)
    except QueryTooLong as fault:
        raise QueryTooLong(message("reconciliation.form_too_long", most=_LONGEST)) from fault
