"""The Reconciliation Service API from outside, with the requests that OpenRefine makes."""

import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from server.engine.faults import EngineDown
from server.reconciliation import entities
from server.reconciliation.index import Index
from server.release.current import Release
from tests.site.conftest import list_anew
from tests.support.processes import find_workers, send, stop, worked
from tests.support.waiting import wait_until

BODY, INITIATIVE = "def#Organisme", "def#Initiative"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
PROBLEM = "application/problem+json"
BASE = "http://localhost:8000/"  # of the example
HEC = f"{BASE}id/organisme/ecole-des-hautes-etudes-commerciales-de-montreal"
CHUM = f"{BASE}id/organisme/centre-hospitalier-de-l-universite-de-montreal"


@pytest.fixture(scope="module")
def ask(examples: str, fetch: Any) -> Any:
    """POST a form as OpenRefine does; return the reply."""

    def post(path: str = "reconciliation", headers: Any = None, **form: Any) -> Any:
        fields = {name: v if isinstance(v, str) else json.dumps(v) for name, v in form.items()}
        return fetch(examples + path, "POST", urlencode(fields), {**FORM, **(headers or {})})

    return post


@pytest.fixture(scope="module")
def match(ask: Any) -> Any:
    """Match one name; return the candidates."""

    def find(name: str | None, kind: str | None = BODY, **members: Any) -> list[dict[str, Any]]:
        query = {"query": name} if name is not None else {}
        kinds = {"type": BASE + kind} if kind else {}
        reply = ask(queries={"q0": {**query, **kinds, **members}})
        assert (reply.status, reply.kind) == (200, "application/json"), reply.text
        candidates: list[dict[str, Any]] = json.loads(reply.body)["q0"]["result"]
        return candidates

    return find


def test_manifest_says_where_each_service_is(examples: str, fetch: Any) -> None:
    reply = fetch(examples + "reconciliation")
    manifest = json.loads(reply.body)
    assert (reply.status, reply.kind) == (200, "application/json")
    assert manifest["versions"] == ["0.2"]
    assert manifest["name"]
    assert manifest["identifierSpace"] == f"{BASE}id/"
    assert manifest["schemaSpace"] == f"{BASE}def#"
    names = ["Organisme", "Portefeuille", "Initiative"]
    assert [each["id"] for each in manifest["defaultTypes"]] == [
        f"{BASE}def#{name}" for name in names
    ]
    assert all(each["name"] for each in manifest["defaultTypes"])
    assert (manifest["batchSize"], manifest["batchCharacters"]["most"]) == (50, 60_000)
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert template.startswith(examples)
        reply = fetch(template.replace("{{id}}", quote(HEC, safe="")))
        assert reply.status in (200, 303)
    assert isinstance(manifest["preview"]["width"], int)
    assert isinstance(manifest["preview"]["height"], int)
    for service in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        address = service["service_url"] + service["service_path"]
        assert fetch(f"{address}?prefix=&type={quote(BASE + BODY, safe='')}").status == 200
    for setting in manifest["extend"]["property_settings"]:
        assert {"name", "label", "type", "help_text", "default"} == set(setting)


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("exemple.gouv.qc.example", None),
        ("Exemple.gouv.QC.example", None),
        ("autre.exemple:8080", "http://autre.exemple:8080/"),
        ("[::1]:8000", "http://[::1]:8000/"),
    ],
)
def test_services_are_where_the_reader_is(
    site: str, fetch: Any, base_uri: str, host: str, where: str | None
) -> None:
    address = site + "reconciliation"
    reply = fetch(address, Host=host)
    manifest = json.loads(reply.body)
    assert manifest["suggest"]["entity"]["service_url"] == f"{where or base_uri}reconciliation"
    assert manifest["identifierSpace"] == f"{base_uri}id/"
    # Anybody may write a Host: what names it is for no cache that many share.
    assert reply.headers["Cache-Control"].startswith("private, " if where else "public, ")
    # Another host gets other addresses, so a cache must not share this answer.
    tag = reply.headers["ETag"]
    assert fetch(address, Host=host, If_None_Match=tag).status == 304
    assert fetch(address, Host="tiers.exemple", If_None_Match=tag).status == 200


def test_a_host_that_is_none_is_refused(site: str, fetch: Any) -> None:
    assert fetch(site + "reconciliation", Host="a';rm -rf ~;'").status == 400


def test_behind_a_proxy_services_are_below_the_base_uri(
    folder: Path, boot: Any, fetch: Any, base_uri: str
) -> None:
    with boot(folder, workers=1, trusted_proxies="127.0.0.1") as address:
        manifest = json.loads(fetch(f"{address}reconciliation").body)
    assert manifest["suggest"]["entity"]["service_url"] == f"{base_uri}reconciliation"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("HEC Montréal", "ecole-des-hautes-etudes-commerciales-de-montreal"),
        (
            "École des hautes études commerciales de Montréal ",
            "ecole-des-hautes-etudes-commerciales-de-montreal",
        ),
        ("CHUM", "centre-hospitalier-de-l-universite-de-montreal"),
        ("Musée de la Civilisation", "musee-de-la-civilisation"),
        ("musée  de la civilisation", "musee-de-la-civilisation"),
        ("Université du Québec à Montréal", "universite-du-quebec-a-montreal"),
        ("MSSS", "ministere-de-la-sante-et-des-services-sociaux"),
        (HEC, "ecole-des-hautes-etudes-commerciales-de-montreal"),
    ],
)
def test_exact_spelling_of_one_body_is_the_match(match: Any, name: str, slug: str) -> None:
    first, *rest = match(name)
    assert first["id"] == f"{BASE}id/organisme/{slug}"
    assert (first["match"], first["score"]) == (True, 100)
    assert not any(other["match"] for other in rest)
    assert all(other["score"] < 100 for other in rest)


