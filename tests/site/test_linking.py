"""Our own reconciliation service proposes to another publisher; what is accepted is served."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from tests.conftest import HEADER, ROW, Run
from transform.fetch.http_client import Bounds
from transform.linking.service import open_service

OURS = "https://ia.exemple.gouv.qc.example/"
THEIRS = "https://autre.exemple.gouv.qc.example/donnees/"
BODY = "id/organisme/bureau-du-coroner"
WHO = ("--author", "Ada Tremblay", "--because", "même nom, même site")
SAME_AS = "https://schema.org/sameAs"


class Two(NamedTuple):
    """What our service proposed, and the address of the other's site."""

    proposed: str
    site: str


@pytest.fixture(scope="module")
def two(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Serve our release, let the other ask us, accept our body, build and serve that."""
    folder = tmp_path_factory.mktemp("two")
    with (folder / "2024.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, (*ROW[:2], "Bureau du coroner", *ROW[3:])])

    def run(*words: object) -> str:
        done = portrait_ia(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build(base: str, name: str) -> None:
        run("build", f"2024={folder / '2024.csv'}", "--to", folder / name, "--base-uri", base)

    build(OURS, "ours")
    build(THEIRS, "theirs")
    with boot(folder / "ours", workers=1) as site:
        service, ask = f"{site}reconciliation", ("link", folder / "theirs", "--list", "--service")
        proposed = run(*ask, service, "--type", f"{OURS}def#Organisme")
        accept = ("--accept", f"{THEIRS}{BODY}={OURS}{BODY}", "--service", service)
        run("link", folder / "theirs", *accept, *WHO)
    build(THEIRS, "theirs")
    with boot(folder / "theirs", workers=1) as site:
        yield Two(proposed, site)


def test_our_service_proposes_the_body_of_the_same_name(two: Two) -> None:
    rows = list(csv.DictReader(io.StringIO(two.proposed)))
    [row] = [row for row in rows if row["body"] == THEIRS + BODY and row["match"] == "true"]
    assert (row["iri"], row["iri_from"], row["score"]) == (OURS + BODY, "id", "100")
    assert row["name"] == "Bureau du coroner"


def test_our_manifest_says_what_the_iri_of_an_identifier_is(two: Two) -> None:
    service = open_service(f"{two.site}reconciliation", "fr", Bounds(1 << 20, 60, 3), print)
    assert service.iri_of(THEIRS + BODY) == (THEIRS + BODY, "id")
    short = BODY.removeprefix("id/")
    assert service.iri_of(short) == (THEIRS + BODY, "identifierSpace")
    # Had it named no space, its view would lead there too, by an address of its own.
    address, field = service._replace(space="").iri_of(short)
    assert (address, field) == (
        f"{two.site}reconciliation/view?id={quote(short, safe='')}", "view.url"
    )  # fmt: skip


def ask(two: Two, fetch: Any, query: str) -> list[dict[str, str]]:
    reply = fetch(f"{two.site}sparql?{urlencode({'query': query})}", Accept="text/csv")
    assert reply.status == 200, reply.text
    return list(csv.DictReader(io.StringIO(reply.text)))


def test_the_link_and_who_decided_are_served(two: Two, fetch: Any) -> None:
    query = f"""PREFIX pia: <{THEIRS}def#> PREFIX prov: <http://www.w3.org/ns/prov#>
      SELECT ?decision ?who ?why {{ GRAPH <{THEIRS}graph/organismes> {{ ?body <{SAME_AS}> ?ours }}
        GRAPH <{THEIRS}graph/rapprochements> {{ ?decision a pia:DecisionLien ;
          pia:porteSur ?body , ?ours ; pia:preuve ?why ;
          prov:wasAssociatedWith/<http://www.w3.org/2000/01/rdf-schema#label> ?who }}
        FILTER(?ours = <{OURS}{BODY}>) }}"""
    [row] = ask(two, fetch, query)
    assert (row["who"], row["why"]) == ("Ada Tremblay", "même nom, même site")
    decision = row["decision"].removeprefix(f"{THEIRS}id/")
    for language, words in (("fr", "proposé par"), ("en", "proposed by")):
        page = fetch(f"{two.site}doc/{decision}.html?lang={language}").text
        assert words in page
        assert OURS + BODY in page
    assert f'href="{OURS}{BODY}"' in fetch(f"{two.site}doc/organisme/bureau-du-coroner.html").text


def test_void_counts_what_sparql_counts(two: Two, fetch: Any) -> None:
    body = fetch(f"{two.site}.well-known/void.nt").body
    descriptions: dict[str, dict[str, str]] = {}
    for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES):
        name = quad.predicate.value.rpartition("#")[2]
        descriptions.setdefault(str(quad.subject), {})[name] = str(quad.object).strip("<>")
    links = {
        f["objectsTarget"]: f for f in descriptions.values() if f.get("linkPredicate") == SAME_AS
    }
    assert len(links) == 2
    for target, facts in links.items():
        space = descriptions[f"<{target}>"]["uriSpace"].strip('"')
        query = (
            f'SELECT (COUNT(*) AS ?n) {{ ?s <{SAME_AS}> ?o FILTER(STRSTARTS(STR(?o), "{space}")) }}'
        )
        assert ask(two, fetch, query) == [{"n": facts["triples"].split('"')[1]}]


def test_the_other_service_extends_bodies_by_it(two: Two, fetch: Any) -> None:
    extend = {"ids": [THEIRS + BODY], "properties": [{"id": "identiques"}]}
    form = urlencode({"extend": json.dumps(extend)})
    text = fetch(f"{two.site}reconciliation?{form}").text
    assert OURS + BODY in text
