"""Comparisons over HTTP: their pages, their files, and the rows that each number counts."""

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pyoxigraph as ox
import pytest

from transform.rdf import syntaxes

HTML = {"Accept": "text/html"}
PATH = "changements/2024-2025"


@pytest.fixture(scope="module")
def page(examples: str, fetch: Any) -> str:
    reply = fetch(examples + PATH, headers=HTML)
    assert (reply.status, reply.kind) == (200, "text/html")
    text: str = reply.text
    return text


def figures(page: str) -> list[tuple[str, str, str]]:
    """Return each number of a page with the link to its rows and that to its query."""
    links: list[tuple[str, str, str]] = re.findall(
        r'<span class="figure"><a href="([^"]+)">([^<]+)</a><a class="ask" href="([^"]+)"', page
    )
    return [(number, rows, query) for rows, number, query in links]


def plain(page: str) -> str:
    """Return the text of a page without markup and without the query links behind numbers."""
    bare = re.sub(r'<a class="ask".*?</a>', "", page)
    bare = bare.replace("</td>", " </td>").replace("</th>", " </th>")
    return " ".join(re.sub(r"<[^>]+>", "", bare).replace("&#39;", "'").split())


def test_page_says_what_changed_in_french(page: str) -> None:
    text = plain(page)
    assert "22 nouveaux organismes et 60 organismes présents dans les deux" in text
    assert "on croirait voir 58 nouveaux organismes et 41 absents" in text
    assert "31 en 2024, 58 en 2025 (+87 %)" in text
    assert "Absent ne veut pas dire terminé" in text
    assert "nouveaux en 2025 58 22" in text
    assert "Société de l'assurance automobile du Québec" in text


def test_each_step_of_a_long_list_says_how_many_it_shows(page: str) -> None:
    section = page[page.index("initiatives-a-trancher") :].partition("</section>")[0]
    first, more = section.split("<details", 1)
    shown = len(re.findall("<li>", first)), len(re.findall("<li>", more))
    assert shown == (10, 50)
    total = int(re.findall(r"initiatives-a-trancher[^>]*>(\d+)<", page)[0])
    assert f"En montrer 50 de plus\u00a0: 60 sur {total}<" in more
    assert f">Toute la liste\u00a0: {total}</a>" in more


def test_page_says_what_changed_in_english(examples: str, fetch: Any) -> None:
    reply = fetch(examples + PATH, headers={**HTML, "Accept-Language": "en"})
    text = plain(reply.text)
    assert '<html lang="en">' in reply.text
    assert "22 new bodies and 60 bodies in both" in text
    assert "Higher Education (whole)" in text
    assert "Accept-Language" in reply.headers["Vary"]
    assert reply.headers["ETag"]


def test_every_number_leads_to_as_many_rows_and_to_a_query_that_gives_them(
    examples: str, fetch: Any, page: str
) -> None:
    numbers_on_page = figures(page)
    assert len(numbers_on_page) > 80
    numbers = fetch(f"{examples}{PATH}.csv").text
    by_name = {line["nom"]: line for line in csv.DictReader(io.StringIO(numbers, newline=""))}
    for number, rows, query in sorted(set(numbers_on_page)):
        address = urljoin(examples + PATH, rows)
        answer = fetch(f"{address}.csv")
        assert answer.status == 200, address
        lines = list(csv.reader(io.StringIO(answer.text, newline="")))
        if number.startswith("entre"):
            line = by_name[address.partition(f"{PATH}/")[2]]
            assert number == f"entre {line['minimum']} et {line['maximum']}"
            number = line["effectif"]
        assert len(lines) - 1 == int(number), address
        assert [line for line in lines if not all(line)] == [], address
        redirect = fetch(urljoin(examples + PATH, query.replace("&amp;", "&")))
        assert redirect.status == 303
        target = urljoin(address, redirect.headers["Location"])
        assert urlsplit(target).path == "/sparql"
        assert "SELECT" in parse_qs(urlsplit(target).query)["query"][0]


