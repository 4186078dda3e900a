"""The files of releases: types, byte ranges, entity tags."""

import hashlib
import json
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from markupsafe import escape

from server import texts
from server.app import create_app
from server.settings import Settings


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


@pytest.mark.parametrize("range_", ["x=1-2", "lines=0-9", "octets=0-", "x"])
def test_a_part_in_a_unit_that_is_unknown_is_the_whole(site: str, fetch: Any, range_: str) -> None:
    reply = fetch(f"{site}dumps/portraits.nq", Range=range_)
    assert (reply.status, len(reply.body)) == (200, int(reply.headers["Content-Length"]))
    assert reply.headers["Accept-Ranges"] == "bytes"


def test_a_part_of_another_version_is_the_whole(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}dumps/portraits.nq", Range="bytes=0-9", If_Range='"other"')
    assert (reply.status, len(reply.body) > 10) == (200, True)


@pytest.mark.parametrize("ranges", ["bytes=0-1,5-6", "bytes=0-1, 5-6", "bytes=5-,-1", "bytes=0-1,"])
def test_several_parts_at_once_are_the_whole(site: str, fetch: Any, ranges: str) -> None:
    whole = fetch(f"{site}dumps/portraits.nq")
    reply = fetch(f"{site}dumps/portraits.nq", Range=ranges)
    assert (reply.status, reply.body) == (200, whole.body)
    assert reply.headers["Content-Range"] is None


def test_only_get_has_parts(site: str, fetch: Any) -> None:
    whole = fetch(f"{site}dumps/portraits.nq")
    reply = fetch(f"{site}dumps/portraits.nq", "HEAD", Range="bytes=0-9")
    assert (reply.status, int(reply.headers["Content-Length"])) == (200, len(whole.body))


def test_the_file_that_a_client_means_is_sent_and_another_refused(site: str, fetch: Any) -> None:
    for path in ("dumps/portraits.nq", "dumps/"):
        tag = fetch(site + path).headers["ETag"]
        for known in (tag, f'"other", {tag}', "*"):
            assert fetch(site + path, If_Match=known).status == 200, (path, known)
        for other in ('"other"', f"W/{tag}", ""):
            reply = fetch(site + path, If_Match=other)
            assert (reply.status, reply.kind) == (412, "application/problem+json"), (path, other)
            assert json.loads(reply.body)["kind"] == "precondition-failed"
            assert tag in json.loads(reply.body)["detail"]


def test_a_file_that_is_younger_than_a_client_means_is_refused(published: str, fetch: Any) -> None:
    file = f"{published}dumps/portraits.nq"  # of 2025-06-07
    assert fetch(file, If_Unmodified_Since="Sat, 07 Jun 2025 08:09:10 GMT").status == 200
    assert fetch(file, If_Unmodified_Since="hier").status == 200
    assert fetch(file, If_Unmodified_Since="Sat, 07 Jun 2025 08:09:09 GMT").status == 412


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


@pytest.mark.parametrize("name", ["portraits.ttl", "portraits.ttl.gz", "SHA256SUMS"])
def test_an_older_release_stays_at_its_address(
    published: str, fetch: Any, old_and_new: tuple[Path, Path], name: str
) -> None:
    for release in old_and_new:
        reply = fetch(f"{published}dumps/releases/{release.name}/{name}")
        assert (reply.status, reply.body) == (200, (release / "dumps" / name).read_bytes())
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    body = (old_and_new[1] / "dumps" / name).read_bytes()
    assert fetch(f"{published}dumps/{name}").body == body


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_release_is_listed_and_has_a_list(
    published: str, fetch: Any, old_and_new: tuple[Path, Path], language: str
) -> None:
    text = fetch(f"{published}dumps/?lang={language}").text
    assert text.index("releases/" + "b" * 16) < text.index("releases/" + "a" * 16)
    assert "c" * 16 not in text
    assert "2024-05-06" in text
    assert "2025-06-07" in text
    old = fetch(f"{published}dumps/releases/{'a' * 16}/?lang={language}")
    assert f"dumps/releases/{'a' * 16}/portraits.nq" in old.text
    digest = hashlib.sha256((old_and_new[0] / "dumps/portraits.nq").read_bytes()).hexdigest()
    assert digest in old.text
    led = fetch(f"{published}dumps/releases/{'a' * 16}")
    assert (led.status, led.headers["Location"]) == (308, f"../../dumps/releases/{'a' * 16}/")


