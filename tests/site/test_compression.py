"""Compression: once, in the coding that the client prefers, and only where it is worth it."""

import gzip
from typing import Any

import brotli
import pytest
import zstandard

DOC = "doc/portrait/2025.ttl"
READ = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("gzip;q=0, *", "zstd"),
        ("*", "zstd"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("deflate", None),
        ("", None),
        ("identity;q=0, br", "br"),
    ],
)
def test_the_client_chooses(site: str, fetch: Any, accepted: str, coding: str | None) -> None:
    plain = fetch(site + DOC, Accept_Encoding="identity")
    reply = fetch(site + DOC, Accept_Encoding=accepted)
    assert (reply.status, reply.headers["Content-Encoding"]) == (200, coding)
    assert "Accept-Encoding" in reply.headers["Vary"]
    if coding:
        assert READ[coding](reply.body) == plain.body
        assert len(reply.body) < len(plain.body) / 2
        assert reply.headers["ETag"] != plain.headers["ETag"]
        again = fetch(site + DOC, Accept_Encoding=accepted, If_None_Match=reply.headers["ETag"])
        assert again.status == 304


@pytest.mark.parametrize("path", [DOC, "sparql?query=ASK%7B%7D", "sparql?query=ASK%7B%7D%23other"])
def test_a_client_that_takes_nothing_is_told(site: str, fetch: Any, path: str) -> None:
    assert fetch(site + path, Accept_Encoding="identity;q=0").status == 406
    assert fetch(site + path, Accept_Encoding="*;q=0").status == 406


def test_small_answers_stay_as_they_are(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}sparql?query=ASK%7B%7D", Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] is None
    forced = fetch(f"{site}sparql?query=ASK%7B%7D", Accept_Encoding="gzip, identity;q=0")
    assert forced.headers["Content-Encoding"] == "gzip"


def test_lists_of_files_are_pages_as_others_are(published: str, fetch: Any) -> None:
    for path in ("dumps/", f"dumps/releases/{'a' * 16}/"):
        plain = fetch(published + path, Accept="text/html")
        reply = fetch(published + path, Accept="text/html", Accept_Encoding="gzip")
        assert reply.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(reply.body) == plain.body
        assert "Accept-Encoding" in reply.headers["Vary"]
        again = {"If-None-Match": reply.headers["ETag"], "Accept-Encoding": "gzip"}
        assert fetch(published + path, headers=again).status == 304
        meant = {"If-Match": reply.headers["ETag"], "Accept-Encoding": "gzip"}
        assert fetch(published + path, headers=meant).status == 200


def test_files_are_not_packed_twice(site: str, fetch: Any) -> None:
    for path in ("dumps/portraits.ttl.gz", "dumps/portraits.ttl"):
        reply = fetch(site + path, Accept_Encoding="gzip, br, zstd")
        assert reply.headers["Content-Encoding"] is None
        assert reply.headers["Accept-Ranges"] == "bytes"


def test_long_answers_are_packed_as_they_leave(site: str, fetch: Any) -> None:
    query = "SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20a%20%3Fe%7D%20LIMIT%2020000"
    plain = fetch(f"{site}sparql?query={query}", Accept="text/csv", Accept_Encoding="identity")
    assert int(plain.headers["Content-Length"]) > 1 << 20
    for coding, read in READ.items():
        reply = fetch(f"{site}sparql?query={query}", Accept="text/csv", Accept_Encoding=coding)
        assert reply.headers["Content-Encoding"] == coding
        assert len(read(reply.body)) == len(plain.body)
