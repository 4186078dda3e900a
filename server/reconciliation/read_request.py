"""Read the parameters and the body of a request to the service; refuse what cannot be one."""

from flask import Request

from server.faults import (
    DoubledQuery,
    Fault,
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
_LONGEST = 1 << 20  # bytes of a body
ASKING = ("queries", "query", "extend")


def read_given(request: Request) -> dict[str, str]:
    """Give the parameters of address and form; each counts once.

    JSONP is refused: a script of ours in a page of others has that page's rights, and CORS does
    the same without them. Raises Fault.
    """
    pairs = read_address(request)
    if request.method == "POST":
        pairs = [*pairs, *read_parameters(_read_form(request), "the form")]
    return _once(pairs)


def _once(pairs: Parameters) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise UnreadableRequest(f"The parameter {name[:40]!r} stands there twice.")
        given[name] = value
    if given.get("callback"):
        raise UnreadableRequest(
            "JSONP (callback) is not offered: ask for JSON, which CORS lets any page read."
        )
    asked = [name for name in ASKING if name in given]
    if len(asked) > 1:
        raise DoubledQuery(f"Ask one thing in a request, not {' and '.join(asked)}.")
    return given


def _read_form(request: Request) -> bytes:
    try:
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != _FORM or charset not in ("utf-8", "utf8"):
            told = request.content_type or "of no type"
            raise WrongBodyType(f"The body is {told[:200]}; send {_FORM}, in UTF-8.")
        coded = request.headers.get("Content-Encoding", "identity").lower()
        if coded != "identity":
            raise WrongBodyType(f"The body is coded as {coded[:40]}; send it as it is.")
        return read_bytes(request, _LONGEST, _LONGEST)
    except Fault:
        drain(request)
        raise
