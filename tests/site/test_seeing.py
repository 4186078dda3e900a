"""What an operator sees: the log of requests, timings, the dashboard and the alerts."""

import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from server.engine.faults import ResultCapped, StoreDown, StoreTooSlow, StoreUnfit
from server.http.messages import HeaderLines, Reply, Request
from server.http.process.request_log import RequestLog
from server.networks import read_networks
from server.settings import read_settings
from tests.conftest import PROJECT
from tests.support.waiting import wait_until
from transform.errors import MisusedCommand

Lines = list[dict[str, Any]]
SECONDS = re.compile(r"portrait_ia_(\w+_seconds)_(bucket|sum|count)")


class Logged:
    """A site that writes its log to a file."""

    def __init__(self, address: str, log: Path) -> None:
        self.address = address
        self._log = log

    def lines(self) -> Lines:
        """Return what is written so far; each line is an object."""
        *whole, _ = self._log.read_text().split("\n")
        return [json.loads(line) for line in whole]

    def find(self, request_id: str) -> dict[str, Any]:
        """Return the line about a request, once it is written."""
        found: Lines = []

        def is_there() -> bool:
            found[:] = [one for one in self.lines() if one.get("http.request.id") == request_id]
            return bool(found)

        wait_until(is_there)
        (line,) = found
        return line


@pytest.fixture(scope="module")
def logged(folder: Path, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        log.open("wb") as out,
        boot(folder, stderr=out, log="json", trusted_proxies="127.0.0.2") as address,
    ):
        yield Logged(address, log)


def test_a_line_says_what_was_asked_and_answered(logged: Logged, fetch: Any) -> None:
    agent = 'Mozilla/5.0 "é" \\ {}'.encode().decode("latin-1")
    reply = fetch(f"{logged.address}sparql?query=ASK%7B%7D%23seen", User_Agent=agent)
    line = logged.find(reply.headers["X-Request-Id"])
    assert line["http.request.method"] == "GET"
    assert (line["url.path"], line["url.query"]) == ("/sparql", "query=ASK%7B%7D%23seen")
    assert line["http.response.status_code"] == 200
    assert line["http.response.size"] > len(reply.body) > 0
    assert line["user_agent.original"] == 'Mozilla/5.0 "é" \\ {}'
    assert 0 < line["http.server.request.duration"] < 60
    assert line["timestamp"].endswith("+00:00")
    assert "cache.hit" not in line


def test_no_line_holds_the_address_of_a_client(logged: Logged, fetch: Any) -> None:
    logged.find(fetch(f"{logged.address}healthz").headers["X-Request-Id"])
    of_requests = [line for line in logged.lines() if "client.address" in line]
    assert {line["client.address"] for line in of_requests} == {"127.0.0.0/24"}


def test_a_fault_is_named_and_a_second_answer_comes_from_the_cache(
    logged: Logged, fetch: Any
) -> None:
    refused = fetch(f"{logged.address}sparql?query=SELECT")
    assert logged.find(refused.headers["X-Request-Id"])["error.type"] == "malformed-query"
    kept = [fetch(f"{logged.address}def.ttl") for _ in range(8)][-1]  # by each of the workers
    assert logged.find(kept.headers["X-Request-Id"])["cache.hit"] is True
    assert kept.headers["Server-Timing"].startswith("cache;desc=hit, total;dur=")


def test_a_query_says_how_long_it_took(logged: Logged, fetch: Any) -> None:
    count = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a != ?d) }")
    timing = fetch(f"{logged.address}sparql?query={count}").headers["Server-Timing"]
    found = re.fullmatch(r"query;dur=([\d.]+), total;dur=([\d.]+)", timing)
    assert found
    assert 0 < float(found[1]) <= float(found[2])


def ask_as(client: str, logged: Logged, given: str) -> str:
    """Return the id of a request that a client of another address sends with an id."""
    parts = urlsplit(logged.address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=90, source_address=(client, 0))
    with closing(connection):
        connection.request("GET", "/healthz", headers={"X-Request-Id": given})
        return str(connection.getresponse().headers["X-Request-Id"])


