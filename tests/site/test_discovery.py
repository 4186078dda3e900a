"""What leads to the data: sitemap, feed, context, schema.org, Link headers."""

import html
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from pyld import jsonld
from werkzeug.http import parse_date

from tests.site.conftest import BASE, list_anew, write_release

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


def locations(body: bytes, name: str) -> list[str]:
    root = ElementTree.fromstring(body)
    assert root.tag == SITEMAP + {"url": "urlset", "sitemap": "sitemapindex"}[name]
    assert {each.tag for each in root} == {SITEMAP + name}
    return [each.findtext(f"{SITEMAP}loc") or "" for each in root]


def test_robots_name_the_sitemap(site: str, fetch: Any) -> None:
    assert f"\nSitemap: {BASE}sitemap.xml\n" in fetch(f"{site}robots.txt").text


def test_each_page_of_the_sitemap_is_there_and_each_resource_is_in_it(
    site: str, fetch: Any, folder: Path
) -> None:
    parts = locations(fetch(f"{site}sitemap.xml").body, "sitemap")
    assert parts == [f"{BASE}sitemap/1.xml"]
    reply = fetch(parts[0].replace(BASE, site))
    assert reply.kind == "application/xml"
    pages = locations(reply.body, "url")
    assert len(pages) == len(set(pages)) > 100
    for page in pages[:5] + pages[5::20]:
        there = fetch(page.replace(BASE, site), Accept="text/html")
        assert (there.status, there.kind) == (200, "text/html"), page
    for path in ("", "dumps/", "catalogue", "def", "doc/portrait/2025", "doc/initiative/aaaa/2025"):
        assert BASE + path in pages


def test_the_date_of_a_page_is_that_of_the_release(site: str, fetch: Any) -> None:
    modified = parse_date(fetch(f"{site}dumps/portraits.nq").headers["Last-Modified"])
    for path in ("sitemap.xml", "sitemap/1.xml"):
        dates = set(re.findall("<lastmod>(.*?)</lastmod>", fetch(site + path).text))
        assert [datetime.fromisoformat(date) for date in dates] == [modified]


@pytest.mark.parametrize("name", ["0", "2", "01", "-1", "x", "1e0", "²"])
def test_a_part_that_is_not_there_names_those_that_are(site: str, fetch: Any, name: str) -> None:
    from urllib.parse import quote

    reply = fetch(f"{site}sitemap/{quote(name)}.xml", Accept="application/json")
    assert reply.status == 404
    assert "there are 1 to 1" in json.loads(reply.body)["detail"]


def test_the_sitemap_of_many_rows_has_parts_of_50_000(
    tmp_path: Path, boot: Any, fetch: Any
) -> None:
    release = tmp_path / ("a" * 16)
    write_release(release, more=1)
    with (release / "documents.txt").open("w") as out:
        out.writelines(f"initiative/{n:06}\ninitiative/{n:06}/2025\n" for n in range(26_000))
    list_anew(release, "documents.txt")
    (tmp_path / "current").symlink_to(release.name)
    with boot(tmp_path, workers=1) as site:
        parts = locations(fetch(f"{site}sitemap.xml").body, "sitemap")
        parts_of_sitemap = [
            locations(fetch(part.replace(BASE, site)).body, "url") for part in parts
        ]
    assert len(parts_of_sitemap[0]) == 50_000
    assert 2_000 < len(parts_of_sitemap[1]) < 2_200  # documents, and the pages of the site
    pages = [page for part in parts_of_sitemap for page in part]
    assert len(set(pages)) == len(pages)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_feed_tells_of_releases_and_changes(
    site: str, fetch: Any, folder: Path, language: str
) -> None:
    reply = fetch(f"{site}atom.xml?lang={language}")
    assert reply.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(reply.body)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    # RFC 4287, 4.1.1 and 4.1.2: what there must be.
    for node in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert (node.findtext(ATOM + name) or "").strip()
        assert datetime.fromisoformat(node.findtext(f"{ATOM}updated") or "").tzinfo
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    release = (folder / "current").resolve().name
    assert f"{BASE}dumps/releases/{release}/" in ids
    for entry in feed.iter(f"{ATOM}entry"):
        link = entry.find(f"{ATOM}link")
        assert link is not None
        there = fetch((link.get("href") or "").replace(BASE, site), Accept="text/html")
        assert there.status == 200