@pytest.mark.parametrize("name", ["c" * 16, "d" * 16, "current", "history", "..", "%2e%2e"])
def test_an_unknown_release_names_those_there_are(published: str, fetch: Any, name: str) -> None:
    for path in (f"releases/{name}/portraits.nq", f"releases/{name}/"):
        reply = fetch(f"{published}dumps/{path}", Accept="application/json")
        assert reply.status == 404
        if "." not in name and "%" not in name:
            assert "a" * 16 in json.loads(reply.body)["detail"]
            assert "b" * 16 in json.loads(reply.body)["detail"]


@pytest.mark.parametrize(
    "path", ["portraits.xyz", "portrait-1999.ttl", f"releases/{'a' * 16}/x.ttl"]
)
def test_an_unknown_file_names_those_there_are(published: str, fetch: Any, path: str) -> None:
    reply = fetch(f"{published}dumps/{path}", Accept="application/json")
    assert (reply.status, reply.kind) == (404, "application/problem+json")
    for name in ("portraits.ttl", "portraits.trig", "portraits.ttl.gz", "SHA256SUMS"):
        assert name in json.loads(reply.body)["detail"]


def test_the_date_is_that_of_the_first_publication(published: str, fetch: Any) -> None:
    for path, date in (
        ("portraits.nq", "Sat, 07 Jun 2025 08:09:10 GMT"),
        (f"releases/{'a' * 16}/portraits.nq", "Mon, 06 May 2024 07:08:09 GMT"),
    ):
        assert fetch(f"{published}dumps/{path}").headers["Last-Modified"] == date
        assert fetch(f"{published}dumps/{path}", If_Modified_Since=date).status == 304


@pytest.mark.parametrize(
    "date", ["Sat, 07 Jun 2025 08:09:09 GMT", "Fri, 01 Jan 2027 00:00:00 GMT", "hier"]
)
def test_the_date_of_another_release_gets_the_whole_file(
    published: str, fetch: Any, date: str
) -> None:
    assert fetch(f"{published}dumps/portraits.nq", If_Modified_Since=date).status == 200
    reply = fetch(f"{published}dumps/portraits.nq", If_Range=date, Range="bytes=0-9")
    assert (reply.status, len(reply.body) > 10) == (200, True)


def test_a_part_of_what_has_this_date_or_tag(published: str, fetch: Any) -> None:
    whole = fetch(f"{published}dumps/portraits.nq")
    for name in ("Last-Modified", "ETag"):
        condition = whole.headers[name]
        reply = fetch(f"{published}dumps/portraits.nq", If_Range=condition, Range="bytes=5-9")
        assert (reply.status, reply.body) == (206, whole.body[5:10])


def test_no_date_is_later_than_that_of_the_answer(
    old_and_new: tuple[Path, Path], tmp_path: Path
) -> None:
    """A clock was ahead when the release was published."""
    releases = shutil.copytree(old_and_new[0].parent, tmp_path / "releases", symlinks=True)
    (releases / "history").write_text(f"{old_and_new[1].name} 2099-01-01T00:00:00Z\n")
    app = create_app(releases, Settings())
    try:
        begun = datetime.now(UTC).replace(microsecond=0)
        client = app.test_client()
        reply = client.get("/dumps/portraits.nq", buffered=True)
        assert reply.last_modified
        assert begun - timedelta(seconds=1) <= reply.last_modified <= datetime.now(UTC)
        conditions = {"If-None-Match": reply.headers["ETag"]}
        again = client.get("/dumps/portraits.nq", headers=conditions, buffered=True)
        assert again.status_code == 304
    finally:
        app.extensions["current_release"].close()


def test_a_file_is_saved_under_its_name(published: str, site: str, fetch: Any) -> None:
    disposition = fetch(f"{published}dumps/portraits.ttl").headers["Content-Disposition"]
    assert disposition == "attachment; filename=portraits.ttl"
    name = "sources/2025/exemple%20%232025%20%C3%A0%20100%25%20%3F.csv.gz"
    disposition = fetch(f"{site}dumps/{name}").headers["Content-Disposition"]
    assert "filename*=UTF-8''exemple%20#2025%20%C3%A0%20100%25%20%3F.csv.gz" in disposition


