"""Style sheet and scripts: cached for good at an address that changes with them, and compressed."""

import re
from typing import Any

import brotli

from server.web import assets

SCRIPT = "text/javascript; charset=utf-8"


def test_addresses_of_this_edition_are_good_for_ever(site: str, fetch: Any) -> None:
    page = fetch(f"{site}sparql", Accept="text/html").text
    links = re.findall(r'(?:href|src)="\./(static/[^"]+)"', page)
    assert len(links) > 20
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
    assert fetch(f"{site}static/{assets.digest()}/../../settings.py").status == 404
    assert fetch(f"{site}static/{assets.digest()}/%2e%2e/%2e%2e/settings.py").status == 404
    assert fetch(f"{site}static/{assets.digest()}//etc/passwd").status == 404
    assert fetch(f"{site}static/{'x' * 300}").status == 404  # too long for a file's name


def test_scripts_are_packed_and_not_sent_again(site: str, fetch: Any) -> None:
    address = f"{site}static/{assets.digest()}/editor/codemirror-view.js"
    plain, packed = fetch(address), fetch(address, Accept_Encoding="br")
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 4
    again = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "br"}
    assert fetch(address, headers=again).status == 304


def test_the_page_for_queries_is_light(site: str, fetch: Any) -> None:
    """The bytes of a first visit, which docs/exploitation.md states."""
    accepted = {"Accept": "text/html", "Accept-Encoding": "br"}
    page = fetch(f"{site}sparql", headers=accepted)
    links = re.findall(
        r'(?:stylesheet|modulepreload)" href="\./([^"]+)"', brotli.decompress(page.body).decode()
    )
    sizes = [len(fetch(site + link, headers=accepted).body) for link in links]
    assert sum(sizes) + len(page.body) < 210_000


def test_the_digest_changes_with_a_byte(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(assets, "_FOLDER", tmp_path)
    digests = set()
    for name, text in (("a.js", "1"), ("a.js", "2"), ("b.js", "2"), ("a.js", "21")):
        (tmp_path / name).write_text(text)
        digests.add(assets.digest.__wrapped__())
    assert len(digests) == 4


def test_without_the_libraries_the_form_is_plain(
    client: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(assets, "_FOLDER", tmp_path)
    assets.modules.cache_clear()
    try:
        page = client.get("/sparql", headers={"Accept": "text/html"}).text
    finally:
        monkeypatch.undo()
        assets.modules.cache_clear()
    assert "<script" not in page
    assert "CodeMirror" not in page
    assert '<textarea id="query"' in page


def test_the_licences_are_served(site: str, fetch: Any) -> None:
    page = fetch(f"{site}sparql", Accept="text/html").text
    (link,) = re.findall(r'href="\./([^"]+LICENCES\.txt)"', page)
    text = fetch(site + link).text
    for module in assets.modules():
        if module.startswith("editor/"):
            name = module.removeprefix("editor/").removesuffix(".js")
            assert name in re.sub(r"[@/]", "-", text).replace("\n-", "\n"), name
    assert text.count("Permission is hereby granted") == 13
