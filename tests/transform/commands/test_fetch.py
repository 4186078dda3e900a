"""Fetch from a portal on a real port: only what is whole, of one version and a table, counts."""

import calendar
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import openpyxl
import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.conftest import (
    COMMAND,
    HEADER,
    ROW,
    Run,
)
from tests.support.ckan_portal import (
    DATASET,
    Answer,
    Portal,
    cut,
    drip,
    endless,
    replies,
    running,
)
from tests.support.old_workbook import as_xls
from tests.support.waiting import ends, wait_until
from tests.transform.tables import test_ods

Fetch = Callable[..., subprocess.CompletedProcess[str]]
DIRECT = {"NO_PROXY": "127.0.0.1"}
HTML = b"<!DOCTYPE html><html><body>503 Service</body></html>"


def table(*names: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *((name, *ROW[1:]) for name in names)])
    return out.getvalue().encode()


SMALL = table("Tri des demandes reçues")
OTHER = table("Tri des demandes reçues", "Réponse aux courriels")
LARGE = table(*(f"Initiative {number}" for number in range(4000)))


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADER, ROW):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "portraits"


@pytest.fixture
def fetch(portal_ia: Fetch, portal: Portal, folder: Path) -> Fetch:
    def run(*more: object) -> subprocess.CompletedProcess[str]:
        return portal_ia("fetch", "--to", folder, "--api", portal.api, *more)

    return run