def test_links_say_the_licence_the_other_syntaxes_and_how_to_cite(
    published: str, fetch: Any, base_uri: str
) -> None:
    link = fetch(f"{published}dumps/portraits.ttl").headers["Link"]
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in link
    assert '<../catalogue.ttl>; rel="describedby"; type="text/turtle"' in link
    assert f'<{base_uri}dumps/releases/{"b" * 16}/portraits.ttl>; rel="cite-as"' in link
    assert '<./portraits.nq>; rel="alternate"; type="application/n-quads"' in link
    assert "<./portraits.ttl>" not in link
    link = fetch(f"{published}dumps/releases/{'a' * 16}/").headers["Link"]
    assert f'<{base_uri}dumps/releases/{"a" * 16}/>; rel="cite-as"' in link


TRAVERSALS = [
    "dumps/../manifest.json", "dumps/%2e%2e/manifest.json", "dumps/..%2fmanifest.json",
    "dumps/%2e%2e%2fmanifest.json", "dumps/%252e%252e%252fmanifest.json",
    "dumps/..%5cmanifest.json", "dumps/..%c0%afmanifest.json", "dumps/%c0%ae%c0%ae/manifest.json",
    "dumps/%u002e%u002e/manifest.json", "dumps/sources/../../manifest.json",
    "dumps//etc/passwd", "dumps/%2fetc%2fpasswd", "dumps/portraits.ttl%00.html",
    "dumps/releases/../current/manifest.json", "dumps/releases/%2e%2e/history",
    "dumps/releases/..%2f..%2fhistory", f"dumps/releases/{'a' * 16}/../manifest.json",
    f"dumps/releases/{'a' * 16}/..%2fmanifest.json",
    f"dumps/releases/{'a' * 16}/%2e%2e/%2e%2e/history", "dumps/releases/current/portraits.nq",
    f"dumps/releases/.%2f{'a' * 16}/portraits.nq", "dumps/./portraits.ttl",
    f"dumps/releases/{'a' * 16}%00/portraits.nq", f"dumps/releases//{'a' * 16}/portraits.nq",
]  # fmt: skip


@pytest.mark.parametrize("target", TRAVERSALS)
def test_no_way_leads_out_of_what_is_listed(published: str, target: str) -> None:
    host, port = urlsplit(published).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=90) as wire:
        wire.sendall(f"GET /{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        reply = b"".join(iter(lambda: wire.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_says_which_file_is_for_whom(examples: str, fetch: Any, language: str) -> None:
    text = fetch(f"{examples}dumps/?lang={language}").text
    for name in ("portrait-2025.csv", "portrait-2025-excel.csv", "portrait-2024.jsonld"):
        assert f'href="../dumps/{name}"' in text
        assert f'href="../dumps/{name}.gz"' in text
    for name in ("portrait-2025.csv", "portrait-2025-excel.csv"):
        assert f'href="../dumps/{name}-metadata.json"' in text
    for suffix in ("ttl", "jsonld", "nt", "rdf", "nq", "trig", "csv", "excel"):
        assert str(escape(texts.text(f"dump_for_{suffix}", language))) in text


def test_each_file_is_what_the_manifest_says(examples: str, fetch: Any, example: Path) -> None:
    files = json.loads((example / "current/manifest.json").read_bytes())["files"]
    kinds = set()
    for path, entry in files.items():
        if path.startswith("dumps/"):
            reply = fetch(examples + quote(path))
            assert (reply.status, len(reply.body)) == (200, entry["bytes"])
            assert hashlib.sha256(reply.body).hexdigest() == entry["sha256"]
            assert reply.kind == entry["media_type"]
            kinds.add(reply.kind)
    assert {"text/csv", "application/csvm+json", "text/turtle", "application/trig"} <= kinds


def test_a_table_leads_to_its_description(examples: str, fetch: Any) -> None:
    for name in ("portrait-2025.csv", "portrait-2025-excel.csv"):
        link = fetch(f"{examples}dumps/{name}").headers["Link"]
        expected = f'<./{name}-metadata.json>; rel="describedby"; type="application/csvm+json"'
        assert expected in link
        metadata = json.loads(fetch(f"{examples}dumps/{name}-metadata.json").body)
        assert metadata["url"] == name
