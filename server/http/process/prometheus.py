"""Write counts in the text format of Prometheus (0.0.4), by its conventions for names."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from operator import itemgetter

from server.engine.histogram import BOUNDS

TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTERS = {
    "cache_hits_total": "Requests answered from the cache.",
    "cache_misses_total": "Requests that the cache could have answered, and had no answer for.",
    "query_processes_started_total": "Query processes started, the first ones included.",
    "query_processes_lost_total": "Query processes lost during a query, or with their fork server.",
    "turned_away_total": "Connections refused because there was no room.",
    "log_lines_lost_total": "Lines of the log of requests lost, as nobody read them in time.",
}
GAUGES = {
    "cache_bytes": "Bytes of the answers in the cache.",
    "connections": "Open connections.",
    "held_bytes": "Bytes of requests not yet answered and of answers not yet read.",
    "queries_running": "Queries that are running.",
    "queries_waiting": "Queries that are waiting for a process.",
    "queries_waiting_limit": "Queries that may wait; one more is refused.",
    "query_processes": "Query processes that are alive, idle ones included.",
    "workers": "HTTP processes that serve.",
    "workers_not_on_current": "HTTP processes that serve another release, or none, because the"
    " current one is damaged or missing.",
}
# Name and labels of each histogram.
HISTOGRAMS = (
    ("query_seconds", ""),
    ("reply_seconds", 'part="sparql"'),
    ("reply_seconds", 'part="other"'),
)
_HELP = {
    "query_seconds": "How long queries took until their outcome, waiting included; those of pages"
    " too.",
    "reply_seconds": "How long it took from a whole request to the head of its reply, of the"
    " endpoint (sparql) and of all else (other).",
    "replies_total": "Replies, of the endpoint (sparql) and of all else (other).",
    "refusals_total": "Replies that report a fault, by its kind.",
    **COUNTERS,
    **GAUGES,
}


def write(
    replies: Mapping[tuple[str, int], int],
    refusals: Mapping[str, int],
    named: Mapping[str, int],
    times: Mapping[tuple[str, str], Sequence[int]],
) -> Iterator[str]:
    """Yield the lines; replies and refusals that were never counted are left out.

    `times` has the numbers of each of HISTOGRAMS (`server.engine.histogram`).
    """
    yield from _head("replies_total")
    for (group, status), number in replies.items():
        if number:
            code = status or "other"
            yield f'portrait_ia_replies_total{{part="{group}",status="{code}"}} {number}'
    yield from _head("refusals_total")
    for kind, number in refusals.items():
        if number:
            yield f'portrait_ia_refusals_total{{reason="{kind}"}} {number}'
    for name, number in named.items():
        yield from _head(name)
        yield f"portrait_ia_{name} {number}"
    for name, series in groupby(HISTOGRAMS, itemgetter(0)):
        yield from _head(name)
        for key in series:
            yield from _write_histogram(*key, times[key])


def _write_histogram(name: str, labels: str, numbers: Sequence[int]) -> Iterator[str]:
    """Yield the lines of one series; a class counts those below it too, as Prometheus wants."""
    *counts, microseconds = numbers
    before = f"{labels}," if labels else ""
    for bound, number in zip((*BOUNDS, math.inf), accumulate(counts), strict=True):
        edge = "+Inf" if math.isinf(bound) else f"{bound:g}"
        yield f'portrait_ia_{name}_bucket{{{before}le="{edge}"}} {number}'
    braced = f"{{{labels}}}" if labels else ""
    yield f"portrait_ia_{name}_sum{braced} {microseconds / 1e6:.6f}"
    yield f"portrait_ia_{name}_count{braced} {sum(counts)}"


def _head(name: str) -> Iterator[str]:
    yield f"# HELP portrait_ia_{name} {_HELP[name]}"
    is_histogram = any(name == series for series, _ in HISTOGRAMS)
    kind = "histogram" if is_histogram else "gauge" if name in GAUGES else "counter"
    yield f"# TYPE portrait_ia_{name} {kind}"
