"""Every limit is shown: on a page in both languages, and in the Service Description."""

import socket
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from server.settings import Settings
from tests.support.processes import children, find_workers, metric, query_processes
from tests.support.waiting import wait_until

# What limits no client.
OTHERS = {
    "cache_mb",
    "log",
    "log_addresses",
    "older_releases",
    "security_contacts",
    "trusted_proxies",
    "workers",
}
QUERY = "application/sparql-query"
GIVEN = {
    "query_seconds": "7.5",
    "query_memory_mb": "701",
    "result_mb": "72",
    "query_kb": "703",
    "queries_at_once": "74",
    "queries_waiting": "75",
    "queue_seconds": "7.6",
    "total_memory_mb": "7077",
    "total_result_mb": "708",
    "requests_per_minute": "7079",
}


@pytest.fixture(scope="module")
def limited(folder: Any, boot: Any) -> Any:
    """A site with limits other than the defaults."""
    with boot(folder, **GIVEN) as site:
        yield site


def shown(value: str, language: str) -> str:
    if language == "fr":
        return value.replace(".", ",") if len(value) < 4 else f"{value[0]}\u202f{value[1:]}"
    return value if len(value) < 4 else f"{value[0]},{value[1:]}"


def test_each_limit_is_tried() -> None:
    assert set(GIVEN) == {field.name for field in fields(Settings)} - OTHERS


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_shows_each_limit(limited: str, fetch: Any, language: str) -> None:
    page = fetch(f"{limited}sparql/limites", Accept="text/html", Accept_Language=language)
    assert page.status == 200
    assert f'<html lang="{language}">' in page.text
    for name, value in GIVEN.items():
        assert f"<code>PORTRAIT_IA_{name.upper()}</code>" in page.text
        assert f"<td>{shown(value, language)}" in page.text, name
    for status in (408, 413, 422, 429, 431, 503):
        assert f"<code>{status}</code>" in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "un client fédéré tel que Comunica"), ("en", "a federated client such as Comunica")],
)
def test_the_page_says_how_to_join_instead_of_by_service(
    site: str, fetch: Any, language: str, words: str
) -> None:
    page = fetch(f"{site}sparql/limites", Accept="text/html", Accept_Language=language)
    assert "SERVICE" in page.text
    assert words in page.text


def test_no_limit_is_shown_as_none(site: str, fetch: Any) -> None:
    page = fetch(f"{site}sparql/limites?lang=en", Accept="text/html")
    assert "<td>none</td>" in page.text


def test_the_service_description_has_each_limit(limited: str, fetch: Any) -> None:
    reply = fetch(f"{limited}sparql", Accept="application/n-triples")
    texts_shown = {
        triple.object.language: triple.object.value
        for triple in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)
        if triple.predicate.value == "http://purl.org/dc/terms/description"
        and isinstance(triple.object, ox.Literal)
    }
    for language in ("fr", "en"):
        for name, value in GIVEN.items():
            assert shown(value, language) in texts_shown[language], name
    assert b"sparql/limites>" in reply.body


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/n-triples"])
@pytest.mark.parametrize("path", ["sparql/limites", "sparql", "catalogue", "dumps/", ""])
def test_a_tag_is_of_what_is_sent_whatever_the_settings(
    site: str, limited: str, fetch: Any, path: str, accept: str, language: str
) -> None:
    headers = {"Accept": accept, "Accept-Language": language}
    ours, theirs = (fetch(address + path, headers=headers) for address in (site, limited))
    assert ours.headers["ETag"]
    assert (ours.headers["ETag"] == theirs.headers["ETag"]) == (ours.body == theirs.body)
    known = {**headers, "If-None-Match": ours.headers["ETag"]}
    assert fetch(limited + path, headers=known).status == (304 if ours.body == theirs.body else 200)


def test_the_form_leads_to_the_page(site: str, fetch: Any) -> None:
    assert "/sparql/limites" in fetch(f"{site}sparql", Accept="text/html").text


