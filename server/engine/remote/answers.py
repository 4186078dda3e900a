"""Write what a store answers, SPARQL 1.1 Query Results JSON, in the format that was asked for."""

import io
from collections.abc import Iterable, Iterator
from typing import IO, cast

import pyoxigraph as ox

from server.engine.faults import FormNotAcceptable, StoreUnfit, Unwritable
from server.engine.interface import CSV, JSON, TSV, XML, Form, Question
from server.engine.process import csv_cells
from server.engine.process.frame_writer import XmlFrameWriter
from server.engine.remote.plain_json import PlainJson
from server.engine.remote.rewriting import Sent
from server.engine.remote.spooled import Spooled
from server.engine.remote.templates import make_triples
from transform.rdf import syntaxes
from transform.text.message import message

Results = ox.QuerySolutions | ox.QueryBoolean
_SYNTAX = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    CSV: ox.QueryResultsFormat.CSV,
    TSV: ox.QueryResultsFormat.TSV,
}
_BUFFER = 1 << 16
_NO_RESULTS = message("engine.store_no_results")


def choose_type(form: Form, question: Question) -> str:
    """Return the media type to write; raises FormNotAcceptable."""
    offered = question.graph if form == "graph" else question.solutions
    if offered is None or offered not in (syntaxes.BY_MEDIA_TYPE if form == "graph" else _SYNTAX):
        raise FormNotAcceptable(form)
    return offered


def write(body: io.RawIOBase, sent: Sent, base_uri: str, out: Spooled) -> None:
    """Write the answer to what was sent, to its end. Raises StoreUnfit, Unwritable."""
    results = _read(body)
    if sent.form == "boolean":
        results = _truth(results)
    elif not isinstance(results, ox.QuerySolutions):
        raise StoreUnfit(_NO_RESULTS)
    try:
        if sent.template is not None:
            assert isinstance(results, ox.QuerySolutions)  # noqa: S101  # checked above
            _write_graph(make_triples(results, sent.template), out, base_uri)
        else:
            _write_results(results, sent.text, out)
    except SyntaxError as error:
        raise StoreUnfit(_NO_RESULTS) from error
    out.finish()


def read_rows(body: io.RawIOBase) -> list[dict[str, str]]:
    """Return a few rows of texts, by the names of their variables. Raises StoreUnfit."""
    results = _read(body)
    if not isinstance(results, ox.QuerySolutions):
        raise StoreUnfit(_NO_RESULTS)
    names = [variable.value for variable in results.variables]
    try:
        return [{name: str(getattr(row[name], "value", "")) for name in names} for row in results]
    except SyntaxError as error:
        raise StoreUnfit(_NO_RESULTS) from error


def _read(body: io.RawIOBase) -> Results:
    try:
        return ox.parse_query_results(
            cast("IO[bytes]", io.BufferedReader(PlainJson(body), _BUFFER)),
            format=ox.QueryResultsFormat.JSON,
        )
    except SyntaxError as error:
        raise StoreUnfit(_NO_RESULTS) from error


def _truth(results: Results) -> ox.QueryBoolean:
    """Return the answer to an ASK: Virtuoso gives it as a row of a number, or as no row."""
    if isinstance(results, ox.QueryBoolean):
        return results
    try:
        first = next(iter(results), None)
    except SyntaxError as error:
        raise StoreUnfit(_NO_RESULTS) from error
    value = getattr(first[0], "value", "0") if first is not None else "0"
    written = b"true" if value not in ("0", "false") else b"false"
    made = ox.parse_query_results(
        b'{"head":{},"boolean":%s}' % written, format=ox.QueryResultsFormat.JSON
    )
    return cast(ox.QueryBoolean, made)


def _write_results(results: Results, text: str, out: Spooled) -> None:
    media_type = out.media_type
    awkward = media_type == CSV and csv_cells.may_hold_triple_terms(text)
    if awkward and isinstance(results, ox.QuerySolutions):
        try:
            csv_cells.write_csv(results, out)
        except RecursionError as deep:
            raise Unwritable(message("engine.too_deep_for_csv"), CSV) from deep
        return
    sink = XmlFrameWriter(out, media_type) if media_type == XML else out
    results.serialize(cast("IO[bytes]", sink), _SYNTAX[media_type])


def _write_graph(triples: Iterable[ox.Triple], out: Spooled, base_uri: str) -> None:
    syntax = syntaxes.BY_MEDIA_TYPE[out.media_type]
    try:
        if syntax.named_graphs:
            syntaxes.write(_quads(triples), syntax, out, base_uri)
        else:
            syntaxes.write(triples, syntax, out, base_uri)
    except syntaxes.NotExpressible as unfit:
        detail = message("engine.not_expressible", problem=unfit.problem)
        raise Unwritable(detail, out.media_type) from unfit


def _quads(triples: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object)
