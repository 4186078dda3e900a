"""What a query process may end for: a limit, a crash or a client that left, and nothing else.

Questions that come together are put to one process together. Neither a long answer among them, nor
one that fails, nor that all of them together take long may end it: a new one would have to be
started, and the other questions asked again. Measured as an operator sees it, by /metrics, over
queries that are drawn from the release's own classes and properties, each another one, so that no
answer is kept. The rises are measured once the same mix has been asked before: how many processes
a worker starts for its first queries is its own affair.
"""

import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from tests.site.test_hang_up import ENDLESS, connect, write
from tests.site.test_hostile import QUERIES
from tests.site.test_limits_page import read_metrics
from tests.support.processes import query_processes, worked
from tests.support.waiting import wait_until

CONNECTIONS = 8
# Processes that are started while every query waits for half a second, as on a busy machine.
SPARED = 16
NUMBER = 480  # queries of a load: several hundred, so that one process is one too many
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
PART = 1 << 16  # bytes; an answer that is longer leaves its process in several parts
SHORT = 0.05  # seconds of work; what takes less is no slow query
numbers = itertools.count(1)


class Query(NamedTuple):
    """A text, and the one media type that the client takes."""

    text: str
    accept: str = JSON


class Answer(NamedTuple):
    """A status, the rows (in any order) or the kind of the fault, and the bytes of the rows."""

    status: int
    outcome: str
    length: int


class Release(NamedTuple):
    """The IRIs of the classes and properties of a release, those of most statements first."""

    classes: list[str]
    properties: list[str]


@pytest.fixture(scope="module")
def served(folder: Path, boot: Any) -> Iterator[str]:
    """A site of this module, whose processes nobody else counts on."""
    with boot(folder) as site:
        yield site


@pytest.fixture(scope="module")
def little_time(folder: Path, boot: Any) -> Iterator[str]:
    """A site that ends a query after three seconds."""
    with boot(folder, query_seconds="3") as site:
        yield site


@pytest.fixture(scope="module")
def little_memory(folder: Path, boot: Any) -> Iterator[str]:
    """A site with little memory for a query, and much time."""
    with boot(folder, query_seconds="600", query_memory_mb="100") as site:
        yield site


@pytest.fixture(scope="module")
def release(served: str) -> Release:
    """Ask the release for its classes and properties."""
    patterns = ("?s a ?x", "?s ?x ?o")
    texts = [f"SELECT ?x (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?x" for pattern in patterns]
    classes, properties = (
        [row["x"]["value"] for row in sorted(json.loads(answer.outcome), key=count, reverse=True)]
        for answer in ask_in_turn(served, [Query(text) for text in texts])
    )
    assert len(classes) > 10 < len(properties)
    return Release(classes, properties)


def count(row: Any) -> int:
    return int(row["n"]["value"])


def ask_all(site: str, queries: Sequence[Query]) -> list[Answer]:
    """Ask over eight kept connections, on all of them at the same moment; return the answers."""
    together = Barrier(CONNECTIONS)
    shares = [queries[first::CONNECTIONS] for first in range(CONNECTIONS)]
    assert len({len(share) for share in shares}) == 1, "the last of them would wait for nobody"
    with ThreadPoolExecutor(CONNECTIONS) as clients:
        answered = list(clients.map(lambda share: ask_in_turn(site, share, together), shares))
    return [answer for answers in zip(*answered, strict=True) for answer in answers]


def ask_in_turn(
    site: str, queries: Sequence[Query], together: Barrier | None = None
) -> list[Answer]:
    """Ask over one kept connection; return the answers."""
    answers = []
    with closing(HTTPConnection(urlsplit(site).netloc, timeout=90)) as connection:
        for query in queries:
            if together:
                together.wait(90)
            answers.append(ask(connection, query))
    return answers


def ask(connection: HTTPConnection, query: Query) -> Answer:
    connection.request(
        "GET", f"/sparql?query={quote(query.text)}", headers={"Accept": query.accept}
    )
    reply = connection.getresponse()
    body = reply.read()
    if reply.status != 200:
        return Answer(reply.status, json.loads(body)["kind"], 0)
    if query.accept != JSON:
        return Answer(reply.status, body.decode(), len(body))
    rows = json.loads(body)["results"]["bindings"]
    return Answer(reply.status, json.dumps(sorted(rows, key=json.dumps)), len(body))


def make_aggregate(release: Release) -> Query:
    number = next(numbers)
    kind = release.classes[number % len(release.classes)]
    return Query(
        f"SELECT ?p (COUNT(*) AS ?n) {{ ?s a <{kind}> ; ?p ?o FILTER(?o != {number}) }} GROUP BY ?p"
    )


def make_listing(release: Release) -> Query:
    number = next(numbers)
    name = release.properties[number % len(release.properties)]
    return Query(f"SELECT ?s ?o {{ ?s <{name}> ?o FILTER(?o != {number}) }} LIMIT 20")