def test_range_of_initiatives_is_that_of_the_manifest_and_its_pairs_have_names(
    examples: str, fetch: Any, page: str, example: Path
) -> None:
    manifest = json.loads((example / "current" / "manifest.json").read_bytes())
    number = manifest["open"][0]["pairs"]
    text = plain(page)
    assert re.search("entre [0-9]+ et 182 nouvelles", text)
    assert f"Il reste à trancher {number} paires d'initiatives" in text
    section = text.partition("Paires d'initiatives à trancher")[2].partition("Organismes")[0]
    # The page lists the first of them only; the rows behind the number are all.
    assert section.count("≟") == 60 < number
    assert "Exemple 8236 : Priorisation des dossiers pour les réseaux ≟ Exemple 8236" in section
    rows = fetch(f"{examples}{PATH}/initiatives-a-trancher", headers=HTML)
    assert rows.text.count("<tr>") - 1 == number
    assert "Exemple 8236 : Priorisation" in rows.text


def test_query_behind_a_number_is_answered_by_the_endpoint(examples: str, fetch: Any) -> None:
    redirect = fetch(f"{examples}{PATH}/organismes-nouveaux?requete=1")
    target = urljoin(f"{examples}{PATH}/x", redirect.headers["Location"])
    answer = fetch(target.replace("format=html", "format=json"))
    assert len(json.loads(answer.body)["results"]["bindings"]) == 22


def test_rows_are_a_page_with_names_that_lead_to_things(examples: str, fetch: Any) -> None:
    reply = fetch(f"{examples}{PATH}/organismes-renommes", headers=HTML)
    assert reply.status == 200
    assert reply.text.count("<tr>") == 24
    slug = "ecole-des-hautes-etudes-commerciales-de-montreal"
    assert f'href="../../id/organisme/{slug}"' in reply.text
    assert re.search("HEC Montréal</bdi></td><td[^>]*>.*École des hautes études", reply.text)
    assert "Organismes dont la graphie a changé de 2024 à 2025" in reply.text
    assert "SELECT ?organisme" in reply.text


def test_a_row_names_the_year_of_an_entry_and_each_cell_its_column(
    examples: str, fetch: Any
) -> None:
    reply = fetch(f"{examples}{PATH}/initiatives-nouvelles", headers=HTML)
    cell = re.search(
        '<td data-label="Inscription"><a href="[^"]*/2025".*?<bdi>(.*?)</bdi>', reply.text
    )
    assert cell
    assert cell[1] == "2025"
    assert reply.text.count('data-label="Initiative"') == reply.text.count("<tr>") - 1


def test_rows_are_paged(examples: str, fetch: Any) -> None:
    address = f"{examples}{PATH}/initiatives-apres"
    pages = [fetch(f"{address}?page={number}", headers=HTML) for number in (1, 2, 3, 4)]
    assert [reply.status for reply in pages] == [200, 200, 200, 404]
    assert [reply.text.count("<tr>") - 1 for reply in pages[:3]] == [100, 100, 58]
    assert 'rel="next"' in pages[1].text
    assert 'rel="next"' not in pages[2].text


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "nt", "rdf"])
def test_comparison_as_rdf_is_one_graph_in_every_syntax(
    examples: str, fetch: Any, suffix: str
) -> None:
    syntax = syntaxes.BY_SUFFIX[suffix]
    reply = fetch(f"{examples}{PATH}.{suffix}")
    assert (reply.status, reply.kind) == (200, syntax.media_type)
    negotiated = fetch(examples + PATH, headers={"Accept": syntax.media_type})
    assert negotiated.body == reply.body
    read = {quad.triple for quad in ox.parse(reply.body, format=syntax.rdf)}
    nt = fetch(f"{examples}{PATH}.nt")
    assert read == {quad.triple for quad in ox.parse(nt.body, format=ox.RdfFormat.N_TRIPLES)}
    values = {(str(t.subject).rpartition("/")[2], str(t.object)) for t in read}
    assert ("organismes-nouveaux>", '"22"^^<http://www.w3.org/2001/XMLSchema#integer>') in values


def test_numbers_as_csv(examples: str, fetch: Any) -> None:
    reply = fetch(examples + PATH, headers={"Accept": "text/csv", "Accept-Language": "en"})
    assert (reply.status, reply.kind) == (200, "text/csv")
    lines = {line["nom"]: line for line in csv.DictReader(io.StringIO(reply.text, newline=""))}
    assert lines["organismes-nouveaux"]["effectif"] == "22"
    assert lines["textes-nouveaux"]["sans_resolution"] == "true"
    image = lines["categorie/traitement-d-image"]
    assert (image["anterieur"], image["posterieur"]) == ("11", "27")
    # A file is one for all readers, whatever their language.
    assert reply.body == fetch(f"{examples}{PATH}.csv").body