def test_the_id_of_a_listed_proxy_is_kept_and_a_strangers_is_not(
    logged: Logged, fetch: Any
) -> None:
    given = "0123456789abcdef0123456789abcdef"
    assert ask_as("127.0.0.2", logged, given) == given
    assert ask_as("127.0.0.1", logged, given) != given
    for strange in ("short", "x" * 65, "a b c d e f g h", 'quote"quote"', "été-été-été"):
        kept = ask_as("127.0.0.2", logged, strange.encode().decode("latin-1"))
        assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", kept)


def test_no_text_of_a_stranger_breaks_a_line(logged: Logged, fetch: Any) -> None:
    strange = "%0A%22%7B%00" + "é".encode().decode("latin-1") + "x" * 3000
    reply = fetch(f"{logged.address}recherche?q={strange.encode('latin-1').hex()}&{strange[:12]}=1")
    line = logged.find(reply.headers["X-Request-Id"])
    assert len(line["url.query"]) <= 1000
    assert all(isinstance(one["timestamp"], str) for one in logged.lines())


def test_events_are_lines_too(logged: Logged, fetch: Any) -> None:
    def is_told() -> bool:
        return any(line.get("logger") for line in logged.lines())

    # The editor's libraries may be missing or not; a query process that is killed always tells.
    crash = "SELECT * " + "{" * 20_000 + "}" * 20_000
    fetch(f"{logged.address}sparql", "POST", crash, {"Content-Type": "application/sparql-query"})
    wait_until(is_told)
    event = next(line for line in logged.lines() if line.get("logger"))
    assert {"timestamp", "level", "logger", "message"} <= set(event)


def line_of(addresses: str, peer: str, forwarded: bytes = b"") -> dict[str, Any]:
    written: list[bytes] = []
    log = RequestLog(addresses, read_networks("10.0.0.0/8"), lambda _, part: keep(written, part))
    headers = HeaderLines({b"x-forwarded-for": forwarded} if forwarded else {})
    request = Request("GET", b"/", headers, peer, begun=time.monotonic())
    log.add(request, Reply(200, b""), 0, whole=True)
    log.flush()
    line: dict[str, Any] = json.loads(b"".join(written))
    return line


def keep(written: list[bytes], part: bytes) -> int:
    """Take at most 10 bytes at once, as a pipe that is nearly full."""
    written.append(part[:10])
    return len(part[:10])


@pytest.mark.parametrize(
    ("addresses", "peer", "forwarded", "expected"),
    [
        ("network", "192.0.2.77", b"", "192.0.2.0/24"),
        ("network", "2001:db8:1:2::3", b"", "2001:db8:1::/48"),
        ("full", "192.0.2.77", b"", "192.0.2.77"),
        ("none", "192.0.2.77", b"", None),
        ("network", "10.1.2.3", b"198.51.100.9", "198.51.100.0/24"),
        ("full", "10.1.2.3", b"198.51.100.9", "198.51.100.9"),
        ("full", "192.0.2.77", b"198.51.100.9", "192.0.2.77"),  # no trusted proxy
        ("full", "10.1.2.3", b"<script>", "10.1.2.3"),
    ],
)
def test_a_line_holds_as_much_of_an_address_as_it_may(
    addresses: str, peer: str, forwarded: bytes, expected: str | None
) -> None:
    assert line_of(addresses, peer, forwarded).get("client.address") == expected


def test_lines_that_nobody_reads_are_lost_and_counted() -> None:
    log = RequestLog("none", (), lambda _, part: len(part))
    request = Request("GET", b"/" + b"x" * 999, HeaderLines(), "192.0.2.1")
    for _ in range(5000):
        log.add(request, Reply(200, b""), 0, whole=True)
    assert 0 < log.lost < 5000
    log.flush()
    before = log.lost
    log.add(request, Reply(200, b""), 0, whole=True)
    assert log.lost == before


def test_a_log_that_nobody_reads_stops_no_request(folder: Path, boot: Any, fetch: Any) -> None:
    unread, written = os.pipe()
    crash = "SELECT * " + "{" * 20_000 + "}" * 20_000
    form = {"Content-Type": "application/sparql-query"}
    with os.fdopen(written, "wb") as pipe, boot(folder, 1, stderr=pipe, log="json") as address:
        for number in range(120):  # a pipe holds 64 KB
            fetch(f"{address}healthz?{'x' * 900}{number}")
        for _ in range(5):  # each of which is an event of the log
            assert fetch(f"{address}sparql", "POST", crash, form).status == 422
        assert fetch(f"{address}aide").status == 200
    os.close(unread)