def make_ordinary(release: Release) -> Query:
    return make_aggregate(release) if next(numbers) % 2 else make_listing(release)


def make_long_answer(release: Release) -> Query:
    """Return a query whose answer takes 66 to 110 kB."""
    number = next(numbers)
    name = release.properties[0]
    return Query(
        f"SELECT ?s ?o ?p ?v {{ ?s <{name}> ?o ; ?p ?v FILTER(?v != {number}) }}"
        f" LIMIT {200 + number % 100}"
    )


def make_faulty(release: Release) -> Query:
    """Return a query that the engine refuses, when it reads, begins or writes it."""
    number = next(numbers)
    name = release.properties[number % len(release.properties)]
    return (
        Query(f"SELECT ?s {{ ?s <{name}> {number}"),
        Query(f"SELECT (<urn:function:{number}>(1) AS ?x) {{}}"),
        Query(f"SELECT ?s {{ SERVICE <http://127.0.0.1:9/{number}> {{ ?s <{name}> ?o }} }}"),
        Query(f"INSERT DATA {{ <urn:s> <{name}> {number} }}"),
        Query(f"CONSTRUCT {{ ?s <{name}> {number} }} WHERE {{ ?s <{name}> ?o }}"),
        Query(f'SELECT ?s ("{number}\\u0001" AS ?x) {{ ?s <{name}> ?o }}', XML),
    )[number // 2 % 6]


def mix(
    release: Release, make_other: Callable[[Release], Query], every: int
) -> tuple[list[Query], list[int]]:
    """Make ordinary queries with another one in so many; return also the places of those."""
    # Not every eighth, or one connection of eight would have them all.
    places = range(every // 2, NUMBER, every)
    queries = [
        (make_other if number in places else make_ordinary)(release) for number in range(NUMBER)
    ]
    return queries, list(places)


def measure(
    site: str, fetch: Any, queries: Sequence[Query], others: Sequence[Query]
) -> tuple[list[Answer], dict[str, int]]:
    """Ask one mix unmeasured, then the other; return its answers and what /metrics rose by."""
    ask_all(site, queries)
    before = read_metrics(site, fetch)
    answers = ask_all(site, others)
    after = read_metrics(site, fetch)
    return answers, {name: number - before.get(name, 0) for name, number in after.items()}


def check_flat(rose: dict[str, int], queries: int) -> None:
    """At most 1 in 1,000 ordinary queries may cost a process."""
    started, lost = (rose[f"query_processes_{name}_total"] for name in ("started", "lost"))
    ended = started - rose["query_processes"]
    assert max(ended, lost) <= queries // 1000, (
        f"{queries} ordinary queries ended {ended} query processes and lost {lost}"
    )
    assert started <= SPARED, f"{queries} ordinary queries started {started} query processes"


def check_right(site: str, queries: Sequence[Query], answers: Sequence[Answer]) -> None:
    """Each third answer is that to the same query asked alone."""
    alone = [query._replace(text=f"{query.text} # alone") for query in queries[::3]]
    assert list(answers[::3]) == ask_in_turn(site, alone)


def test_a_long_answer_among_others_costs_no_process(
    served: str, release: Release, fetch: Any
) -> None:
    (before, _), (queries, long) = (mix(release, make_long_answer, 20) for _ in range(2))
    answers, rose = measure(served, fetch, before, queries)
    assert min(answers[place].length for place in long) > PART
    assert {answer.status for answer in answers} == {200}
    check_right(served, queries, answers)
    check_flat(rose, len(queries))


def test_a_query_that_fails_among_others_costs_no_process(
    served: str, release: Release, fetch: Any
) -> None:
    (before, _), (queries, faulty) = (mix(release, make_faulty, 10) for _ in range(2))
    answers, rose = measure(served, fetch, before, queries)
    kinds = {answers[place].outcome for place in faulty}
    assert kinds == {
        "malformed-query", "service-refused", "update-refused", "not-acceptable", "unwritable",
        "unknown-function",
    }  # fmt: skip
    assert {answer.status for place, answer in enumerate(answers) if place not in faulty} == {200}
    check_right(served, queries, answers)
    check_flat(rose, len(queries))


def test_queries_that_are_slow_only_together_cost_no_process(
    served: str, release: Release, fetch: Any
) -> None:
    """Each takes a third of what a query may work that counts as short: noise makes no half more.

    Eight of them are put to a process together.
    """
    pairs = round(20 * SHORT / 3 / measure_work(served, release, 20))
    before, queries = ([make_pairs(release, pairs) for _ in range(120)] for _ in range(2))
    assert measure_work(served, release, pairs) < SHORT
    answers, rose = measure(served, fetch, before, queries)
    assert {answer.status for answer in answers} == {200}
    check_right(served, queries, answers)
    assert rose["query_processes_lost_total"] == 0
    # When whole batches were taken for slow, 98 were started.
    assert rose["query_processes_started_total"] <= SPARED


def make_pairs(release: Release, number: int) -> Query:
    """Return a query that compares so many values with a thousand others."""
    name = release.properties[0]
    return Query(
        f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?a {{ ?s ?p ?a }} LIMIT {number} }}"
        f" {{ SELECT ?b {{ ?t ?q ?b }} LIMIT 1000 }} FILTER(?a != ?b && ?b != <{name}>"
        f" && ?a != {next(numbers)}) }}"
    )