@pytest.mark.parametrize(
    "names",
    [
        ("CISSS de Laval", "Centre de services scolaire de Laval", "Université Laval"),
        ("Université du Québec", "Université du Québec à Montréal"),
        ("MSSS", "Santé Québec"),
    ],
)
def test_bodies_that_look_alike_match_themselves_alone(match: Any, names: tuple[str, ...]) -> None:
    matched = [[each["id"] for each in match(name) if each["match"]] for name in names]
    assert all(len(ids) == 1 for ids in matched)
    assert len({ids[0] for ids in matched}) == len(names)


@pytest.mark.parametrize(
    "name", ["Universite Laval", "Université Lavall", "CSS de Laval", "UQAC 2", "Laval", "MSS"]
)
def test_likeness_is_never_a_match(match: Any, name: str) -> None:
    candidates = match(name)
    assert not any(each["match"] for each in candidates)
    assert all(each["score"] <= 99 for each in candidates)


def test_misspelt_name_has_its_body_first(match: Any) -> None:
    assert match("Universite Lavall")[0]["name"] == "Université Laval"
    assert match("Cegep de Chicoutmi")[0]["name"] == "Cégep de Chicoutimi"


def test_batch_of_ten_as_openrefine_sends_it(ask: Any) -> None:
    names = ["HEC Montréal", "CHUM", "MSSS", "Héma-Québec ", "SOQUIJ", "Télé-université ",
             "Laval", "Rien de tel ici xyz", "John Abbott College ", "Curateur public"]  # fmt: skip
    batch = {
        f"q{number}": {"query": name, "type": BASE + BODY, "type_strict": "should", "limit": 6}
        for number, name in enumerate(names)
    }
    reply = ask(queries=batch)
    answers = json.loads(reply.body)
    assert set(answers) == set(batch)
    for answer in answers.values():
        scores = [each["score"] for each in answer["result"]]
        assert len(scores) <= 6
        assert scores == sorted(scores, reverse=True)
        for each in answer["result"]:
            assert {"id", "name", "score", "match", "type", "features"} <= set(each)
            assert 0 <= each["score"] <= 100
            assert all(set(feature) == {"id", "value"} for feature in each["features"])
    assert [answers[f"q{n}"]["result"][0]["match"] for n in (0, 1, 2, 3, 5, 8)] == [True] * 6
    assert answers["q7"]["result"] == [] or not answers["q7"]["result"][0]["match"]


@pytest.fixture(scope="module")
def twins(examples: str, fetch: Any) -> tuple[str, dict[str, str]]:
    """A name of two initiatives, and the name of the body of each."""
    query = f"""
        PREFIX pia: <{BASE}def#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT DISTINCT ?i ?name ?body WHERE {{
          ?row pia:inscriptionDe ?i ; pia:organisme/skos:prefLabel ?body . ?i rdfs:label ?name
          FILTER(LANG(?body) = "fr")
        }}"""
    address = f"{examples}sparql?format=json&query={quote(query)}"
    by_name: dict[str, dict[str, str]] = {}
    for row in json.loads(fetch(address).body)["results"]["bindings"]:
        by_name.setdefault(row["name"]["value"], {})[row["i"]["value"]] = row["body"]["value"]
    for name, bodies in sorted(by_name.items()):
        if len(bodies) == 1:
            return name, bodies
    raise AssertionError("the example has no initiative of a name of its own")


def test_initiative_is_told_by_its_body_and_year(match: Any, twins: Any) -> None:
    name, bodies = twins
    ((iri, body),) = bodies.items()
    first = match(name, INITIATIVE, properties=[{"pid": "organisme", "v": body}])[0]
    assert (first["id"], first["match"], first["description"]) == (iri, True, body)
    for wrong in ({"pid": "organisme", "v": "SOQUIJ"}, {"pid": "annee", "v": 1999}):
        candidates = match(name, INITIATIVE, properties=[wrong], limit=100)
        assert not any(each["match"] for each in candidates)
        own = next(each for each in candidates if each["id"] == iri)
        assert own["score"] == 50
        assert {"id": wrong["pid"], "value": False} in own["features"]


def test_property_alone_gives_candidates_and_no_match(match: Any) -> None:
    candidates = match(
        None, INITIATIVE, properties=[{"pid": "organisme", "v": {"id": CHUM}}], limit=50
    )
    assert len(candidates) > 5
    descriptions = {each["description"] for each in candidates}
    assert descriptions == {"Centre hospitalier de l'Université de Montréal"}
    assert not any(each["match"] for each in candidates)


