"""Style sheet and scripts: cached for good at an address that changes with them, and compressed."""

import re
import shutil
from pathlib import Path
from typing import Any

import brotli
import pytest

from server.web import assets
from tests.conftest import PROJECT

SCRIPT = "text/javascript; charset=utf-8"


def test_addresses_of_this_edition_are_good_for_ever(site: str, fetch: Any) -> None:
    page = fetch(f"{site}sparql", Accept="text/html").text
    links = re.findall(r'(?:href|src)="\./(static/[^"]+)"', page)
    assert len(links) == 3  # the licences, too
    for link in links:
        reply = fetch(site + link)
        assert reply.status == 200, link
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        if link.endswith(".js"):
            assert reply.headers["Content-Type"] == SCRIPT, link


def test_other_addresses_are_not_kept_for_long(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}static/portrait.css")
    assert reply.headers["Cache-Control"].startswith("public, max-age=300")
    assert fetch(f"{site}static/{assets.digest()}/sparql").status == 404
    assert fetch(f"{site}static/{'0' * 16}/portrait.css").status == 404
    assert fetch(f"{site}static/built/portrait-00000000.css").status == 404
    assert fetch(f"{site}static/{assets.digest()}/../../settings.py").status == 404
    assert fetch(f"{site}static/{assets.digest()}/%2e%2e/%2e%2e/settings.py").status == 404
    assert fetch(f"{site}static/{assets.digest()}//etc/passwd").status == 404
    assert fetch(f"{site}static/{'x' * 300}").status == 404  # too long for a file's name


def test_scripts_are_packed_and_not_sent_again(site: str, fetch: Any) -> None:
    address = site + assets.locate("sparql/page.js")
    plain, packed = fetch(address), fetch(address, Accept_Encoding="br")
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2.5  # it is short already
    again = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "br"}
    assert fetch(address, headers=again).status == 304


@pytest.mark.parametrize(
    ("path", "scripts", "most"),
    [("", 0, 12_000), ("doc/portrait/2025", 0, 15_000), ("sparql", 1, 130_000)],
)
def test_a_page_has_one_style_sheet_and_its_script(
    site: str, fetch: Any, path: str, scripts: int, most: int
) -> None:
    """The requests and bytes of a first visit, which docs/exploitation.md states."""
    accepted = {"Accept": "text/html", "Accept-Encoding": "br"}
    page = fetch(site + path, headers=accepted)
    links = re.findall(
        r'<(link rel="stylesheet" href|link rel="modulepreload" href|script[^>]* src)="([^"]+)"',
        brotli.decompress(page.body).decode(),
    )
    assert [kind.split()[0] for kind, _ in links] == ["link", *["script"] * scripts]
    assert all(re.search(r"static/built/\w+-[A-Z0-9]{8}\.(css|js)$", link) for _, link in links)
    files = [fetch(site + link[link.index("static/") :], headers=accepted) for _, link in links]
    assert all(file.status == 200 for file in files)
    assert sum(len(reply.body) for reply in (page, *files)) < most


def test_the_digest_changes_with_a_byte(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    digests = set()
    for name, text in (("a.js", "1"), ("a.js", "2"), ("b.js", "2"), ("a.js", "21")):
        (tmp_path / name).write_text(text)
        digests.add(assets.digest.__wrapped__())
    assert len(digests) == 4


def test_where_nothing_is_bundled_pages_take_the_sources_and_the_form_is_plain(
    client: Any, tmp_path: Path, monkeypatch: Any, caplog: Any
) -> None:
    static, cached = tmp_path / "static", (assets.digest, assets.has_editor, assets.file_names)
    skipped = shutil.ignore_patterns("built")
    shutil.copytree(PROJECT / "server/static", static, ignore=skipped)
    monkeypatch.setattr(assets, "FOLDER", static)
    clear = [function.cache_clear for function in (*cached, assets.bundle_of)]
    try:
        for forget in clear:
            forget()
        page = client.get("/sparql", headers={"Accept": "text/html"}).text
        (link,) = re.findall(r'stylesheet" href="\./([^"]+)"', page)
        with client.get(link) as style:
            text = style.data
    finally:
        monkeypatch.undo()
        for forget in clear:
            forget()
    assert "<script" not in page
    assert "CodeMirror" not in page
    assert '<textarea id="query"' in page
    assert text == (PROJECT / "server/static/portrait.css").read_bytes()
    assert "immutable" in style.headers["Cache-Control"]
    assert "run «pip install -e .» again" in caplog.text


def test_a_source_that_changed_since_it_was_bundled_is_named(
    tmp_path: Path, monkeypatch: Any, caplog: Any
) -> None:
    shutil.copytree(PROJECT / "server/static", tmp_path / "static")
    (tmp_path / "static/portrait.css").write_text("p {}")
    monkeypatch.setattr(assets, "FOLDER", tmp_path / "static")
    assert assets.bundle_of.__wrapped__()["portrait.css"].startswith("built/portrait-")
    (line,) = caplog.messages
    assert line.startswith("server/static/portrait.css has changed since it was bundled")


def test_the_licences_are_served(site: str, fetch: Any) -> None:
    page = fetch(f"{site}sparql", Accept="text/html").text
    (link,) = re.findall(r'href="\./([^"]+LICENCES\.txt)"', page)
    assert re.search(r"^@codemirror/view [\d.]+ \(MIT\)", fetch(site + link).text, re.MULTILINE)
