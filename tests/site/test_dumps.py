"""Files: types, parts, tags."""

import hashlib
from pathlib import Path
from typing import Any

import pytest


def test_types(site: str, fetch: Any) -> None:
    types = {
        "portraits.ttl": "text/turtle; charset=utf-8",
        "portraits.jsonld": "application/ld+json",
        "portraits.nt": "application/n-triples",
        "portraits.rdf": "application/rdf+xml",
        "portraits.nq": "application/n-quads",
        "portraits.trig": "application/trig; charset=utf-8",
        "portraits.ttl.gz": "application/gzip",
        "sources/2024/exemple-2024.csv": "text/csv; charset=windows-1252",
    }
    for name, kind in types.items():
        reply = fetch(f"{site}dumps/{name}")
        assert reply.headers["Content-Type"] == kind
        assert reply.headers["Content-Encoding"] is None


def test_a_file_comes_as_it_is(site: str, fetch: Any, folder: Path) -> None:
    body = (folder / "current/dumps/portraits.nq").read_bytes()
    reply = fetch(f"{site}dumps/portraits.nq")
    assert reply.body == body
    assert reply.headers["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    assert reply.headers["Accept-Ranges"] == "bytes"


def test_a_part(site: str, fetch: Any, folder: Path) -> None:
    body = (folder / "current/dumps/portraits.nq").read_bytes()
    reply = fetch(f"{site}dumps/portraits.nq", Range="bytes=100-199")
    assert (reply.status, reply.body) == (206, body[100:200])
    assert reply.headers["Content-Range"] == f"bytes 100-199/{len(body)}"


def test_a_part_that_is_not_there(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}dumps/portraits.nq", Range="bytes=99999999-")
    assert reply.status == 416
    assert reply.headers["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize("asked", ["x=1-2", "lines=0-9", "octets=0-", "x"])
def test_a_part_in_a_unit_that_is_unknown_is_the_whole(site: str, fetch: Any, asked: str) -> None:
    reply = fetch(f"{site}dumps/portraits.nq", Range=asked)
    assert (reply.status, len(reply.body)) == (200, int(reply.headers["Content-Length"]))
    assert reply.headers["Accept-Ranges"] == "bytes"


def test_a_part_of_another_version_is_the_whole(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}dumps/portraits.nq", Range="bytes=0-9", If_Range='"other"')
    assert (reply.status, len(reply.body) > 10) == (200, True)


def test_a_file_that_is_known_is_304(site: str, fetch: Any) -> None:
    tag = fetch(f"{site}dumps/portraits.nq").headers["ETag"]
    assert fetch(f"{site}dumps/portraits.nq", If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    "path",
    [
        "manifest.json",
        "portraits.nq/",
        "sources",
        "..",
        "%2e%2e%2fmanifest.json",
        "a%00b",
        "sources%5c..%5cx",
    ],
)
def test_what_is_not_listed_does_not_exist(site: str, fetch: Any, path: str) -> None:
    assert fetch(f"{site}dumps/{path}").status == 404


def test_the_list_names_each_file_its_size_and_its_digest(
    site: str, fetch: Any, folder: Path
) -> None:
    text = fetch(f"{site}dumps/").text
    body = (folder / "current/dumps/portraits.nq").read_bytes()
    assert "portraits.nq" in text
    assert hashlib.sha256(body).hexdigest() in text
    assert f"{len(body):,}".replace(",", "\u202f") in text