def test_spelling_of_several_portfolios_is_no_match_until_the_year_tells(match: Any) -> None:
    kind, name = "def#Portefeuille", "Santé et Services sociaux"
    candidates = match(name, kind)
    exact = [each for each in candidates if each["score"] == 100]
    assert len(exact) > 1
    assert not any(each["match"] for each in candidates)
    year = [{"pid": "annee", "v": "2024"}]
    matched = [each["id"] for each in match(name, kind, properties=year) if each["match"]]
    assert matched == [f"{BASE}id/portefeuille/sante-et-services-sociaux"]


def test_type_leaves_out_others_unless_it_only_should(match: Any) -> None:
    assert {each["type"][0]["id"] for each in match("Justice", BODY)} == {BASE + BODY}
    candidates = match("Justice", BODY, type_strict="should")
    portfolio = next(each for each in candidates if each["id"].endswith("portefeuille/justice"))
    assert (portfolio["score"], portfolio["match"]) == (80, False)
    assert match("Justice", None, type=[BASE + BODY, BASE + INITIATIVE], type_strict="all") == []


def test_limit_is_kept(match: Any) -> None:
    assert len(match("Cégep", limit=3)) == 3
    assert len(match("Cégep", limit=3.0)) == 3
    assert len(match("Cégep", limit=10**30)) <= 100


def test_blanks_find_nothing(match: Any) -> None:
    assert match(" \u00a0\u200b") == []


@pytest.mark.parametrize(
    "query", ['{"query": "\\ud800"}', '{"properties": [{"pid": "annee", "v": "\\ud800"}]}']
)
def test_half_a_pair_in_a_single_query_is_refused(examples: str, fetch: Any, query: str) -> None:
    reply = fetch(f"{examples}reconciliation?{urlencode({'query': query})}")
    assert (reply.status, reply.kind) == (400, PROBLEM)
    assert "surrogate" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("what", ["entity", "property", "type"])
def test_half_a_pair_in_a_suggestion_is_refused(examples: str, fetch: Any, what: str) -> None:
    reply = fetch(f"{examples}reconciliation/suggest/{what}?prefix=%ED%A0%80")
    assert (reply.status, reply.kind) == (400, PROBLEM)


@pytest.mark.parametrize("query", ["HEC Montréal", json.dumps({"query": "HEC Montréal"})])
def test_single_query_of_version_0_1(examples: str, fetch: Any, query: str) -> None:
    address = f"{examples}reconciliation?{urlencode({'query': query})}"
    first = json.loads(fetch(address).body)["result"][0]
    assert (first["id"], first["match"]) == (HEC, True)


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (BROWSER, 303),
        ("text/html", 303),
        ("*/*", 200),
        ("", 200),
        ("application/json, text/javascript, */*; q=0.01", 200),
        ("application/json, text/html", 200),
        ("text/html;q=0.5, application/json", 200),
        ("text/html;q=0, */*", 200),
        ("text/*", 200),
        ("image/png", 200),
    ],
)
def test_only_a_browser_is_led_to_the_help(
    examples: str, fetch: Any, accept: str, status: int
) -> None:
    reply = fetch(f"{examples}reconciliation?lang=en", headers={"Accept": accept})
    assert reply.status == status
    assert "Accept," in f"{reply.headers['Vary']},".replace("Accept-Language", "")
    if status == 303:
        assert reply.headers["Location"].endswith("aide/openrefine?lang=en")
    else:
        assert json.loads(reply.body)["identifierSpace"]
    asked = fetch(
        f"{examples}reconciliation?{urlencode({'queries': json.dumps({'a': {'query': 'CHUM'}})})}",
        headers={"Accept": accept},
    )
    assert asked.status == 200


def test_queries_in_the_address_are_kept_as_other_pages(examples: str, fetch: Any) -> None:
    address = (
        f"{examples}reconciliation?{urlencode({'queries': json.dumps({'a': {'query': 'CHUM'}})})}"
    )
    reply = fetch(address)
    assert json.loads(reply.body)["a"]["result"][0]["id"] == CHUM
    assert "max-age=300" in reply.headers["Cache-Control"]
    assert fetch(address, If_None_Match=reply.headers["ETag"]).status == 304
    other = fetch(address, Accept_Language="en", If_None_Match=reply.headers["ETag"])
    assert other.status == 200


@pytest.mark.parametrize("name", ["Service de police", "NOW()", "\\u00e9", "%41"])
def test_no_name_is_taken_for_a_query_that_changes(examples: str, fetch: Any, name: str) -> None:
    reply = fetch(f"{examples}reconciliation?{urlencode({'query': name})}")
    assert reply.headers["ETag"]
    assert "max-age=300" in reply.headers["Cache-Control"]


def test_names_come_in_the_language_of_the_reader(examples: str, fetch: Any, ask: Any) -> None:
    query = {"q": {"query": "Finances", "type": f"{BASE}def#Portefeuille"}}
    names = {}
    for language in ("fr-CA,fr;q=0.9", "en-CA"):
        reply = ask(headers={"Accept-Language": language}, queries=query)
        assert reply.headers["Content-Language"] == language[:2]
        assert "Accept-Language" in reply.headers["Vary"]
        names[language[:2]] = json.loads(reply.body)["q"]["result"][0]["name"]
    assert names == {"fr": "Finances", "en": "Finance"}
    assert json.loads(fetch(examples + "reconciliation?lang=en").body)["name"].endswith(
        "reconciliation"
    )