def test_metrics_count_replies_of_all_workers(limited: str, fetch: Any) -> None:
    for number in range(20):
        fetch(f"{limited}sparql?query=ASK%7B%7D%23{number}")
    fetch(f"{limited}sparql?query=SELECT")
    parts = urlsplit(limited)
    stays = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
    good, bad = (f'portrait_ia_replies_total{{part="sparql",status="{n}"}}' for n in (200, 400))
    replies = []

    def are_told() -> bool:
        replies.append(fetch(f"{limited}metrics"))
        counts = dict(line.rsplit(" ", 1) for line in replies[-1].text.splitlines())
        seen = [int(counts.get(name, 0)) for name in (good, bad, "portrait_ia_connections")]
        return all(number >= least for number, least in zip(seen, (20, 1, 1), strict=True))

    wait_until(are_told)
    reply = replies[-1]
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    stays.close()
    assert fetch(f"{limited}metrics", "POST").headers["Allow"] == "GET, HEAD"


def read_metrics(site: str, fetch: Any) -> dict[str, int]:
    """Read the metrics once they are stable: workers exchange them twice a second."""
    find_workers(site)
    seen: list[dict[str, int]] = []

    def rest() -> bool:
        lines = fetch(f"{site}metrics").text.splitlines()
        samples = (line.removeprefix("portrait_ia_").rsplit(" ", 1) for line in lines)
        # To read them is a reply, too.
        moving = ("#", "replies", "reply_seconds", "_sum")
        seen.append({name: int(n) for name, n in samples if not any(m in name for m in moving)})
        return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

    wait_until(rest, every=0.6)
    return seen[-1]


def test_metrics_tell_what_is_kept_refused_and_lost(limited: str, fetch: Any) -> None:
    before = read_metrics(limited, fetch)
    for _ in range(12):  # each worker, of which there are some, keeps its own
        fetch(f"{limited}sparql?query=ASK%7B%7D%23kept")
    fetch(f"{limited}sparql?query=SELECT")
    fetch(f"{limited}nowhere")
    fetch(f"{limited}sparql", "POST", b"ASK{}", Content_Type="text/plain")
    deep = "ASK{FILTER" + "(" * 50_000 + "1" + ")" * 50_000 + "}"
    assert fetch(f"{limited}sparql", "POST", deep.encode(), Content_Type=QUERY).status == 422
    after = read_metrics(limited, fetch)
    rose = {name: number - before.get(name, 0) for name, number in after.items()}
    assert rose["cache_hits_total"] + rose["cache_misses_total"] >= 13
    assert rose["cache_hits_total"] >= 12 - after["workers"]
    assert rose["cache_misses_total"] >= 2
    assert rose["cache_bytes"] > 1000
    assert rose["query_processes_lost_total"] == 1
    assert after["query_processes_started_total"] > after["query_processes"]
    kinds = ("malformed-query", "unknown-page", "wrong-body-type", "query-too-deep")
    for kind in kinds:
        assert rose[f'refusals_total{{reason="{kind}"}}'] == 1, kind
    # Shared out to the workers, each a whole number.
    assert abs(after["queries_waiting_limit"] - int(GIVEN["queries_waiting"])) < after["workers"]
    assert after["queries_waiting"] == 0


def test_who_reads_the_metrics_misses_nothing(limited: str, fetch: Any) -> None:
    before = read_metrics(limited, fetch)
    for path in ("metrics", "metrics", "healthz"):
        fetch(f"{limited}{path}")
    assert read_metrics(limited, fetch)["cache_misses_total"] == before["cache_misses_total"]


def test_metrics_count_the_query_processes_that_there_are(limited: str, fetch: Any) -> None:
    workers = find_workers(limited)
    fork_servers = [fork_server for worker in workers for fork_server in children(worker)]
    assert metric(limited, "workers") == len(workers) == len(fork_servers)
    # One that was ended is the fork server's child until that has looked after it.
    wait_until(lambda: metric(limited, "query_processes") == len(query_processes(limited)) > 0)
