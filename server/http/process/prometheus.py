"""Say counts as Prometheus reads them (text format 0.0.4), by its conventions for names."""

from collections.abc import Iterator, Mapping

TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTERS = {
    "cache_hits_total": "Requests that were answered from what is kept.",
    "cache_misses_total": "Requests that might have been, and found nothing.",
    "query_processes_started_total": "Query processes that were started, the first ones too.",
    "query_processes_lost_total": "Query processes that ended under a query, or with their keeper.",
    "turned_away_total": "Connections that found no room.",
}
GAUGES = {
    "cache_bytes": "Bytes of the answers that are kept.",
    "connections": "Open connections.",
    "held_bytes": "Bytes of requests without answer and of answers without reader.",
    "queries_running": "Queries that run.",
    "queries_waiting": "Queries that wait for a place.",
    "queries_waiting_limit": "Queries that may wait; one more is refused.",
    "query_processes": "Query processes that are alive, those that stand ready too.",
    "workers": "HTTP processes that serve.",
}
_ABOUT = {
    "replies_total": "Replies; of the endpoint (sparql) and all others.",
    "refusals_total": "Replies that tell a fault, by its kind.",
    **COUNTERS,
    **GAUGES,
}


def write(
    replies: Mapping[tuple[str, int], int],
    refusals: Mapping[str, int],
    named: Mapping[str, int],
) -> Iterator[str]:
    """Give the lines; what was never seen of replies and refusals is left out."""
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


def _head(name: str) -> Iterator[str]:
    yield f"# HELP portrait_ia_{name} {_ABOUT[name]}"
    yield f"# TYPE portrait_ia_{name} {'gauge' if name in GAUGES else 'counter'}"