@pytest.fixture(name="portal_ia")
def _portal_ia() -> Fetch:
    """Run the command in this process: a hundred starts would take minutes."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        done = CliRunner().invoke(main, words, env=DIRECT)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    return run


def record(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "fetched.json").read_bytes())
    return content


def bodies(folder: Path) -> dict[int, bytes]:
    """Return the fetched file of each year, checked against its record."""
    by_year = {}
    for entry in record(folder)["files"]:
        body = (folder / entry["path"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]
        assert len(body) == entry["bytes"]
        by_year[entry["year"]] = body
    return by_year


def everything(folder: Path) -> dict[str, bytes]:
    files = folder.rglob("*") if folder.exists() else ()
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def assert_failed(
    done: subprocess.CompletedProcess[str], what: str, folder: Path, before: bytes | None = None
) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    line = done.stderr.splitlines()[-1]
    assert line.startswith("portrait-ia: ")
    assert what in line
    assert "build 2025=" in line
    assert "Traceback" not in done.stderr
    if before is None:
        assert not (folder / "fetched.json").exists()
    else:
        assert bodies(folder) == {2025: before}


def test_each_year_is_fetched_with_what_the_portal_says(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2024, SMALL)
    portal.offer(2025, OTHER)
    portal.offer(2025, workbook(), "xlsx")
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert "2025: new" in done.stdout
    assert bodies(folder) == {2024: SMALL, 2025: OTHER}
    recorded = record(folder)
    assert recorded["dataset"] == {
        "id": DATASET,
        "name": portal.result()["name"],
        "title": "Portrait public des utilisations de l'IA",
        "notes": "Dans une perspective de transparence…",
        "license_id": "cc-by",
        "license_title": "Attribution (CC-BY 4.0)",
        "license_url": "https://www.donneesquebec.ca/licence/#cc-by",
        "metadata_created": "2024-11-08T21:32:11.000001",
        "metadata_modified": "2026-01-27T19:04:03.313402",
        "page": f"{portal.address}/recherche/dataset/{portal.result()['name']}",
    }
    entry = recorded["files"][1]
    assert entry["url"] == f"{portal.address}/fichiers/2025.csv"
    assert entry["resource"]["last_modified"] == "2026-01-27T19:04:00.000001"
    age = time.time() - calendar.timegm(time.strptime(entry["fetched"], "%Y-%m-%dT%H:%M:%SZ"))
    assert 0 <= age < 600
    assert "left aside" in done.stderr
    assert not portal.gets("2025.xlsx")


def test_the_installed_command_fetches(portrait_ia: Run, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL)
    arguments = ("fetch", "--to", folder, "--api", portal.api)
    assert portrait_ia(*arguments, env=DIRECT).returncode == 0
    assert bodies(folder) == {2025: SMALL}
    assert portrait_ia(*arguments, "--check", env=DIRECT).returncode == 0
    portal.about["title"] = "Autre titre"
    done = portrait_ia(*arguments, "--check", env=DIRECT)
    assert done.returncode == 1
    assert done.stdout.startswith('dataset: title was "Portrait public')


def test_what_did_not_change_is_not_downloaded_again(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    before = everything(folder)
    done = fetch()
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "Nothing changed since the last fetch.",
    )
    assert everything(folder) == before
    assert portal.gets("2025.csv")[1]["If-None-Match"] == portal.files["/fichiers/2025.csv"].etag


def test_a_new_version_stands_beside_the_old_one(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    portal.resources.clear()
    portal.offer(2025, OTHER)
    done = fetch()
    assert done.returncode == 0
    assert f"2025: other content, {len(SMALL)} bytes were, {len(OTHER)} are" in done.stdout
    assert bodies(folder) == {2025: OTHER}
    assert sorted(p.read_bytes() for p in folder.glob("2025/*/*.csv")) == sorted([SMALL, OTHER])


def test_a_damaged_file_is_fetched_anew(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    path = folder / record(folder)["files"][0]["path"]
    path.write_bytes(SMALL[:-1])
    assert fetch("--check").returncode == 1
    assert fetch().returncode == 0
    assert bodies(folder) == {2025: SMALL}


def test_a_year_that_is_no_longer_offered_is_kept(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2024, SMALL)
    portal.offer(2025, OTHER)
    assert fetch().returncode == 0
    del portal.resources[0]
    assert "2024: no longer offered" in fetch("--check").stdout
    assert fetch().returncode == 0
    assert bodies(folder) == {2024: SMALL, 2025: OTHER}
    assert fetch("--check").returncode == 0


# --check


def test_check_says_0_1_2_and_downloads_nothing(fetch: Fetch, portal: Portal, folder: Path) -> None:
    file = portal.offer(2025, SMALL)
    assert fetch("--check").returncode == 1
    assert not folder.exists()
    assert fetch().returncode == 0
    before = everything(folder)
    downloads = len(portal.gets("2025.csv"))
    assert fetch("--check").returncode == 0
    file.etag = '"other"'
    done = fetch("--check")
    assert done.returncode == 1
    assert "2025: etag was" in done.stdout
    portal.api_answers = [replies(404)]
    assert fetch("--check").returncode == 2
    assert everything(folder) == before
    assert len(portal.gets("2025.csv")) == downloads


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.about.update(metadata_modified="2026-02-01T00:00:00"), "metadata_modified"),
        (lambda p: p.about.update(notes="Autre texte"), "notes"),
        (lambda p: p.about.update(license_title="Autre"), "license_title"),
        (lambda p: p.resources[0].update(last_modified="2026-02-01T00:00:00"), "last_modified"),
        (lambda p: p.offer(2026, SMALL), "2026: new"),
        (lambda p: p.files["/fichiers/2025.csv"].__dict__.update(modified="x"), "last_modified"),
    ],
)
def test_check_sees_each_change(
    fetch: Fetch, portal: Portal, change: Callable[[Portal], object], message: str
) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    change(portal)
    done = fetch("--check")
    assert done.returncode == 1, done.stderr
    assert message in done.stdout


def test_check_does_without_head(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    file = portal.files["/fichiers/2025.csv"]
    file.head_status = 405
    assert fetch("--check").returncode == 0


# What the API answers

ERROR = {"help": "…", "success": False}


def api_error(status: int, kind: str, message: str) -> Answer:
    error = {"__type": kind, "message": message}
    return lambda handler: handler.json(status, {**ERROR, "error": error})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (api_error(200, "Internal", "Rien ne va"), "did not succeed (Internal: Rien ne va)"),
        (api_error(404, "Not Found Error", "Introuvable"), "404 (Not Found Error: Introuvable)"),
        (api_error(403, "Authorization Error", "Accès refusé"), "answers 403 (Authorization"),
        (api_error(409, "Validation Error", "id manque"), "answers 409 (Validation Error"),
        (replies(200, HTML, "text/html"), "no CKAN answer but text/html: '<!DOCTYPE html>"),
        (replies(200, b'{"success": true, ', "application/json"), "broken JSON"),
        (replies(200, b'{"success": true}', "application/json"), "without a result"),
        (replies(200, b"[]", "application/json"), "no CKAN answer but application/json: '[]'"),
        (replies(200, b"", "application/json"), "no CKAN answer"),
        (replies(200, b"{" * 100_000, "application/json"), "broken JSON"),
        (
            lambda handler: handler.json(200, {"success": True, "result": {"id": DATASET}}),
            "without a list of resources",
        ),
        (
            lambda h: h.json(200, {"success": True, "result": {"id": "x", "resources": []}}),
            "another dataset",
        ),
        (
            lambda h: h.json(200, {"success": True, "result": {"id": DATASET, "resources": []}}),
            "no table that bears",
        ),
        (replies(200, gzip.compress(b"{}"), Content_Encoding="gzip"), "packed as 'gzip'"),
        (replies(302, b"", Location="file:///etc/passwd"), "is not an http(s) URL"),
        (replies(302, b"", Location="ftp://127.0.0.1/"), "is not an http(s) URL"),
        (replies(302, b"", Location="http://[::1"), "is not an http(s) URL"),
        (replies(302, b""), "to nowhere"),
        (replies(200, b'{"success": NaN}', "application/json"), "broken JSON (NaN is no JSON)"),
        (replies(200, b" " * (11 << 20), "application/json"), "more than 10 MB"),
        (endless, "more than 10 MB"),
    ],
)
def test_a_bad_answer_of_the_api_overwrites_nothing(
    fetch: Fetch, portal: Portal, folder: Path, answer: Answer, message: str
) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    before = everything(folder)
    portal.api_answers = [answer]
    assert_failed(fetch(), message, folder, SMALL)
    assert everything(folder) == before


def test_a_portal_that_does_not_answer_is_one_line(
    portal_ia: Fetch, portal: Portal, folder: Path
) -> None:
    done = portal_ia("fetch", "--to", folder, "--api", "http://127.0.0.1:9/api", "--retries", "0")
    assert_failed(done, "no answer", folder)


@pytest.mark.parametrize(
    ("api", "message"),
    [
        ("ftp://127.0.0.1/", "is not an http(s) URL"),
        ("http:///x", "is not an http(s) URL"),
        ("http://[", "is not an http(s) URL"),
        ("http://anne:secret@127.0.0.1/", "bears a name or password"),
    ],
)
def test_an_api_that_is_no_plain_url_is_refused(
    portal_ia: Fetch, folder: Path, api: str, message: str
) -> None:
    done = portal_ia("fetch", "--to", folder, "--api", api)
    assert_failed(done, message, folder)
    assert "secret" not in done.stderr


# Which resource is chosen for a year


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "Portrait", "description": "", "url": "http://127.0.0.1/x.csv"}, "year"),
        ({"format": "PDF"}, "no table that `build` reads (PDF)"),
        ({"state": "deleted"}, "deleted"),
        ({"name": "Dictionnaire de données 2024"}, "explains"),
    ],
)
def test_other_resources_are_left_aside(
    fetch: Fetch, portal: Portal, folder: Path, fields: dict[str, Any], why: str
) -> None:
    portal.offer(2024, SMALL, **fields)
    portal.offer(2025, OTHER)
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert why in done.stderr
    assert bodies(folder) == {2025: OTHER}


def test_excel_is_taken_where_there_is_no_csv(fetch: Fetch, portal: Portal, folder: Path) -> None:
    body = workbook()
    portal.offer(2024, body, "xlsx", format="", name="Portrait 2024.xlsx")
    portal.offer(2025, body, "xlsx")
    portal.offer(2025, SMALL, url="_datastore_only_resource", url_type="datastore")
    assert fetch().returncode == 0
    assert bodies(folder) == {2024: body, 2025: body}


def as_json(lines: bool = False) -> bytes:
    rows = [dict(zip(HEADER, ROW, strict=True))]
    if lines:
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return json.dumps({"result": {"records": rows}}).encode()


def as_old_workbook() -> bytes:
    return as_xls({"Portrait": [HEADER, ROW]})


def as_open_document() -> bytes:
    return test_ods.as_ods(test_ods.table(test_ods.row(*HEADER), test_ods.row(*ROW)))


@pytest.mark.parametrize(
    ("body", "ending", "media_type", "more"),
    [
        (as_old_workbook, "xls", "application/vnd.ms-excel", ()),
        (as_open_document, "ods", "application/vnd.oasis.opendocument.spreadsheet", ()),
        # What many portals call it.
        (workbook, "xls", "application/octet-stream", ()),
        (as_json, "json", "application/json", ("--resource", "2025=rows")),
        (lambda: as_json(lines=True), "jsonl", "application/x-ndjson", ("--resource", "2025=rows")),
        (as_json, "json", "application/json", ("--layout", "mine.toml")),
    ],
)
def test_what_build_reads_is_fetched_and_read(
    portal_ia: Fetch,
    portal: Portal,
    folder: Path,
    tmp_path: Path,
    body: Callable[[], bytes],
    ending: str,
    media_type: str,
    more: tuple[str, ...],
) -> None:
    layout = tmp_path / "mine.toml"
    layout.write_text('extends = "quebec"\nfile.path = "result.records"\n')
    content = body()
    portal.offer(2025, content, ending, id="rows").media_type = media_type
    where = [layout if word == "mine.toml" else word for word in more]
    arguments = ("fetch", "--to", folder, "--api", portal.api, *where)
    done = portal_ia(*arguments)
    assert done.returncode == 0, done.stderr
    assert bodies(folder) == {2025: content}
    assert portal_ia(*arguments, "--check").returncode == 0
    assert portal_ia(*arguments).stdout.endswith("Nothing changed since the last fetch.\n")
    last = portal.gets(f"2025.{ending}")[-1]
    assert last["If-None-Match"] == portal.files[f"/fichiers/2025.{ending}"].etag
    own = ("--layout", layout) if ending == "json" else ()
    read = portal_ia("check", folder, *own)
    assert read.returncode == 0, read.stdout + read.stderr


def test_json_that_nobody_named_is_left_aside(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2024, as_json(), "json", id="rows")
    portal.offer(2025, SMALL)
    portal.offer(2025, as_xls({"Portrait": [HEADER, ROW]}), "xls")
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert "JSON, which may hold anything else than the rows of 2024" in done.stderr
    assert "--resource 2024=rows" in done.stderr
    assert bodies(folder) == {2025: SMALL}


def test_the_newest_of_two_is_taken(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL)
    portal.resources[0]["url"] += "?ancien"
    portal.offer(2025, OTHER, last_modified="2027-01-01T00:00:00")
    assert fetch().returncode == 0
    assert record(folder)["files"][0]["url"] == f"{portal.address}/fichiers/2025.csv"


def test_any_dataset_is_fetched_that_layout_and_options_name(
    portal_ia: Fetch, portal: Portal, folder: Path, tmp_path: Path
) -> None:
    portal.about |= {"id": "5c0ffee5", "name": "ai-register"}
    portal.offer(0, SMALL, id="entries", name="Register entries", description="")
    portal.offer(2024, OTHER, name="Register 2024", description="")
    portal.offer(2023, HTML, name="Codebook 2024", description="")
    layout = tmp_path / "mine.toml"
    head = 'layout = 1\nname = "mine"\nextends = "us-2025"\n'
    layout.write_text(head)

    def run(*more: object) -> subprocess.CompletedProcess[str]:
        return portal_ia("fetch", "--to", folder, "--layout", layout, *more)

    done = run("--api", portal.api)
    assert done.returncode == 2
    assert "mine.toml: no [fetch] dataset" in done.stderr
    layout.write_text(f'{head}[fetch]\napi = "{portal.api}"\ndataset = "ai-register"\n')
    assert run().returncode == 0
    assert bodies(folder) == {2024: OTHER}
    done = run("--resource", "2025=entry")
    assert done.returncode == 2
    assert "0 resources are 'entry', named for 2025; name one of: entries (Reg" in done.stderr
    layout.write_text(f'{layout.read_text()}[fetch.resources]\n2025 = "Register entries"\n')
    assert "2025: new" in run().stdout
    assert bodies(folder) == {2024: OTHER, 2025: SMALL}
    assert run("--check").returncode == 0
    # A folder holds one dataset: the years of another would count as withdrawn.
    portal.about |= {"id": DATASET, "name": "other"}
    done = run("--dataset", DATASET, "--resource", "2025=entries")
    assert done.returncode == 2
    assert "holds the files of another dataset" in done.stderr
    assert bodies(folder) == {2024: OTHER, 2025: SMALL}


def test_two_that_may_both_be_the_portrait_are_refused(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2025, SMALL)
    portal.offer(2025, OTHER)
    assert_failed(fetch(), "may both be the file of 2025", folder)


@pytest.mark.parametrize(
    "fields",
    [
        {"url_type": "datastore", "url": "http://127.0.0.1/recherche/datastore/dump/0"},
        {"url": "_datastore_only_resource"},
        {"url": None},
        {"url": ""},
    ],
)
def test_a_year_in_the_datastore_only_is_refused(
    fetch: Fetch, portal: Portal, folder: Path, fields: dict[str, Any]
) -> None:
    portal.offer(2024, OTHER)
    portal.offer(2025, SMALL, **fields)
    assert_failed(fetch(), "DataStore only", folder)


def test_a_link_without_size_hash_and_date_is_fetched(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    silent: dict[str, Any] = dict.fromkeys(
        ("size", "hash", "last_modified", "url_type", "mimetype")
    )
    file = portal.offer(2025, SMALL, **silent)
    file.etag = file.modified = None
    assert fetch().returncode == 0
    assert bodies(folder) == {2025: SMALL}
    assert fetch("--check").returncode == 0
    assert fetch().returncode == 0
    assert len(portal.gets("2025.csv")) == 2


def test_a_link_may_lead_elsewhere_by_five_redirects(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.offer(2025, SMALL)
    with running() as other:
        other.offer(2025, SMALL)
        portal.files["/fichiers/2025.csv"].answers = [
            *(replies(status, Location="?encore") for status in (301, 302, 303, 307)),
            replies(308, Location=f"{other.address}/fichiers/2025.csv", Set_Cookie="a=secret"),
        ]
        assert fetch().returncode == 0
        assert record(folder)["files"][0]["url"] == f"{other.address}/fichiers/2025.csv"
        (headers,) = other.gets("2025.csv")
    assert set(headers) == {"Host", "User-Agent", "Accept-Encoding"}
    assert bodies(folder) == {2025: SMALL}


def test_a_sixth_redirect_is_refused(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL).answers = [replies(302, Location="?encore")] * 6
    assert_failed(fetch(), "more than 5 redirects", folder)


def test_names_of_the_server_name_no_file(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL, name="../../../Portrait 2025/../x.csv")
    portal.files["/fichiers/..%2F..%2Fmal.csv"] = portal.files["/fichiers/2025.csv"]
    portal.resources[0]["url"] = f"{portal.address}/fichiers/..%2F..%2Fmal.csv"
    assert fetch().returncode == 0
    assert {path.name for path in folder.parent.iterdir()} == {"portraits"}
    assert [Path(e["path"]).name for e in record(folder)["files"]] == ["portrait-2025.csv"]


def test_the_proxy_of_the_environment_is_asked(
    portal_ia: Fetch, portal: Portal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.offer(2025, SMALL, url="http://donnees.example/fichiers/2025.csv")
    at = portal.address.removeprefix("http://")
    monkeypatch.setenv("HTTP_PROXY", f"http://anne:secret@{at}")
    api = "http://donnees.example/recherche/api/3/action"
    done = portal_ia("fetch", "--to", folder, "--api", api)
    assert done.returncode == 0, done.stderr
    assert bodies(folder) == {2025: SMALL}
    (headers,) = portal.gets("2025.csv")
    assert headers["Host"] == "donnees.example"
    assert headers["Proxy-Authorization"].startswith("Basic ")
    assert "secret" not in done.stdout + done.stderr + (folder / "fetched.json").read_text()


# What comes instead of a file


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("_", "/"), body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (replies(200, HTML, "text/html; charset=utf-8"), "text/html came instead of a table"),
        (replies(200, HTML, "text/csv"), "a web page"),
        (replies(200, b"%PDF-1.7", "application/octet-stream"), "a PDF document"),
        (
            replies(200, b'{"success": false}', "application/octet-stream"),
            "JSON came, where the portal says CSV",
        ),
        (replies(200, b"{}", "application/json"), "application/json came"),
        (replies(200, zipped(a=b"b")), "a zip archive, no workbook"),
        (replies(200, workbook()), "XLSX came, where the portal says CSV"),
        (replies(200, b""), "an empty file"),
        (replies(404, HTML, "text/html"), "answers 404"),
        (replies(403, b""), "answers 403"),
        (replies(204, b""), "answers 204"),
        (replies(206, SMALL, Content_Range="bytes 0-1/2"), "answers 206"),
        (replies(200, gzip.compress(SMALL), Content_Encoding="gzip"), "packed as 'gzip'"),
        (replies(200, b"", Content_Length=10 << 30), f"{10 << 30:,} bytes, over 1 MB"),
        (endless, "more than 1 MB"),
        (replies(200, SMALL, Content_Length=None), "no length is given"),
    ],
)
def test_what_is_no_table_overwrites_nothing(
    fetch: Fetch, portal: Portal, folder: Path, answer: Answer, message: str
) -> None:
    file = portal.offer(2025, SMALL, url_type=None, size=None)
    assert fetch().returncode == 0
    before = everything(folder)
    file.etag, file.body = '"new"', OTHER
    file.answers = [answer]
    assert_failed(fetch("--max-mb", 1), message, folder, SMALL)
    assert everything(folder) == before


def test_no_change_since_nothing_is_refused(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL).answers = [replies(304)]
    assert_failed(fetch(), "answers 304", folder)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    bomb = zipped(xl_workbook=b"0" * (300 << 20))
    portal.offer(2025, bomb, "xlsx")
    assert_failed(fetch(), "unpacks to 300 MB", folder)


@pytest.mark.parametrize("change", [-1, 1])
def test_a_length_that_is_not_the_portal_s_is_refused(
    fetch: Fetch, portal: Portal, folder: Path, change: int
) -> None:
    portal.offer(2025, SMALL, size=len(SMALL) + change)
    message = f"{len(SMALL)} bytes came, where the portal says {len(SMALL) + change}"
    assert_failed(fetch(), message, folder)


def test_a_length_that_is_too_small_is_refused(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL).answers = [replies(200, SMALL, Content_Length=len(SMALL) - 9)]
    assert_failed(fetch(), f"where the portal says {len(SMALL)}", folder)


def test_a_length_that_is_too_large_is_a_cut(fetch: Fetch, portal: Portal, folder: Path) -> None:
    file = portal.offer(2025, SMALL, url_type=None)
    file.etag = file.modified = None
    file.answers = [replies(200, SMALL, Content_Length=len(SMALL) + 9)] * 2
    assert_failed(fetch("--retries", 1), "the connection was lost", folder)


def test_a_size_speaks_where_no_length_is_given(fetch: Fetch, portal: Portal, folder: Path) -> None:
    answer = replies(200, SMALL, Content_Length=None)
    portal.offer(2025, SMALL).answers = [answer]
    assert fetch().returncode == 0
    portal.resources.clear()
    portal.offer(2025, OTHER, size=len(OTHER)).answers = [answer]
    assert_failed(fetch(), "where the portal says", folder, SMALL)


# Retries


def test_a_cut_begins_again(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, LARGE).answers = [cut(100_000), cut(50_000)]
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert bodies(folder) == {2025: LARGE}
    assert [headers.get("Range") for headers in portal.gets("2025.csv")] == [None] * 3
    notes = [line for line in done.stderr.splitlines() if "again in" in line]
    assert ["the connection was lost" in line for line in notes] == [True, True]


def test_a_cut_and_a_busy_server_share_the_tries(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    busy = replies(503, Retry_After="0")
    portal.offer(2025, LARGE).answers = [busy, cut(100_000), busy, cut(50_000)]
    assert_failed(fetch("--retries", 3), "the connection was lost", folder)
    assert len(portal.gets("2025.csv")) == 4
    assert not list(folder.rglob("*.part"))


def test_a_file_that_changes_between_two_tries_is_never_a_mix(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    def replace(handler: Any) -> None:
        cut(100_000)(handler)
        file.body, file.etag = OTHER, '"second"'

    file = portal.offer(2025, LARGE, url_type=None, size=None)
    file.answers = [replace]
    assert fetch().returncode == 0
    assert bodies(folder) == {2025: OTHER}
    assert record(folder)["files"][0]["etag"] == '"second"'


def test_a_dataset_that_changes_while_it_is_fetched_is_refused(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    def change(handler: Any) -> None:
        portal.resources[0]["last_modified"] = "2027-01-01T00:00:00"
        handler.file()

    portal.offer(2025, SMALL).answers = [change]
    assert_failed(fetch(), "the dataset changed while it was fetched", folder)
    assert fetch().returncode == 0


def test_a_busy_server_is_asked_again_when_it_says(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    portal.api_answers = [
        replies(503, Retry_After="0"),
        replies(429, Retry_After="0"),
        replies(502),
    ]
    portal.offer(2025, SMALL).answers = [replies(500, HTML, "text/html")]
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert "answers 503; again in 0 s" in done.stderr
    assert bodies(folder) == {2025: SMALL}


@pytest.mark.parametrize(
    "retry_after", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)]
)
def test_a_busy_server_is_left_alone_as_long_as_it_says(
    fetch: Fetch, portal: Portal, folder: Path, retry_after: Callable[[], str]
) -> None:
    times: list[float] = []

    def busy(handler: Any) -> None:
        times.append(time.monotonic())
        replies(429, Retry_After=retry_after())(handler)

    def good(handler: Any) -> None:
        times.append(time.monotonic())
        handler.file()

    portal.offer(2025, SMALL).answers = [busy, good]
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert times[1] - times[0] >= 0.9


@pytest.mark.parametrize(
    "retry_after", ["3600", "9" * 30, "Fri, 31 Dec 2199 23:59:59 GMT"], ids=len
)
def test_a_server_that_is_busy_for_longer_than_there_is_time_is_not_waited_for(
    fetch: Fetch, portal: Portal, folder: Path, retry_after: str
) -> None:
    portal.offer(2025, SMALL).answers = [replies(503, Retry_After=retry_after)] * 9
    with ends():
        done = fetch("--seconds", 600)
    assert_failed(done, "answers 503, again only in", folder)
    assert "not done after 600 s (--seconds)" in done.stderr
    assert len(portal.gets("2025.csv")) == 1


@pytest.mark.parametrize("retry_after", ["soon", "-1", "", "Fri, 99 Foo 2026", "9" * 5000], ids=len)
def test_a_wait_that_cannot_be_read_is_none(
    fetch: Fetch, portal: Portal, folder: Path, retry_after: str
) -> None:
    portal.offer(2025, SMALL).answers = [replies(503, Retry_After=retry_after)]
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert "answers 503; again in 0 s" in done.stderr


def endless_refusal(status: int) -> Answer:
    """Refuse with a body that never ends."""

    def answer(handler: Any) -> None:
        handler.head(status, "text/html", Transfer_Encoding="chunked", Location="?encore")
        while True:
            handler.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    return answer


@pytest.mark.parametrize("status", [302, 503])
def test_the_body_of_a_refusal_is_not_waited_for(
    fetch: Fetch, portal: Portal, folder: Path, status: int
) -> None:
    portal.offer(2025, SMALL).answers = [endless_refusal(status)]
    done = fetch("--seconds", 50)
    assert done.returncode == 0, done.stderr
    assert bodies(folder) == {2025: SMALL}


def test_tries_end(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, SMALL).answers = [replies(503, Retry_After="0")] * 3
    assert_failed(fetch("--retries", 2), "answers 503", folder)
    assert len(portal.gets("2025.csv")) == 3


def drip_head(handler: Any) -> None:
    """Begin a header that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize("answer", [drip(0.1), drip_head])