def test_the_feed_speaks_the_language_that_is_asked_for(site: str, fetch: Any) -> None:
    for language in ("fr", "en"):
        reply = fetch(f"{site}atom.xml", Accept_Language=language)
        assert f'xml:lang="{language}"' in reply.text
        assert "Accept-Language" in reply.headers["Vary"]


def test_the_context_reads_our_documents(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}contexte.jsonld", Origin="https://exemple.invalid")
    assert reply.kind == "application/ld+json"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    for path in ("doc/portrait/2025", "def"):
        written = fetch(f"{site}{path}.jsonld")
        # A context that is older than the document would lack its new terms.
        assert written.headers["Cache-Control"] == reply.headers["Cache-Control"]
        document = json.loads(written.body)
        assert urljoin(f"{site}{path}.jsonld", document["@context"]) == f"{site}contexte.jsonld"
        read = ox.parse(fetch(f"{site}{path}.nt").body, format=ox.RdfFormat.N_TRIPLES)
        linked = jsonld.normalize(
            {**document, **json.loads(reply.body)}, {"format": "application/n-quads"}
        )
        assert set(ox.parse(linked, format=ox.RdfFormat.N_QUADS)) == set(read)
    for path in ("catalogue", "graph/2025"):
        assert "pia" in json.loads(fetch(f"{site}{path}.jsonld").body)["@context"]
    tag = reply.headers["ETag"]
    assert fetch(f"{site}contexte.jsonld", If_None_Match=tag).status == 304


def offline(url: str, options: Any) -> Any:
    """Return the part of the context of schema.org that our descriptions need."""
    assert url == "https://schema.org/"
    return {"documentUrl": url, "document": {"@context": {"@vocab": url}}, "contextUrl": None}


def described(site: str, fetch: Any, path: str) -> list[dict[str, Any]]:
    text = fetch(site + path, Accept="text/html", Accept_Language="fr").text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    [description] = [block for block in blocks if '"@context": "https://schema.org/"' in block]
    assert not re.search(r"[<>&\u2028\u2029]", description)
    document = json.loads(description)
    assert jsonld.to_rdf(document, {"documentLoader": offline})
    nodes: list[dict[str, Any]] = document["@graph"]
    return nodes


@pytest.mark.parametrize(
    ("path", "iri"),
    [
        ("", "catalogue#serie"),
        ("dumps/", "catalogue#serie"),
        ("doc/portrait/2025", "id/portrait/2025"),
    ],
)
def test_schema_org_describes_datasets(site: str, fetch: Any, path: str, iri: str) -> None:
    [dataset] = [node for node in described(site, fetch, path) if node["@type"] == "Dataset"]
    assert dataset["@id"] == BASE + iri
    for name in ("name", "description", "license", "creator", "temporalCoverage", "url"):
        assert dataset[name], name
    assert dataset["isAccessibleForFree"] is True
    assert len(dataset["distribution"]) >= 1
    for offered in dataset["distribution"]:
        reply = fetch(offered["contentUrl"].replace(BASE, site))
        assert (reply.status, reply.kind) == (200, offered["encodingFormat"])
        assert offered["contentSize"] == f"{len(reply.body)} B"