def suggest(fetch: Any, address: str, what: str, **parameters: str) -> list[dict[str, Any]]:
    reply = fetch(f"{address}reconciliation/suggest/{what}?{urlencode(parameters)}")
    assert reply.status == 200, reply.text
    items: list[dict[str, Any]] = json.loads(reply.body)["result"]
    assert all(each["id"] and each["name"] for each in items)
    return items


def test_entities_are_suggested_by_how_a_name_begins(examples: str, fetch: Any) -> None:
    assert suggest(fetch, examples, "entity", prefix="hec m")[0]["id"] == HEC
    assert suggest(fetch, examples, "entity", prefix="études commerc")[0]["id"] == HEC
    items = suggest(fetch, examples, "entity", prefix=HEC)
    assert [each["id"] for each in items] == [HEC]
    assert items[0]["notable"][0]["id"] == BASE + BODY
    names = [each["name"] for each in suggest(fetch, examples, "entity", prefix="cegep")]
    assert len(names) == len(set(names)) == 10
    assert all(name.startswith("Cégep") for name in names)


def test_suggestions_go_on_at_a_cursor(examples: str, fetch: Any) -> None:
    whole = suggest(fetch, examples, "entity", prefix="c", limit="20")
    rest = suggest(fetch, examples, "entity", prefix="c", limit="15", cursor="5")
    assert len(whole) == 20
    assert rest == whole[5:]


def test_entities_are_suggested_by_type(examples: str, fetch: Any) -> None:
    items = suggest(fetch, examples, "entity", prefix="just", type=f"{BASE}def#Portefeuille")
    assert [each["id"] for each in items] == [f"{BASE}id/portefeuille/justice"]


def test_types_and_properties_are_suggested_in_both_languages(examples: str, fetch: Any) -> None:
    def ids(what: str, prefix: str) -> list[str]:
        return [each["id"] for each in suggest(fetch, examples, what, prefix=prefix)]

    assert ids("type", "organ") == ids("type", BASE + BODY) == [BASE + BODY]
    assert len(ids("type", "")) == 5
    assert ids("property", "année") == ids("property", "year") == ["annee"]
    assert ids("property", "porte") == ["portefeuille"]
    assert ids("type", "xyz") == ids("property", "xyz") == []


def test_properties_of_a_type_are_proposed(examples: str, fetch: Any) -> None:
    address = f"{examples}reconciliation/extend/propose?type={quote(BASE + BODY, safe='')}"
    proposal = json.loads(fetch(address).body)
    ids = [each["id"] for each in proposal["properties"]]
    assert proposal["type"] == BASE + BODY
    assert {"identiques", "site", "genre", "annee"} <= set(ids)
    assert "benefices" not in ids
    assert json.loads(fetch(f"{address}&limit=2").body) == {
        "properties": proposal["properties"][:2], "type": BASE + BODY, "limit": 2
    }  # fmt: skip


def test_extension_gives_the_values_of_matched_bodies(ask: Any) -> None:
    properties = [{"id": "annee"}, {"id": "identiques"}, {"id": "genre"}, {"id": "portefeuille"}]
    reply = ask(extend={"ids": [HEC, "id-inconnu"], "properties": properties})
    extension = json.loads(reply.body)
    assert [each["id"] for each in extension["meta"]] == [each["id"] for each in properties]
    assert extension["meta"][3]["type"]["id"] == f"{BASE}def#Portefeuille"
    assert set(extension["rows"]) == {HEC, "id-inconnu"}
    row = extension["rows"][HEC]
    assert row["annee"] == [{"int": 2025}, {"int": 2024}]
    assert {"str": "https://ror.org/05ww3wq27"} in row["identiques"]
    assert row["genre"] == [{"id": f"{BASE}id/genre/universite", "name": "Université"}]
    assert row["portefeuille"][0]["name"] == "Enseignement supérieur (Réseau)"
    assert set(extension["rows"]["id-inconnu"]) == set(row)
    assert all(cells == [] for cells in extension["rows"]["id-inconnu"].values())


def test_extension_of_one_portrait_and_of_one_value(ask: Any) -> None:
    def values(**settings: str) -> list[str]:
        properties = [{"id": "portefeuille", "settings": settings}]
        row = json.loads(ask(extend={"ids": [HEC], "properties": properties}).body)["rows"][HEC]
        return [each["name"] for each in row["portefeuille"]]

    both = values()
    assert len(both) == 2
    assert values(annee="2025") == both[:1]
    assert values(annee="2024") == both[1:]
    assert values(limit="1") == both[:1]
    assert values(annee="1999") == []


def test_what_was_replaced_is_extended_as_what_replaced_it(
    site: str, fetch: Any, base_uri: str
) -> None:
    old = f"{base_uri}id/organisme/vieux-montreal"
    parameters = {"extend": json.dumps({"ids": [old], "properties": [{"id": "nom"}]})}
    extension = json.loads(fetch(f"{site}reconciliation?{urlencode(parameters)}").body)
    assert extension["rows"] == {old: {"nom": [{"str": "Cégep du Vieux Montréal"}]}}


