"""Answer one question after another in a sealed process, until a query or the client ends it."""

import errno
import re
import socket
import time
import traceback
from collections.abc import Iterator
from typing import IO, cast

import pyoxigraph as ox

from server.engine import faults, query_text
from server.engine.diagnostics.diagnose import find_mistake
from server.engine.diagnostics.functions import refuse_call
from server.engine.diagnostics.iris import why_no_iri
from server.engine.frames import CANCEL, ORDERED, ClosedError, Questions, unpack_question
from server.engine.interface import (
    CSV,
    JSON,
    TSV,
    XML,
    BoundText,
    Question,
)
from server.engine.process import csv_cells, sandbox
from server.engine.process.frame_writer import FrameWriter, XmlFrameWriter
from server.engine.process.total_order import order_totally
from transform.rdf import syntaxes
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message

_SYNTAX = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    CSV: ox.QueryResultsFormat.CSV,
    TSV: ox.QueryResultsFormat.TSV,
}
_UNKNOWN_FUNCTION = re.compile(r"custom (?:aggregate )?function (<.*>) is not supported")
# The allocator seldom frees the memory of a query: a process that grew this much leaves, and a
# fresh one takes its place. A look at the memory takes 10 µs, a fifth of a point query: it is done
# after each query longer than a moment, in which little can be allocated, else after so many.
_GROWN = 64 << 20
_MOMENT, _LOOK_EVERY = 0.002, 16  # seconds, queries
_BREAKING = (faults.QueryTooLarge, faults.EngineDefect)

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def serve(connection: socket.socket, store: ox.Store, base_uri: str) -> None:
    """Answer the questions of a connection until the other side closes it."""
    questions, outlet, begun = Questions(connection), FrameWriter(connection), sandbox.peak()
    leaving, unseen = False, 0
    while not leaving:
        try:
            letter, payload = questions.next()
        except ClosedError:
            return
        if letter == CANCEL:
            outlet.send(CANCEL)
            continue
        start, unseen = time.monotonic(), unseen + 1
        fault = _answer_or_fault(payload, letter == ORDERED, store, base_uri, outlet)
        leaving = fault is not None and isinstance(fault, _BREAKING)
        if unseen == _LOOK_EVERY or time.monotonic() - start > _MOMENT:
            unseen, leaving = 0, leaving or sandbox.peak() - begun > _GROWN
        if fault is None:
            outlet.end(leaving)
        else:
            outlet.fail(faults.dump_fault(fault), leaving)


def _answer_or_fault(
    payload: bytes, ordered: bool, store: ox.Store, base_uri: str, outlet: FrameWriter
) -> faults.EngineFault | None:
    try:
        question = unpack_question(payload)
        if ordered:
            question = question._replace(text=_order(question))
        _answer(question, store, base_uri, outlet)
    except faults.EngineFault as fault:
        return fault
    except MemoryError:
        return faults.QueryTooLarge(message("engine.query_too_large"))
    except Exception:  # not the engine's panics, which end the process (`pool/ending.py`)
        return faults.EngineDefect(traceback.format_exc())
    return None


def _order(question: Question) -> str:
    """Return the text with an ORDER BY that the engine can follow; raises Unorderable."""
    for spelling in query_text.spellings(question.text):
        if query_text.is_query(spelling, question.base_iri):
            text = order_totally(spelling)
            if text is not None and query_text.is_query(text, question.base_iri):
                return text
    raise faults.Unorderable


def _answer(question: Question, store: ox.Store, base_uri: str, outlet: FrameWriter) -> None:
    try:
        results = _run(question, store, base_uri)
        if isinstance(results, ox.QueryTriples):
            _write_graph(results, question.graph, base_uri, outlet)
        else:
            _write_results(results, question, outlet)
    except OSError as error:
        if error.errno == errno.EMFILE or "Too many open files" in str(error):
            raise faults.ServiceRefused from error
        raise