def measure_work(site: str, release: Release, pairs: int) -> float:
    """Ask ten alone; return the seconds that a query process worked for one of them."""
    before = {process: worked(process) for process in query_processes(site)}
    answers = ask_in_turn(site, [make_pairs(release, pairs) for _ in range(10)])
    assert {answer.status for answer in answers} == {200}
    return sum(worked(process) - seconds for process, seconds in before.items()) / len(answers)


@pytest.mark.parametrize(
    ("limits", "text", "outcome"),
    [
        ("little_time", ENDLESS, (503, "query-too-slow")),
        ("little_memory", QUERIES["doubling strings"], (422, "query-too-large")),
        ("little_memory", QUERIES["groups"], (422, "query-too-deep")),
        ("little_memory", ENDLESS, None),
    ],
    ids=["time", "memory", "crash", "client that left"],
)
def test_what_a_limit_a_crash_or_a_client_that_left_ends_costs_others_nothing(
    request: pytest.FixtureRequest,
    limits: str,
    release: Release,
    fetch: Any,
    text: str,
    outcome: tuple[int, str] | None,
) -> None:
    """Each may cost its process, and that of a second try; those beside are answered."""
    limited = request.getfixturevalue(limits)
    offences = [Query(f"{text} # {next(numbers)}") for _ in range(2)]
    ask_all(limited, [make_ordinary(release) for _ in range(NUMBER // 3)])
    before = read_metrics(limited, fetch)
    queries, answers = list[Query](), list[Answer]()
    with ThreadPoolExecutor(1) as offender:
        offending = offender.submit(offend, limited, offences, outcome)
        while not (queries and offending.done()):
            beside = [make_ordinary(release) for _ in range(10 * CONNECTIONS)]
            queries += beside
            answers += ask_all(limited, beside)
            time.sleep(0.3)
        offending.result()
    after = read_metrics(limited, fetch)
    started, more = (
        after[name] - before[name] for name in ("query_processes_started_total", "query_processes")
    )
    assert started - more <= 2 * len(offences), (
        f"{len(offences)} offences ended {started - more} query processes"
    )
    assert started <= 2 * len(offences) + SPARED
    assert (after["queries_running"], after["queries_waiting"]) == (0, 0)
    assert {answer.status for answer in answers} == {200}
    check_right(limited, queries, answers)


HEX = "http://www.w3.org/2001/XMLSchema#hexBinary"
UNSORTED = " ".join(f'{7 * n % 60} "{11 * n % 60:02x}"^^<{HEX}> "{13 * n % 60}"' for n in range(60))


def test_each_end_of_a_query_process_has_its_own_answer(patient: str, fetch: Any) -> None:
    """A sort that the engine cannot follow is no lack of memory, and neither is a kill."""
    select = f"SELECT ?v {{ VALUES ?v {{ {UNSORTED} }} }}"
    answer = fetch(f"{patient}sparql?query={quote(f'{select} ORDER BY ?v')}", Accept="text/csv")
    assert (answer.status, answer.text.split()[1:4]) == (200, ["0", "1", "2"])
    refused = fetch(f"{patient}sparql?query={quote(f'{select} ORDERBY ?v')}")
    assert (refused.status, json.loads(refused.body)["kind"]) == (422, "unorderable")
    assert "ORDER BY STR(?o)" in refused.text
    assert "/" not in json.loads(refused.body)["detail"]
    before = {process: worked(process) for process in query_processes(patient)}
    with ThreadPoolExecutor(1) as client:
        asked = client.submit(fetch, f"{patient}sparql?query={quote(ENDLESS)}")

        def busy() -> list[int]:
            worked_now = {process: worked(process) for process in query_processes(patient)}
            return [p for p, now in worked_now.items() if now - before.get(p, 0.0) > 0.3]

        wait_until(lambda: bool(busy()))
        os.kill(busy()[0], signal.SIGKILL)
        ended = asked.result()
    assert (ended.status, json.loads(ended.body)["kind"]) == (503, "query-ended")
    assert int(ended.headers["Retry-After"]) > 0


def offend(site: str, offences: Sequence[Query], outcome: tuple[int, str] | None) -> None:
    """Ask one after another for what a limit or a crash ends; without an outcome, leave."""
    for offence in offences:
        if outcome is None:
            with connect(site, write("GET", offence.text)):
                time.sleep(0.3)  # it runs
            continue
        (answer,) = ask_in_turn(site, [offence])
        assert (answer.status, answer.outcome) == outcome