def test_preview_is_a_page_that_others_may_frame(examples: str, fetch: Any) -> None:
    address = f"{examples}reconciliation/preview?id={quote(HEC, safe='')}"
    reply = fetch(address, Accept_Language="en")
    assert (reply.status, reply.kind) == (200, "text/html")
    assert "frame-ancestors *" in reply.headers["Content-Security-Policy"]
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    assert '<html lang="en">' in reply.text
    assert "Montréal" in reply.text
    assert "made up" in reply.text
    assert "frame-ancestors 'none'" in fetch(examples).headers["Content-Security-Policy"]
    for link in re.findall(r'href="([^"]+)"', reply.text):
        assert fetch(urljoin(address, link)).status in (200, 303), link
    assert fetch(f"{examples}reconciliation/preview?id=rien").status == 404


def test_preview_of_a_hostile_name_runs_nothing(site: str, fetch: Any) -> None:
    reply = fetch(f"{site}reconciliation/preview?id=initiative/hostile")
    assert reply.status == 200
    assert "<script" not in reply.text
    assert "<img" not in reply.text


def test_view_leads_to_the_resource_on_this_host(examples: str, fetch: Any) -> None:
    address = f"{examples}reconciliation/view?id={quote(CHUM, safe='')}"
    reply = fetch(address)
    assert reply.status == 303
    assert urljoin(address, reply.headers["Location"]) == examples + CHUM.removeprefix(BASE)
    assert fetch(f"{examples}reconciliation/view?id=https://ailleurs.example/").status == 404


@pytest.mark.parametrize(
    "path",
    ["reconciliation", "reconciliation/suggest/entity", "reconciliation/preview",
     "reconciliation/extend/propose"],
)  # fmt: skip
def test_any_origin_may_ask(examples: str, fetch: Any, path: str) -> None:
    headers = {
        "Origin": "https://autre.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, accept-language",
    }
    reply = fetch(examples + path, "OPTIONS", headers=headers)
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    allowed = reply.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed
    assert "accept-language" in allowed
    reply = fetch(f"{examples}{path}?callback=x")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


# A request, its status, and what is said of it in both languages.
TOLD = (
    ({"path": "reconciliation"}, 400, "Donner queries, query ou extend", "Give queries, query or"),
    ({"queries": {}, "query": "a"}, 400, "et non queries et query", "not queries and query"),
    ({"queries": "[1"}, 400, "queries n'est pas du JSON à la ligne 1, colonne 3\u202f; l'an",
     "queries is not JSON at line 1, column 3: Expecting"),
    ({"queries": '{"q": 1}'}, 400, "queries.q n'est pas un objet", "queries.q is not a JSON obj"),
    ({"queries": {"q": {"query": "é" * 2001}}}, 413,
     "queries.q.query a 2\u202f001\u00a0caractères\u202f; en envoyer au plus 2\u202f000.",
     "queries.q.query has 2,001 characters; send at most 2,000."),
    ({"queries": {f"q{n}": {"query": "a" * 2000} for n in range(50)}}, 413,
     "Les 31 premières des 50 requêtes", "The first 31 of 50 queries"),
    ({"query": {"query": "a", "type": "b"}}, 400, "ce service connaît", "this service has"),
    ({"query": "a", "limit": "x"}, 400, "limit vaut «\u00a0x\u00a0»\u202f; donner un nombre",
     "limit is 'x'; give a whole number."),
    ({"extend": {"ids": [], "properties": ["z"]}}, 400, "extend.properties vaut «\u00a0z\u00a0»",
     "extend.properties is 'z'; this service has"),
    ({"path": "reconciliation/suggest/flyout"}, 404, "pas de suggestions de «",
     "no suggestions of 'flyout'"),
    ({"path": "reconciliation/view?id=x"}, 404, "pas d'entité «", "There is no entity 'x'"),
)  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "french", "english"), TOLD)
def test_a_refusal_is_told_in_the_language_that_is_stated(
    ask: Any, fetch: Any, examples: str, sent: Any, status: int, french: str, english: str
) -> None:
    for stated, language, told in (
        (None, "en", english),
        ("en", "en", english),
        ("fr-CA, fr", "fr", french),
    ):
        headers = {"Accept-Language": stated} if stated else {}
        path = sent.get("path", "reconciliation")
        reply = (
            fetch(examples + path, headers=headers) if "/" in path else ask(**sent, headers=headers)
        )
        assert reply.status == status
        assert told in json.loads(reply.body)["detail"]
        assert reply.headers["Content-Language"] == language


def test_jsonp_is_refused(examples: str, fetch: Any) -> None:
    reply = fetch(f"{examples}reconciliation?callback=jQuery123")
    assert (reply.status, reply.kind) == (400, PROBLEM)
    assert "CORS" in json.loads(reply.body)["detail"]


def deep(depth: int) -> str:
    return '{"q":' * depth + "1" + "}" * depth