def test_the_home_page_names_the_catalogue_and_what_it_lists(site: str, fetch: Any) -> None:
    catalogue, series = described(site, fetch, "")
    assert catalogue["@type"] == "DataCatalog"
    named = {node["@id"] for node in catalogue["dataset"]}
    assert named == {series["@id"], f"{BASE}id/portrait/2024", f"{BASE}id/portrait/2025"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_all_citations_of_the_whole_name_one_year(
    published: str, fetch: Any, language: str
) -> None:
    home = fetch(f"{published}?lang={language}", Accept="text/html").text
    shown = re.findall('<blockquote class="quote">(.*?)</blockquote>', home)
    guide = fetch(f"{published}aide/citation?lang={language}", Accept="text/html").text
    assert re.findall('<blockquote class="quote">(.*?)</blockquote>', guide) == shown
    (series,) = [n for n in described(published, fetch, f"?lang={language}")
                 if n["@type"] == "Dataset"]  # fmt: skip
    assert [html.unescape(text) for text in shown] == [series["citation"]]
    bibtex = fetch(f"{published}citation.bib?lang={language}").text
    (year,) = re.findall(r"year = \{(\d+)\}", bibtex)  # that in which the release was published
    assert f", {year}. " in series["citation"]


def test_other_resources_are_no_datasets(site: str, fetch: Any) -> None:
    text = fetch(f"{site}doc/initiative/aaaa/2025", Accept="text/html").text
    assert "DataDownload" not in text
    assert '"@type": "Dataset"' not in text


def test_a_title_cannot_leave_its_script(tmp_path: Path, boot: Any, fetch: Any) -> None:
    release = tmp_path / ("a" * 16)
    write_release(release, more=1)
    manifest = json.loads((release / "manifest.json").read_text())
    evil = "</script><script>alert(1)</script><!--\u2028&"
    manifest["series"]["title"] = manifest["series"]["description"] = {"fr": evil, "en": evil}
    manifest["publisher"]["name"] = {"fr": evil, "en": evil}
    (release / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "current").symlink_to(release.name)
    with boot(tmp_path, workers=1) as site:
        for path in ("", "dumps/", "doc/portrait/2025"):
            nodes = described(site, fetch, path)
            assert evil in {(node.get("creator") or node["publisher"])["name"] for node in nodes}
            assert "<script>alert" not in fetch(site + path, Accept="text/html").text
        feed = ElementTree.fromstring(fetch(f"{site}atom.xml").body)
        assert feed.findtext(f"{ATOM}title") == evil
    shutil.rmtree(release)


def test_link_headers_say_what_describes_a_page_and_how_to_cite_it(site: str, fetch: Any) -> None:
    for path, expected in (
        ("", ('<./catalogue.ttl>; rel="describedby"', f'<{BASE}>; rel="cite-as"',
              '<./atom.xml>; rel="alternate"', 'rel="license"')),
        ("doc/portrait/2025", (f'<{BASE}id/portrait/2025>; rel="cite-as"', 'rel="license"')),
        ("dumps/", ('<../catalogue.ttl>; rel="describedby"', 'rel="license"', 'rel="cite-as"')),
    ):  # fmt: skip
        link = fetch(site + path, Accept="text/html").headers["Link"]
        for part in expected:
            assert part in link


def test_the_catalogue_of_services_leads_to_each_and_its_description(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}.well-known/api-catalog")
    assert reply.kind == "application/linkset+json"
    assert 'profile="https://www.rfc-editor.org/info/rfc9727"' in reply.headers["Content-Type"]
    assert 'rel="api-catalog"' in fetch(f"{site}.well-known/api-catalog", "HEAD").headers["Link"]
    services = json.loads(reply.body)["linkset"]
    assert {service["anchor"] for service in services} >= {
        f"{BASE}{name}" for name in ("sparql", "reconciliation", "requetes")
    }
    for service in services:
        for link in (*service.get("service-desc", ()), *service["service-meta"]):
            there = fetch(link["href"].replace(BASE, site), Accept=link["type"])
            assert (there.status, there.kind) == (200, link["type"])


def test_nobody_is_named_for_weaknesses_unless_the_publisher_does(site: str, fetch: Any) -> None:
    assert fetch(f"{site}.well-known/security.txt").status == 404


def test_whom_to_tell_of_a_weakness_is_said_as_the_standard_says(
    folder: Path, boot: Any, fetch: Any
) -> None:
    named = "https://a.example/securite, mailto:securite@a.example"
    with boot(folder, workers=1, security_contacts=named) as site:
        reply = fetch(f"{site}.well-known/security.txt")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line.partition(": ")[::2] for line in reply.body.decode().splitlines()]
    assert [value for name, value in lines if name == "Contact"] == named.split(", ")
    fields = dict(lines)
    assert fields["Canonical"] == f"{BASE}.well-known/security.txt"
    assert fields["Preferred-Languages"] == "fr, en"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=170) < left < timedelta(days=365)
    assert reply.headers["Cache-Control"] == "no-store"  # or it would be kept until it expires
