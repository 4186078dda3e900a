"""Name every way in which a question gets no answer; `kind` is stable, the text is for people.

EngineFault
├── MalformedQuery       malformed-query       400  line, column (1-based) where the parser says so
├── UpdateRefused        update-refused        403
├── ServiceRefused       service-refused       403
├── FormNotAcceptable    not-acceptable        406  form: the negotiated types hold none for it
├── Unwritable           unwritable            406  media_type cannot carry this result, others can
├── QueryTooSlow         query-too-slow        503  seconds: the limit
├── QueryTooLarge        query-too-large       422  memory or nesting beyond what a query may take
├── ResultTooLarge       result-too-large      422  megabytes: the limit
├── EngineBusy           engine-busy           503  retry_after: whole seconds
├── EngineDown           engine-down           503  no query process can be had
├── EngineDefect         engine-defect         500  a bug; the log has the rest
├── Abandoned            abandoned              –   the client had gone
└── AnswerBroken         answer-broken          –   bytes have left: break the transfer off
"""

import json
from typing import ClassVar


class EngineFault(Exception):  # the tree above reads as what went wrong
    """A question without an answer; `status` is the HTTP status that fits."""

    kind: ClassVar[str]
    status: ClassVar[int]
    usual: ClassVar[str] = ""  # the detail of one that is raised without

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.usual)
        self.detail = detail or self.usual


class MalformedQuery(EngineFault):
    """A text that is no SPARQL query, or a dataset or binding that is no IRI."""

    kind = "malformed-query"
    status = 400

    def __init__(self, detail: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


class UpdateRefused(EngineFault):
    """A SPARQL update: a release never changes."""

    kind = "update-refused"
    status = 403
    usual = "This endpoint answers queries; it takes no update."


class ServiceRefused(EngineFault):
    """A query that asks another endpoint (SPARQL 1.1 Federated Query)."""

    kind = "service-refused"
    status = 403
    usual = "This endpoint asks no other endpoint: leave SERVICE out of the query."


class FormNotAcceptable(EngineFault):
    """A query whose answer has a form for which no acceptable media type was negotiated."""

    kind = "not-acceptable"
    status = 406

    def __init__(self, form: str) -> None:
        super().__init__(f"The answer is of the form {form!r}, and no acceptable type was named.")
        self.form = form


class Unwritable(EngineFault):
    """A result that the asked syntax cannot carry, such as U+0001 in XML 1.0."""

    kind = "unwritable"
    status = 406

    def __init__(self, detail: str, media_type: str) -> None:
        super().__init__(detail)
        self.media_type = media_type


class QueryTooSlow(EngineFault):
    """A query that was ended because its time was over."""

    kind = "query-too-slow"
    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The query was ended after {seconds:g} seconds, the limit for one query.")
        self.seconds = seconds


class QueryTooLarge(EngineFault):
    """A query that took more memory or nested deeper than a query may."""

    kind = "query-too-large"
    status = 422


class ResultTooLarge(EngineFault):
    """An answer of more bytes than one may have."""

    kind = "result-too-large"
    status = 422

    def __init__(self, megabytes: int) -> None:
        super().__init__(
            f"The answer is larger than {megabytes} MB: ask for less, by LIMIT and OFFSET, "
            "or take the dumps."
        )
        self.megabytes = megabytes


class EngineBusy(EngineFault):
    """A question that found no place; it was not this question's fault."""

    kind = "engine-busy"
    status = 503

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


STORE_GONE = "the store of the release is gone; serve again to build it"


class EngineDown(EngineFault):
    """No query process can be had: the engine was closed or its keeper cannot be started."""

    kind = "engine-down"
    status = 503


class EngineDefect(EngineFault):
    """A bug in the engine or around it."""

    kind = "engine-defect"
    status = 500


class Abandoned(EngineFault):
    """A question whose client went away before the answer was there."""

    kind = "abandoned"
    status = 499


class AnswerBroken(EngineFault):
    """An answer that cannot be read to its end: the transfer must break off."""

    kind = "answer-broken"
    status = 500


_FROM_A_PROCESS: dict[str, type[EngineFault]] = {
    fault.__name__: fault
    for fault in (
        MalformedQuery, UpdateRefused, ServiceRefused, FormNotAcceptable, Unwritable,
        QueryTooLarge, EngineDefect,
    )
}  # fmt: skip


def dump_fault(fault: EngineFault) -> bytes:
    """Write a fault so that `load_fault` in another process gives an equal one."""
    fields = dict(vars(fault))
    if isinstance(fault, FormNotAcceptable):
        del fields["detail"]
    return json.dumps({"fault": type(fault).__name__, "fields": fields}).encode()


def load_fault(raw: bytes) -> EngineFault:
    """Read what `dump_fault` wrote."""
    told = json.loads(raw)
    return _FROM_A_PROCESS[told["fault"]](**told["fields"])