ONE = {"query": "CHUM"}
REFUSED = {
    "no JSON": ("{", 400, "queries is not JSON"),
    "nested deeply": (deep(20_000), 400, "nested"),
    "a list": ("[]", 400, "not a JSON object"),
    "a number": ("12", 400, "not a JSON object"),
    "null": ("null", 400, "not a JSON object"),
    "not a number": ('{"q": {"query": "a", "limit": NaN}}', 400, "not a JSON number"),
    "infinity by its size": ('{"q": {"query": "a", "limit": 1e999}}', 400, "limit"),
    "digits without end": ('{"q": {"query": "a", "limit": ' + "9" * 5000 + "}}", 400, "1,000 d"),
    "a query that is text": ({"q": "CHUM"}, 400, "queries.q is not a JSON object"),
    "a name that is a number": ({"q": {"query": 1}}, 400, "queries.q.query is not a text"),
    "a name that is a list": ({"q": {"query": ["CHUM"]}}, 400, "not a text"),
    "nothing asked": ({"q": {}}, 400, "neither query nor properties"),
    "no properties": ({"q": {"properties": []}}, 400, "neither query nor properties"),
    "an unknown part": ({"q": {**ONE, "proprietes": []}}, 400, "proprietes"),
    "limit of none": ({"q": {**ONE, "limit": 0}}, 400, "less than 1"),
    "limit of a half": ({"q": {**ONE, "limit": 0.5}}, 400, "whole number"),
    "limit that is true": ({"q": {**ONE, "limit": True}}, 400, "whole number"),
    "limit that is text": ({"q": {**ONE, "limit": "3"}}, 400, "whole number"),
    "strict as never": ({"q": {**ONE, "type_strict": "never"}}, 400, "type_strict"),
    "strict as a list": ({"q": {**ONE, "type_strict": []}}, 400, "type_strict"),
    "an unknown type": ({"q": {**ONE, "type": "Q5"}}, 400, "Organisme"),
    "a type that is a number": ({"q": {**ONE, "type": 5}}, 400, "not a text"),
    "an unknown property": ({"q": {**ONE, "properties": [{"pid": "P1", "v": 1}]}}, 400, "annee"),
    "a property that is text": ({"q": {**ONE, "properties": ["annee"]}}, 400, "not a JSON object"),
    "a value that is null": ({"q": {**ONE, "properties": [{"pid": "annee", "v": None}]}}, 400, "v"),
    "half a pair": ('{"q": {"query": "\\ud800"}}', 400, "surrogate"),
    "half a pair as a key": ('{"\\ud800": {"query": "a"}}', 400, "surrogate"),
    "a name too long": ({"q": {"query": "a" * 2001}}, 413, "2,000"),
    "too many queries": ({f"q{n}": ONE for n in range(51)}, 413, "50"),
    "too many values": (
        {"q": {**ONE, "properties": [{"pid": "annee", "v": ["2025"] * 51}]}}, 413, "50"
    ),
    "half a pair as a value": (
        {"q": {**ONE, "properties": [{"pid": "annee", "v": ["2025", "\ud800"]}]}}, 400, "surrogate"
    ),
    "half a pair as an identifier": (
        {"q": {**ONE, "properties": [{"pid": "organisme", "v": {"id": "\udfff"}}]}}, 400, "pair"
    ),
    "half a pair as a property": (
        {"q": {**ONE, "properties": [{"pid": "\ud800", "v": 1}]}}, 400, "surrogate"
    ),
    "half a pair as a type": ({"q": {**ONE, "type": {"id": "\ud800"}}}, 400, "surrogate"),
    "half a pair as a part": ({"q": {**ONE, "\ud800": 1}}, 400, "unknown field"),
    "half a pair as how strict": ({"q": {**ONE, "type_strict": "\ud800"}}, 400, "type_strict"),
    "half a pair as the limit": ({"q": {**ONE, "limit": "\ud800"}}, 400, "limit"),
    "long names by their sum": (
        {f"q{n}": {"query": "a" * 2000} for n in range(50)}, 413, "send at most 30 at once"
    ),
    "short values by their number": (
        {f"q{n}": {**ONE, "properties": [{"pid": "annee", "v": ["2025"] * 25}] * 20}
         for n in range(50)}, 413, "send at most 5 at once",
    ),
    "as many of everything as may be": (
        {f"q{n}": {**ONE, "properties": [{"pid": "annee", "v": ["2025"] * 50}] * 20}
         for n in range(50)}, 413, "send fewer queries",
    ),
    "a query that is too much alone": (
        {"q": {"properties": [{"pid": "organisme", "v": ["a" * 2000] * 31}]}}, 413, "fewer"
    ),
    "too many properties": (
        {"q": {**ONE, "properties": [{"pid": "annee", "v": 2025}] * 21}}, 413, "20"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_batch_that_cannot_be_one_is_refused_as_a_whole(ask: Any, name: str) -> None:
    sent, status, word = REFUSED[name]
    reply = ask(queries=sent)
    assert (reply.status, reply.kind) == (status, PROBLEM), reply.text[:300]
    assert word in json.loads(reply.body)["detail"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("queries", [10, 50])
def test_batches_that_openrefine_sends_are_never_too_much(ask: Any, queries: int) -> None:
    name, five = "é" * 200, ("annee", "organisme", "portefeuille", "categorie", "statut")
    query = {"query": name, "properties": [{"pid": pid, "v": name} for pid in five]}
    reply = ask(queries={f"q{n}": query for n in range(queries)})
    assert reply.status == 200, reply.text
    assert len(json.loads(reply.body)) == queries


def test_a_batch_that_is_refused_is_answered_as_many_at_once_as_the_refusal_says(ask: Any) -> None:
    batch = {f"q{n}": {"query": f"{n} ".ljust(2000, "e")} for n in range(50)}
    detail = json.loads(ask(queries=batch).body)["detail"]
    [most] = re.findall(r"send at most (\d+) at once", detail)
    assert ask(queries=dict(list(batch.items())[: int(most)])).status == 200
    assert ask(queries=dict(list(batch.items())[: int(most) + 1])).status == 413


def test_hanging_up_ends_the_matching_of_names(examples: str, ask: Any) -> None:
    """Each batch is as much as a request may be; many at once that run to their end show."""

    def batch(name: str) -> dict[str, Any]:
        years = [{"pid": "annee", "v": [str(n), str(2000 + n)]} for n in range(20, 40)]
        query = {"query": f"Cégep Centre de services {name}", "limit": 100, "properties": years}
        return {f"q{n}": {**query, "type_strict": "should", "type": BASE + BODY} for n in range(50)}

    def send_batch(name: str) -> socket.socket:
        form = urlencode({"queries": json.dumps(batch(name))})
        client = socket.create_connection(urlsplit(examples).netloc.split(":"))  # type: ignore[arg-type]
        client.sendall(
            b"POST /reconciliation HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s"
            % (len(form), form.encode())
        )
        return client

    workers = find_workers(examples)

    def sum_work() -> float:
        return sum(map(worked, workers))

    ask(queries=batch("both"))  # whichever worker answers has its names read
    before = sum_work()
    assert ask(queries=batch("whole")).status == 200
    whole, clients, left = sum_work() - before, 24, 0.0
    while left < clients * whole / 2:  # again where this process had its turn too late
        before = sum_work()
        waiting = [send_batch(f"{before} {number}") for number in range(clients)]
        wait_until(lambda before=before: sum_work() > before + whole)  # type: ignore[misc]
        stopped = stop(workers)
        left = clients * whole - (sum_work() - before)
        for client in waiting:
            client.close()
        before = sum_work()
        for worker in stopped:
            send(worker, signal.SIGCONT)
        last = [0.0]

        def rests(last: list[float] = last) -> bool:
            last.append(sum_work())
            return last[-1] < last[-2] + 0.02

        wait_until(rests, every=0.5)
    # A client that closes its side may still wait for its answer: it has 0.4 s of the clock.
    assert sum_work() - before < left / 2


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("{}", 400),
        ("[", 400),
        ({"ids": [], "properties": [{"id": "P1"}]}, 400),
        ({"ids": [], "properties": [{"id": ["annee"]}]}, 400),
        ({"ids": [], "properties": [None]}, 400),
        ({"ids": "annee", "properties": []}, 400),
        ({"ids": [{}], "properties": []}, 400),
        ({"ids": ["a" * 2001], "properties": []}, 413),
        ({"ids": ["\ud800"], "properties": [{"id": "nom"}]}, 400),
        ({"ids": [HEC, f"{BASE}id/\udfff"], "properties": [{"id": "nom"}]}, 400),
        ({"ids": [HEC], "properties": [{"id": "\ud800"}]}, 400),
        ({"ids": [HEC], "properties": [{"id": "nom", "settings": {"annee": "\ud800"}}]}, 400),
        ({"ids": [HEC], "properties": [{"id": "nom", "settings": {"limit": "\ud800"}}]}, 400),
        ({"ids": [HEC], "properties": [{"id": "nom", "settings": {"\ud800": "\ud800"}}]}, 200),
        ({"ids": [], "properties": [{"id": "annee", "settings": 1}]}, 400),
        ({"ids": [], "properties": [{"id": "annee", "settings": {"limit": "-1"}}]}, 400),
        ({"ids": [], "properties": [{"id": "annee", "settings": {"annee": "x"}}]}, 400),
        ({"ids": [str(n) for n in range(201)], "properties": []}, 413),
        ({"ids": [], "properties": [{"id": "annee"}] * 21}, 413),
        ({"ids": ["> } { <", "\u202e", ""], "properties": [{"id": "nom"}]}, 200),
    ],
)
def test_extension_of_any_shape_is_answered(ask: Any, sent: Any, status: int) -> None:
    assert ask(extend=sent).status == status


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("queries=%7B%7D", {"Content-Type": "text/plain"}, 415),
        ("{}", {"Content-Type": "application/json"}, 415),
        ("queries=%7B%7D", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ("queries=%7B%7D", {**FORM, "Content-Encoding": "gzip"}, 415),
        ("queries=%7B%7D&queries=%7B%7D", FORM, 400),
        ("queries=%7B%7D&extend=%7B%7D", FORM, 400),
        ("queries=%ZZ", FORM, 400),
        ("queries=%FF", FORM, 400),
        ("rien=1", FORM, 400),
        ("", FORM, 400),
        ("queries=" + "a" * (512 << 10), FORM, 413),
        ("queries=%7B%7D", FORM, 200),
    ],
)
def test_form_of_any_shape_is_answered(
    examples: str, fetch: Any, body: str, headers: Any, status: int
) -> None:
    assert fetch(examples + "reconciliation", "POST", body, headers).status == status


