"""Define the faults of a query without an answer; `kind` is stable, the detail is for people.

A detail is a message of the catalogue of texts, but that of a defect, which only the log has.

EngineFault
├── MalformedQuery       malformed-query       400  line, column (1-based) where the parser says so
├── UnsupportedQuery     unsupported-query     422  SPARQL allows it, the engine cannot read it
├── UnknownFunction      unknown-function      422  line, column (1-based) where they are certain
├── UpdateRefused        update-refused        403
├── ServiceRefused       service-refused       403
├── FormNotAcceptable    not-acceptable        406  form: fits none of the negotiated types
├── Unwritable           unwritable            406  media_type cannot express the result, others can
├── QueryTooSlow         query-too-slow        503  seconds: the limit
├── QueryTooLarge        query-too-large       422  more memory than a query may take
├── QueryTooDeep         query-too-deep        422  nested deeper than the engine can follow
├── Unorderable          unorderable           422  the engine's sort failed on the values
├── ResultTooLarge       result-too-large      422  megabytes: the limit
├── EngineBusy           engine-busy           503  retry_after: whole seconds
├── QueryEnded           query-ended           503  its process was killed, not by us
├── EngineDown           engine-down           503  no query process can be started
├── StoreDown            store-down            503  retry_after: the remote store is not there
├── StoreUnfit           store-unfit           502  the remote store answers something else
├── StoreTooSlow         store-too-slow        504  seconds: the limit
├── StoreRefused         store-refused         422  the remote store cannot answer this query
├── ResultCapped         result-capped         422  the remote store gives only a part
├── EngineDefect         engine-defect         500  a bug; the log has the rest
├── Abandoned            abandoned              –   the client has gone
└── AnswerBroken         answer-broken          –   bytes were sent already: abort the transfer
"""

import json
from pathlib import Path
from typing import ClassVar

from transform.errors import Said, UnreadableRelease
from transform.text.message import from_data, message, to_data


class EngineFault(Exception):  # named as in the tree above, without «Error»
    """A query without an answer; `status` is the HTTP status to answer with."""

    kind: ClassVar[str]
    status: ClassVar[int]
    usual: ClassVar[Said] = ""  # the detail where none is passed

    def __init__(self, detail: Said = "") -> None:
        super().__init__(detail or self.usual)
        self.detail = detail or self.usual


class MalformedQuery(EngineFault):
    """A text that is not a SPARQL query, or a dataset or binding that is not an IRI."""

    kind = "malformed-query"
    status = 400

    def __init__(self, detail: Said, line: int | None = None, column: int | None = None) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


class UnsupportedQuery(EngineFault):
    """A query that SPARQL allows and the engine cannot read, with the place (1-based)."""

    kind = "unsupported-query"
    status = 422

    def __init__(self, detail: Said, line: int, column: int) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


class UnknownFunction(EngineFault):
    """A query that calls a function that the engine does not have (SPARQL 1.1, section 17.6)."""

    kind = "unknown-function"
    status = 422

    def __init__(self, detail: Said, line: int | None = None, column: int | None = None) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


class UpdateRefused(EngineFault):
    """A SPARQL update: a release never changes."""

    kind = "update-refused"
    status = 403
    usual = message("engine.update_refused")


class ServiceRefused(EngineFault):
    """A query with SERVICE, for another endpoint (SPARQL 1.1 Federated Query)."""

    kind = "service-refused"
    status = 403
    usual = message("engine.service_refused")


class FormNotAcceptable(EngineFault):
    """A query whose form of answer fits none of the negotiated media types."""

    kind = "not-acceptable"
    status = 406

    def __init__(self, form: str) -> None:
        super().__init__(message("engine.form_not_acceptable", form=form))
        self.form = form


class Unwritable(EngineFault):
    """A result that the requested syntax cannot express, such as U+0001 in XML 1.0."""

    kind = "unwritable"
    status = 406

    def __init__(self, detail: Said, media_type: str) -> None:
        super().__init__(detail)
        self.media_type = media_type


class QueryTooSlow(EngineFault):
    """A query that was ended at its time limit."""

    kind = "query-too-slow"
    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(message("engine.query_too_slow", seconds=seconds))
        self.seconds = seconds