def test_lines_that_cannot_be_written_are_counted() -> None:
    def fail(_descriptor: int, _part: bytes) -> int:
        raise BrokenPipeError

    log = RequestLog("none", (), fail)
    for _ in range(3):
        log.add(None, Reply(400, b""), 0, whole=True)
    log.flush()
    assert log.lost == 3


def test_histograms_count_queries_and_replies(logged: Logged, fetch: Any) -> None:
    def read() -> dict[str, float]:
        lines = fetch(f"{logged.address}metrics").text.splitlines()
        samples = (line.rsplit(" ", 1) for line in lines if SECONDS.match(line))
        return {name: float(value) for name, value in samples}

    before = read()
    for number in range(5):
        fetch(f"{logged.address}sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fa+%3Fb+%3Fc%7D%23{number}")
    rose = dict.fromkeys(before, 0.0)

    def has_risen() -> bool:
        rose.update({name: value - before[name] for name, value in read().items()})
        return rose["portrait_ia_query_seconds_count"] >= 5

    wait_until(has_risen)
    replies = rose['portrait_ia_reply_seconds_count{part="sparql"}']
    assert replies >= 5  # those of a test before may be counted late
    assert rose['portrait_ia_reply_seconds_bucket{part="sparql",le="+Inf"}'] == replies
    assert rose["portrait_ia_query_seconds_sum"] > 0
    classes = [rose[name] for name in rose if name.startswith("portrait_ia_query_seconds_bucket")]
    assert classes == sorted(classes)
    assert classes[-1] == rose["portrait_ia_query_seconds_count"]


@pytest.mark.parametrize("name", ["grafana.json", "alerts.yml"])
def test_dashboard_and_alerts_name_metrics_that_there_are(
    logged: Logged, fetch: Any, name: str
) -> None:
    text = (PROJECT / "docs/exploitation" / name).read_text("utf-8")
    named = set(re.findall(r"portrait_ia_[a-z_]+", text))
    metrics = fetch(f"{logged.address}metrics").text
    typed = re.findall(r"^# TYPE (\S+) (\S+)$", metrics, re.MULTILINE)
    kinds = {"histogram": ("_bucket", "_sum", "_count")}
    there = {metric + part for metric, kind in typed for part in kinds.get(kind, ("",))}
    assert named
    assert named <= there
    if name == "grafana.json":
        shown = {SECONDS.sub(r"portrait_ia_\1", metric) for metric in named}
        assert shown == {metric for metric, _ in typed}


def test_reasons_of_alerts_are_counted() -> None:
    text = (PROJECT / "docs/exploitation/alerts.yml").read_text("utf-8")
    reasons = {one for group in re.findall(r'reason=~?"([^"]+)"', text) for one in group.split("|")}
    table = (PROJECT / "docs/endpoint.md").read_text("utf-8")
    assert reasons
    assert all(f"| `{reason}` |" in table for reason in reasons)


def test_a_store_that_fails_and_a_server_that_is_gone_raise_an_alert() -> None:
    text = (PROJECT / "docs/exploitation/alerts.yml").read_text("utf-8")
    of_stores = {each.kind for each in (StoreDown, StoreUnfit, StoreTooSlow, ResultCapped)}
    assert of_stores <= set(
        re.findall(r"[a-z]+(?:-[a-z]+)+", " ".join(re.findall(r'=~".*?"', text)))
    )
    assert re.search(r'expr: up\{job="portrait-ia"\} == 0 or ', text)


def test_prometheus_takes_the_rules() -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("no promtool on this machine (Debian's prometheus)")
    rules = PROJECT / "docs/exploitation/alerts.yml"
    checked = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("log", "xml"), ("log", "JSON"), ("log_addresses", "some")]
)
def test_a_setting_that_is_none_is_refused_with_those_that_are(name: str, value: str) -> None:
    variable = f"PORTRAIT_IA_{name.upper()}"
    with pytest.raises(MisusedCommand, match=r"network|json"):
        read_settings({variable: value})