@pytest.mark.parametrize(
    "query",
    ["prefix=" + "a" * 2001, "prefix=a&cursor=-1", "prefix=a&cursor=10001", "prefix=a&limit=0",
     "prefix=a&limit=x", "prefix=a&cursor=%D9%A1", "prefix=a&type=Q5", "prefix=a&prefix=b"],
)  # fmt: skip
def test_suggestion_of_any_shape_is_answered(examples: str, fetch: Any, query: str) -> None:
    reply = fetch(f"{examples}reconciliation/suggest/entity?{query}")
    assert (reply.status, reply.kind) == (413 if "aaa" in query else 400, PROBLEM)


@pytest.mark.parametrize(
    "name",
    ["a" * 2000, "a " * 1000, "é" * 2000, "-" * 2000, "'" * 2000, "\u202e\u0000\u0007", "💥" * 999,
     " ".join(f"mot{n}" for n in range(300)), "\u0301" * 2000, "((((((((((a+)+)+)+)+)+)+)+)+)+$"],
)  # fmt: skip
def test_names_of_any_shape_find_no_match_and_soon(match: Any, ask: Any, name: str) -> None:
    assert not any(each["match"] for each in match(name, None))


def test_unknown_suggestion_is_404_and_a_stroke_behind_leads_on(examples: str, fetch: Any) -> None:
    assert fetch(examples + "reconciliation/suggest/rien").status == 404
    reply = fetch(examples + "reconciliation/")
    assert reply.status == 308
    assert urljoin(examples + "reconciliation/", reply.headers["Location"]) == (
        examples + "reconciliation"
    )