class QueryTooLarge(EngineFault):
    """A query that took more memory than allowed."""

    kind = "query-too-large"
    status = 422


class QueryTooDeep(EngineFault):
    """A query on which the engine, which recurses, used up its stack."""

    kind = "query-too-deep"
    status = 422
    usual = message("engine.query_too_deep")


class Unorderable(EngineFault):
    """A query with an ORDER BY that the engine's sort cannot follow."""

    kind = "unorderable"
    status = 422
    usual = message("engine.unorderable")


class ResultTooLarge(EngineFault):
    """An answer of more bytes than allowed."""

    kind = "result-too-large"
    status = 422

    def __init__(self, megabytes: int) -> None:
        super().__init__(message("engine.result_too_large", megabytes=megabytes))
        self.megabytes = megabytes


class EngineBusy(EngineFault):
    """A query that got no process: the engine is busy, and the query is not at fault."""

    kind = "engine-busy"
    status = 503

    def __init__(self, detail: Said, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class QueryEnded(EngineFault):
    """A query whose process was killed, and not by this engine."""

    kind = "query-ended"
    status = 503
    usual = message("engine.query_ended")


# What a fork server says of it, which opens no catalogue of texts.
STORE_GONE = "the store of the release is gone; serve again to build it"


def unloadable(release_file: Path, reason: object) -> UnreadableRelease:
    """Return the fault of a release whose N-Quads cannot be loaded."""
    return UnreadableRelease(message("server.unloadable", file=release_file, reason=reason))


class EngineDown(EngineFault):
    """No query process: the engine was closed, or its fork server cannot be started."""

    kind = "engine-down"
    status = 503


class StoreDown(EngineFault):
    """A remote store that cannot be reached, or is not asked for a while because it could not."""

    kind = "store-down"
    status = 503

    def __init__(self, detail: Said, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class StoreUnfit(EngineFault):
    """A remote store that answers something else than the results of the query, or breaks off."""

    kind = "store-unfit"
    status = 502
    retry_after = 5  # seconds


class StoreTooSlow(EngineFault):
    """A query that a remote store had not answered at the time limit."""

    kind = "store-too-slow"
    status = 504
    retry_after = 5  # seconds

    def __init__(self, seconds: float) -> None:
        super().__init__(message("engine.store_too_slow", seconds=seconds))
        self.seconds = seconds


class StoreRefused(EngineFault):
    """A query of SPARQL 1.1 that a remote store cannot read or answer."""

    kind = "store-refused"
    status = 422
    usual = message("engine.store_refused")


class ResultCapped(EngineFault):
    """An answer of which a remote store gives only a part: it has limits of its own."""

    kind = "result-capped"
    status = 422
    usual = message("engine.result_capped")


class EngineDefect(EngineFault):
    """A bug in the engine or around it."""

    kind = "engine-defect"
    status = 500


class Abandoned(EngineFault):
    """A query whose client went away before its answer."""

    kind = "abandoned"
    status = 499


class AnswerBroken(EngineFault):
    """An answer that cannot be read to its end: the transfer must be aborted."""

    kind = "answer-broken"
    status = 500


_FROM_A_PROCESS: dict[str, type[EngineFault]] = {
    fault.__name__: fault
    for fault in (
        MalformedQuery, UnsupportedQuery, UnknownFunction, UpdateRefused, ServiceRefused,
        FormNotAcceptable, Unwritable, QueryTooLarge, Unorderable, EngineDefect,
    )
}  # fmt: skip


def dump_fault(fault: EngineFault) -> bytes:
    """Write a fault as JSON, from which `load_fault` in another process makes an equal one."""
    fields = {name: to_data(value) for name, value in vars(fault).items()}
    if isinstance(fault, FormNotAcceptable):
        del fields["detail"]
    return json.dumps({"fault": type(fault).__name__, "fields": fields}).encode()


def load_fault(raw: bytes) -> EngineFault:
    """Return the fault that `dump_fault` wrote."""
    content = json.loads(raw)
    fields = {name: from_data(value) for name, value in content["fields"].items()}
    return _FROM_A_PROCESS[content["fault"]](**fields)
