"""Generated queries and headers: nothing but documented statuses, bodies of their declared type.

The grammar makes queries that are mostly valid, and breaks some. FUZZ_EXAMPLES makes it longer.
"""

import csv
import http.client
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PROJECT
from tests.support.sparql_grammar import broken, valid

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def profile(examples: int) -> settings:
    """Return settings with the same examples in each run, unless more are requested by hand."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


TABLE = re.compile(r"^\| (\d{3}) \| (?:`([a-z-]+)`)? *\|", re.MULTILINE)
DOCUMENTED = {
    (int(status), kind)
    for status, kind in TABLE.findall((PROJECT / "docs/endpoint.md").read_text("utf-8"))
}
# What a fuzz must never see, however well documented.
FORBIDDEN = {500}


@pytest.fixture(scope="module")
def line(folder: Any, boot: Any) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server of our own, with limits that keep a bad example short."""
    limits = {"query_seconds": "2", "query_memory_mb": "300"}
    with (
        boot(folder, workers=1, **limits) as site,
        closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=90)) as line,
    ):
        yield line


def ask(
    line: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, str, bytes]:
    """Ask, and check the reply against the documentation."""
    line.close()  # the server may end an idle connection at any time, but never a fresh one
    line.request(method, target, body, headers or {})
    reply = line.getresponse()
    answer = reply.status, reply.headers.get_content_type(), reply.read()
    assert answer[0] not in FORBIDDEN, answer
    check(*answer)
    return answer


def check(status: int, kind: str, body: bytes) -> None:
    """Check that a body is of its type, and that a refusal is documented."""
    if status == 200:
        parse(kind, body)
    elif kind == "application/problem+json":
        problem = json.loads(body)
        assert (problem["status"], (status, problem["kind"]) in DOCUMENTED) == (status, True), (
            problem
        )
        assert problem["detail"]
    elif kind == "text/plain":
        assert body.decode().startswith(f"{status} ")
        assert status in {known for known, _ in DOCUMENTED}
    else:
        assert (kind, f"{status}".encode() in body) == ("text/html", True)
        assert status in {known for known, _ in DOCUMENTED}


def parse(kind: str, body: bytes) -> None:
    if kind.endswith("json") and kind != "application/ld+json":
        assert {"head"} <= set(json.loads(body))
    elif kind == "application/sparql-results+xml":
        assert ElementTree.fromstring(body).tag.endswith("}sparql")
    elif kind == "text/csv":
        text = body.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert text in ("true", "false") or len({len(row) for row in rows if row}) <= 1
    elif kind == "text/tab-separated-values":
        assert len({line.count("\t") for line in body.decode().split("\n")[:-1]}) <= 1
    elif kind == "text/html":
        assert body.decode().rstrip().endswith("</html>")
    else:
        list(ox.parse(body, format=ox.RdfFormat.from_media_type(kind)))


FORMATS = st.sampled_from(["json", "xml", "csv", "tsv", "ttl", "nt", "rdf", "jsonld", "html", ""])
DIRECT = {"Content-Type": "application/sparql-query"}


@profile(250)
@given(valid | valid | broken(), FORMATS)
def test_queries(line: Any, query: str, form: str) -> None:
    body = query.encode("utf-8", "surrogatepass")
    status, _, answer = ask(line, "POST", f"/sparql?format={form}", body, DIRECT)
    if re.match(r"(INSERT|CLEAR|LOAD) ", query) and form not in ("html", ""):
        assert status in (403, 400), answer


def test_the_grammar_makes_queries_that_are_answered(line: Any) -> None:
    """A fuzz of refusals alone would prove little."""
    statuses: list[int] = []

    @profile(150)
    @given(valid)
    def count(query: str) -> None:
        target = f"/sparql?query={quote(query)}"
        line.request("GET", target, headers={"Accept": "application/json, text/turtle"})
        reply = line.getresponse()
        reply.read()
        statuses.append(reply.status)

    count()
    assert statuses.count(200) > len(statuses) / 10, statuses


WORD = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,9}"
ranges = st.one_of(
    st.sampled_from(
        ["*/*", "*", "text/*", "application/*", "text/turtle", "text/html", "application/json",
         "application/sparql-results+json", "text/csv", "image/png", "a/b", "/", "*/json",
         "text/", ""]
    ),
    st.from_regex(rf"{WORD}/{WORD}", fullmatch=True),
)  # fmt: skip
parameters = st.sampled_from(
    [";q=0", ";q=1", ";q=0.5", ";q=0.001", "; Q=0.3", ";q=2", ";q=-1", ";q=", ";q", ";q=nan",
     ";q=0.1234", ";charset=utf-8", ';charset="utf-8"', ";level=1", ';a="b,c;d\\""', ';a="',
     ";;", " ; ", ";=", ";q=0;x=y"]
)  # fmt: skip
accepts = st.lists(
    st.builds("{}{}{}".format, ranges, parameters | st.just(""), parameters | st.just("")),
    max_size=6,
).map(",".join) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
TARGETS = ["/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=CONSTRUCT%7B%7D%7B%7D",
"/catalogue",
           "/doc/portrait/2025", "/graph/2024", "/rdf-graph-store?default", "/rien"]  # fmt: skip


@profile(100)
@given(accepts, st.sampled_from(TARGETS))
def test_accept_headers(line: Any, accept: str, target: str) -> None:
    status, *_ = ask(line, "GET", target, headers={"Accept": accept})
    assert status in ({404} if target == "/rien" else {200, 406})


@profile(100)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=30),
    st.sampled_from(["Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "Range",
                     "Content-Type", "Content-Encoding", "Origin", "Host", "Cookie", "Expect"]),
    st.sampled_from([*TARGETS, "/dumps/portraits.nq"]),
)  # fmt: skip
def test_other_headers(line: Any, value: str, name: str, target: str) -> None:
    line.close()  # the server ends a connection whose Host or coding it cannot read
    line.request("GET", target, headers={name: value.encode("latin-1")})
    reply = line.getresponse()
    body = reply.read()
    assert reply.status in {known for known, _ in DOCUMENTED} - FORBIDDEN, (reply.status, body)


pieces = st.one_of(
    st.sampled_from(
        ["query=ASK%7B%7D", "query=ASK{}", "query=", "query", "update=x", "format=csv",
        "format=pdf",
         "default-graph-uri=a:b", "default-graph-uri=x", "named-graph-uri=", "%71uery=ASK%7B%7D",
         "query=%FF", "query=%C3", "query=%ED%A0%80", "query=%", "query=%zz", "%=%", "=", "&",
         "a=%00",
         "query=SELECT*%7B%3Fs+%3Fp+%3Fo%7D", "page=2", "lang=en", "default", "graph=a:b",
         "graph=%20"]
    ),
    st.binary(max_size=8).map(quote_from_bytes),
    st.from_regex(r"%[0-9A-Fa-f]?[!-\"$-~]?", fullmatch=True),
    st.from_regex(r"[!-\"$-~]{1,6}", fullmatch=True),
)  # fmt: skip


@profile(100)
@given(
    st.lists(pieces, max_size=5).map("&".join),
    st.sampled_from(["/sparql", "/sparql", "/sparql", "/rdf-graph-store", "/catalogue"]),
)
def test_query_strings(line: Any, search: str, path: str) -> None:
    ask(line, "GET", f"{path}?{search}")


@profile(150)
@given(
    st.lists(pieces, max_size=5).map("&".join)
    | st.binary(max_size=60).map(lambda b: b.decode("latin-1"))
)
def test_forms(line: Any, form: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    ask(line, "POST", "/sparql", form.encode("latin-1"), kind)