def _run(question: Question, store: ox.Store, base_uri: str) -> Results:
    first: SyntaxError | None = None
    plain = query_text.is_plain(question.text)
    texts: list[str] = []
    for text in query_text.spellings(question.text):
        texts.append(text)
        if not plain and query_text.uses("SERVICE", text, question.base_iri):
            raise faults.ServiceRefused
        from_clause = not plain and query_text.uses("FROM", text, question.base_iri)
        try:
            return _ask(text, question, store, from_clause)
        except SyntaxError as error:
            first = first or error
    if any(query_text.is_update(text, question.base_iri) for text in texts):
        raise faults.UpdateRefused
    assert first is not None  # noqa: S101  # there is at least one spelling
    raise find_mistake(texts[-1], _own_prefix(base_uri)) or query_text.malformed(first)


def _own_prefix(base_uri: str) -> str:
    """Return the namespace of our terms as a query may write it: relative where it is our own."""
    vocabulary = vocabulary_of(base_uri)
    return vocabulary.removeprefix(base_uri)


def _ask(text: str, question: Question, store: ox.Store, from_clause: bool) -> Results:
    has_dataset = bool(question.default_graphs or question.named_graphs)
    try:
        return store.query(
            text,
            base_iri=question.base_iri,
            use_default_graph_as_union=not (has_dataset or from_clause),
            default_graph=[_iri(g) for g in question.default_graphs] if has_dataset else None,
            named_graphs=[_iri(g) for g in question.named_graphs] if has_dataset else None,
            substitutions=_bind(question) if question.bindings else None,
        )
    except RuntimeError as error:
        if re.search("does not contains? variable", str(error)):
            detail = message("engine.unselected", words=str(error))
            raise faults.MalformedQuery(detail) from error
        if match := _UNKNOWN_FUNCTION.search(str(error)):
            raise refuse_call(text, match[1][1:-1]) from error
        raise
    except UnicodeEncodeError as error:
        raise faults.MalformedQuery(message("engine.half_a_pair")) from error


def _bind(question: Question) -> dict[ox.Variable, _Term]:
    return {_variable(name): _term(bound) for name, bound in question.bindings.items()}


def _iri(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        detail = message("engine.no_absolute_iri", iri=iri, why=why_no_iri(error))
        raise faults.MalformedQuery(detail) from error


def _variable(name: str) -> ox.Variable:
    try:
        return ox.Variable(name)
    except ValueError as error:
        detail = message("engine.no_variable", name=name, why=why_no_iri(error))
        raise faults.MalformedQuery(detail) from error


def _term(bound: str | BoundText) -> _Term:
    if isinstance(bound, str):
        return _iri(bound)
    try:
        datatype = _iri(bound.datatype) if bound.datatype else None
        return ox.Literal(bound.value, language=bound.language, datatype=datatype)
    except ValueError as error:
        detail = message("engine.unbindable", bound=repr(bound), why=why_no_iri(error))
        raise faults.MalformedQuery(detail) from error


def _write_results(
    results: ox.QuerySolutions | ox.QueryBoolean, question: Question, outlet: FrameWriter
) -> None:
    media_type = question.solutions
    form = "boolean" if isinstance(results, ox.QueryBoolean) else "solutions"
    if media_type not in _SYNTAX:
        raise faults.FormNotAcceptable(form)
    outlet.begin(form, media_type)
    awkward = media_type == CSV and csv_cells.may_hold_triple_terms(question.text)
    if awkward and isinstance(results, ox.QuerySolutions):
        try:
            csv_cells.write_csv(results, outlet)
        except RecursionError as deep:
            raise faults.Unwritable(message("engine.too_deep_for_csv"), CSV) from deep
    else:
        out = XmlFrameWriter(outlet, media_type) if media_type == XML else outlet
        results.serialize(cast("IO[bytes]", out), _SYNTAX[media_type])


def _write_graph(
    triples: ox.QueryTriples, media_type: str | None, base_uri: str, outlet: FrameWriter
) -> None:
    if media_type not in syntaxes.BY_MEDIA_TYPE:
        raise faults.FormNotAcceptable("graph")
    outlet.begin("graph", media_type)
    try:
        syntax = syntaxes.BY_MEDIA_TYPE[media_type]
        syntaxes.write(
            _quads(triples) if syntax.named_graphs else triples, syntax, outlet, base_uri
        )
    except syntaxes.NotExpressible as unfit:
        detail = message("engine.not_expressible", problem=unfit.problem)
        raise faults.Unwritable(detail, media_type) from unfit


def _quads(triples: ox.QueryTriples) -> Iterator[ox.Quad]:
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object)