@pytest.mark.parametrize(
    "path",
    [
        "comparaison/2024-2025",
        "comparaison/2024-2025/organismes-nouveaux",
        "comparaison/2024-2025/categorie/traitement-d-image",
        "comparaison/2024-2025/passage/solution-en-production/solution-en-production",
    ],
)
def test_all_of_it_can_be_dereferenced(examples: str, fetch: Any, path: str) -> None:
    reply = fetch(f"{examples}id/{path}", headers={"Accept": "text/turtle"})
    assert reply.status == 303
    target = urljoin(f"{examples}id/{path}", reply.headers["Location"])
    document = fetch(target, headers={"Accept": "text/turtle"})
    assert document.status == 200
    assert f"id/{path}>" in document.text


@pytest.mark.parametrize(
    "years", ["2024-2026", "2025-2024", "2024-2024", "2024", "x-y", "2024-2025."]
)
def test_years_that_are_not_compared_are_404_and_name_those_that_are(
    examples: str, fetch: Any, years: str
) -> None:
    reply = fetch(f"{examples}changements/{years}")
    assert reply.status == 404
    assert "there are: 2024-2025." in reply.text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("rien", {"fr": "n'a pas d'adresse", "en": "on this site."}),
        (
            "changements/2024-2026",
            {"fr": "il y a\u00a0: 2024-2025.", "en": "there are: 2024-2025."},
        ),
    ],
)
def test_a_page_tells_a_fault_in_the_language_of_its_reader(
    examples: str, fetch: Any, path: str, detail: dict[str, str], language: str
) -> None:
    page = fetch(examples + path, headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status == 404
    assert re.search(
        rf'lang="{language}" data-as-is><bdi>[^<]*{re.escape(detail[language])}',
        unescape(page.text),
    )
    assert "en anglais" not in page.text
    # Programs are told in the language that they state, and in English where they state none.
    for stated, told in (({"Accept-Language": language}, language), ({}, "en")):
        problem = fetch(examples + path, headers=stated)
        assert detail[told] in json.loads(problem.body)["detail"]


@pytest.mark.parametrize("name", ["rien", "categorie/rien", "categorie/traitement-d-image/1999"])
def test_a_number_that_is_not_counted_is_404(examples: str, fetch: Any, name: str) -> None:
    assert fetch(f"{examples}{PATH}/{name}").status == 404


def test_a_format_that_is_not_offered_is_406(examples: str, fetch: Any) -> None:
    assert fetch(f"{examples}{PATH}.pdf").status == 406
    assert fetch(f"{examples}{PATH}/organismes-nouveaux?format=ttl").status == 406


@pytest.mark.parametrize("path", ["", "doc/portrait/2024", "doc/portrait/2025", "changements/"])
def test_other_pages_lead_there(examples: str, fetch: Any, path: str) -> None:
    reply = fetch(examples + path, headers=HTML)
    links = re.findall(r'href="([^"]*changements/2024-2025)"', reply.text)
    assert links
    assert urljoin(examples + path, links[0]) == examples + PATH


def test_list_of_comparisons_without_its_slash_leads_to_it(examples: str, fetch: Any) -> None:
    reply = fetch(f"{examples}changements")
    assert reply.status == 308
    assert urljoin(f"{examples}changements", reply.headers["Location"]) == f"{examples}changements/"


def test_a_release_without_comparisons_says_so(site: str, fetch: Any) -> None:
    assert "ne compare aucun portrait" in fetch(f"{site}changements/", headers=HTML).text
    assert "nor any other" in fetch(site + PATH).text
    # The menu of every page leads to the list; no comparison is linked that is not there.
    assert not re.search("changements/[0-9]", fetch(site, headers=HTML).text)


def test_tables_have_headers_and_captions(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert len(tables) == 5
    for table in tables:
        assert "<caption>" in table
        assert table.count('scope="row"') == table.count("<tr") - 1
        assert 'scope="col"' in table


def test_an_accent_does_not_move_a_name_behind_z(page: str) -> None:
    places = [
        page.index(f">{name}") for name in ("Cybersécurité", "Éducation", "Emploi", "Travail")
    ]
    assert places == sorted(places)