def test_drops_that_never_end_are_ended(
    fetch: Fetch, portal: Portal, folder: Path, answer: Answer
) -> None:
    portal.offer(2025, LARGE).answers = [answer]
    with ends():  # in drops it would be hours
        assert_failed(fetch("--seconds", 2), "not done after 2 s", folder)


# Killed and simultaneous fetches


def start(portal: Portal, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [COMMAND, "fetch", "--to", folder, "--api", portal.api],
        env={**os.environ, **DIRECT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stall(after: int) -> Answer:
    """Send a part and keep the client waiting."""

    def answer(handler: Any) -> None:
        cut(after)(handler)
        handler.wfile.flush()
        time.sleep(120)

    return answer


def test_a_kill_in_the_middle_leaves_nothing_that_counts(
    fetch: Fetch, portal: Portal, folder: Path
) -> None:
    file = portal.offer(2025, SMALL, url_type=None, size=None)
    assert fetch().returncode == 0
    file.body, file.etag, file.answers = LARGE, '"large"', [stall(100_000)]
    process = start(portal, folder)
    wait_until(lambda: any(p.stat().st_size >= 65_536 for p in folder.glob(".partial/*.part")))
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    assert bodies(folder) == {2025: SMALL}
    assert fetch().returncode == 0
    assert bodies(folder) == {2025: LARGE}
    assert not (folder / ".partial").exists()


def test_two_fetches_at_once_take_turns(fetch: Fetch, portal: Portal, folder: Path) -> None:
    portal.offer(2025, LARGE).answers = [stall(100_000)]
    process = start(portal, folder)
    try:
        wait_until(lambda: portal.gets("2025.csv"))
        done = fetch()
    finally:
        process.kill()
        process.wait(20)
    assert done.returncode == 2
    assert "another fetch is under way there" in done.stderr
    assert fetch().returncode == 0


def test_a_folder_that_cannot_be_written_is_one_line(
    portal_ia: Fetch, portal: Portal, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = portal_ia("fetch", "--to", tmp_path / "file" / "x", "--api", portal.api)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


# What a build makes of the folder


def test_build_takes_the_folder_and_says_where_it_comes_from(
    portal_ia: Fetch, fetch: Fetch, portal: Portal, folder: Path, tmp_path: Path
) -> None:
    portal.offer(2024, SMALL)
    portal.offer(2025, OTHER)
    assert fetch().returncode == 0
    releases = tmp_path / "releases"
    done = portal_ia("build", folder, "--to", releases)
    assert done.returncode == 0, done.stdout + done.stderr
    release = releases / "current"
    portrait = json.loads((release / "manifest.json").read_bytes())["portraits"][1]
    origin = portrait["fetched"]
    assert origin["url"] == f"{portal.address}/fichiers/2025.csv"
    assert origin["sha256"] == portrait["sha256"]
    assert origin["fetched"] == record(folder)["files"][1]["fetched"]
    assert (origin["title"], origin["licence"]) == (
        "Portrait public des utilisations de l'IA",
        "Attribution (CC-BY 4.0)",
    )
    assert origin["metadata_modified"] == "2026-01-27T19:04:03.313402"
    store = ox.Store()
    store.bulk_load(path=release / "catalogue.ttl", format=ox.RdfFormat.TURTLE)
    solutions = store.query(
        """PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?from ?label WHERE {
          <http://localhost:8000/id/portrait/2025> dcterms:provenance ?statement ;
            <http://www.w3.org/ns/dcat#distribution>/dcterms:source ?from .
          ?statement a dcterms:ProvenanceStatement ;
            <http://www.w3.org/2000/01/rdf-schema#label> ?label FILTER (LANG(?label) = "fr") }"""
    )
    assert isinstance(solutions, ox.QuerySolutions)
    (row,) = solutions
    assert row["from"] == ox.NamedNode(origin["url"])
    assert origin["fetched"] in row["label"].value
    assert origin["metadata_modified"] in row["label"].value
    copy = release / "dumps/sources/2025/portrait-2025.csv"
    assert copy.read_bytes() == OTHER


def test_an_odd_url_is_published_as_an_iri(
    portal_ia: Fetch, fetch: Fetch, portal: Portal, folder: Path, tmp_path: Path
) -> None:
    portal.offer(2025, SMALL)
    portal.resources[0]["url"] += "?x=[1]|%zz{é}<%C3%A9>#a#b"
    assert fetch().returncode == 0
    done = portal_ia("build", folder, "--to", tmp_path / "releases")
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((tmp_path / "releases/current/manifest.json").read_bytes())
    url = manifest["portraits"][0]["fetched"]["url"]
    assert url.endswith("/fichiers/2025.csv?x=%5B1%5D%7C%25zz%7B%C3%A9%7D%3C%C3%A9%3E")
    text = (tmp_path / "releases/current/catalogue.nq").read_bytes()
    assert f"<{url}>".encode() in text
    assert list(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def test_build_refuses_what_is_no_longer_what_was_fetched(
    portal_ia: Fetch, fetch: Fetch, portal: Portal, folder: Path, tmp_path: Path
) -> None:
    portal.offer(2025, SMALL)
    assert fetch().returncode == 0
    (folder / record(folder)["files"][0]["path"]).write_bytes(OTHER)
    done = portal_ia("build", folder, "--to", tmp_path / "releases")
    assert done.returncode == 2
    assert "no longer what was fetched" in done.stderr


def test_build_takes_folder_and_file_together(
    portal_ia: Fetch, fetch: Fetch, portal: Portal, folder: Path, tmp_path: Path
) -> None:
    portal.offer(2024, SMALL)
    assert fetch().returncode == 0
    other = tmp_path / "portrait-2025.csv"
    other.write_bytes(OTHER)
    done = portal_ia("check", folder, f"2025={other}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "portrait-2024.csv (2024)" in done.stdout
    done = portal_ia("check", folder, f"2024={other}")
    assert (done.returncode, "2024 is named twice" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "a folder without fetched.json"),
        ("{", "no record of a fetch"),
        ('{"record": 2, "dataset": {}, "files": []}', "no record that this version can read"),
        (
            '{"record": 1, "dataset": {}, "files": [{"year": 2025, "sha256": "../../x"}]}',
            "no record",
        ),
    ],
)
def test_a_folder_that_is_no_fetch_is_one_line(
    portal_ia: Fetch, folder: Path, text: str | None, why: str
) -> None:
    folder.mkdir()
    if text is not None:
        (folder / "fetched.json").write_text(text)
    done = portal_ia("check", folder)
    assert done.returncode == 2
    assert why in done.stderr
    shutil.rmtree(folder)