def test_help_says_how_to_match_in_both_languages(examples: str, fetch: Any) -> None:
    for language, word in (("fr", "Réconcilier"), ("en", "Start reconciling")):
        manifest = json.loads(fetch(f"{examples}reconciliation?lang={language}").body)
        assert manifest["documentation"] == f"{examples}aide/openrefine?lang={language}"
        text = fetch(manifest["documentation"], Accept="text/html").text
        assert word in text
        assert f"{examples}reconciliation" in text


def test_each_release_has_names_of_its_own(
    two_releases: Path, boot: Any, fetch: Any, base_uri: str
) -> None:
    new = f"<{base_uri}id/organisme/nouveau>"
    graph = f"<{base_uri}graph/organismes>"
    with (two_releases / "bbbbbbbbbbbbbbbb/dumps/portraits.nq").open("a") as quads:
        quads.write(f"{new} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                    f"<{base_uri}{BODY}> {graph} .\n")  # fmt: skip
        quads.write(f"{new} <http://www.w3.org/2004/02/skos/core#prefLabel> "
                    f'"Tout nouveau"@fr {graph} .\n')  # fmt: skip
    list_anew(two_releases / "bbbbbbbbbbbbbbbb", "dumps/portraits.nq")
    with boot(two_releases, workers=1) as address:

        def find() -> Any:  # None while the names are being read, 503
            return json.loads(fetch(f"{address}reconciliation?query=Tout+nouveau").body).get(
                "result"
            )

        wait_until(lambda: find() == [])
        (two_releases / "next").symlink_to("bbbbbbbbbbbbbbbb")
        (two_releases / "next").rename(two_releases / "current")
        candidates: list[Any] = []

        def is_found() -> bool:
            candidates[:] = find() or []
            return bool(candidates)

        wait_until(is_found)
    assert [(each["id"], each["match"]) for each in candidates] == [(new[1:-1], True)]


@pytest.fixture
def unread(app: Any) -> Iterator[FlaskClient]:
    """A client of an application without an index yet."""
    entities._indexes.clear()
    yield app.test_client()
    entities._indexes.clear()


def test_names_that_are_still_being_read_are_503(
    unread: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, build = threading.Event(), entities.build_index
    built: list[object] = []

    def slowly(release: Release) -> Index:
        built.append(release)
        assert done.wait(90)
        return build(release)

    monkeypatch.setattr(entities, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(entities, "build_index", slowly)
    assert unread.get("/reconciliation").status_code == 200
    for _ in range(2):
        reply = unread.get("/reconciliation?query=Finances")
        assert (reply.status_code, reply.content_type) == (503, PROBLEM)
        assert reply.headers["Retry-After"] == "5"
    done.set()
    monkeypatch.setattr(entities, "LONGEST_WAIT", 90)
    assert unread.get("/reconciliation?query=Finances").json["result"][0]["match"]  # type: ignore[index]
    assert len(built) == 1


def test_names_that_could_not_be_read_are_read_again(
    unread: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(release: Release) -> Index:
        raise EngineDown("No query process can be had.")

    with monkeypatch.context() as broken:
        broken.setattr(entities, "build_index", fail)
        assert unread.get("/reconciliation?query=Finances").status_code == 503
    assert unread.get("/reconciliation?query=Finances").status_code == 200


def test_body_that_is_coded_is_refused_behind_any_front(client: FlaskClient) -> None:
    sent = {"queries": "{}"}
    assert client.post("/reconciliation", data=sent).status_code == 200
    reply = client.post("/reconciliation", data=sent, headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 415
