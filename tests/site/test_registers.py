"""Sites of other registers: small ones in English and Dutch, two real ones where they are there."""

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from server.app import create_app
from server.export.lists_file import describe_lists
from server.settings import Settings
from tests.conftest import SHARED, Run, shared
from tests.site.conftest import BROWSER_MS
from tests.support.crawl import crawl

BASE = "http://localhost:8000/"
HTML = {"Accept": "text/html"}
Rows = dict[int, list[tuple[str, ...]]]
YEARS = (2024, 2025)
PAGES = (
    "", "requetes", "sparql", "sparql/limites", "changements/", "changements/2024-2025",
    "changements/2024-2025/initiatives-apres", "dumps/", "no/such/page", "graphiques",
    "graphiques/statuts", "graphiques/passages-2024-2025", "graphiques/statuts-2025/cadre",
)  # fmt: skip
# From outside, address, Accept, status and type are those of any register.
WALK = (
    ("id/portrait/2025", "text/html", 303, "text/html"),
    ("doc/portrait/2025", "text/html", 200, "text/html"),
    ("doc/portrait/2025", "text/turtle", 200, "text/turtle"),
    ("doc/portrait/2025.jsonld", None, 200, "application/ld+json"),
    ("doc/portrait/1999", "text/html", 404, "text/html"),
    ("catalogue", "text/html", 200, "text/html"),
    ("catalogue.ttl", None, 200, "text/turtle"),
    ("def", "text/html", 200, "text/html"),
    ("shapes", "text/turtle", 200, "text/turtle"),
    ("graph/2025.nt", None, 200, "application/n-triples"),
    ("dumps/portrait-2025.csv", None, 200, "text/csv"),
    ("dumps/portraits.nq", None, 200, "application/n-quads"),
    ("sparql?query=ASK%7B%7D", None, 200, "application/sparql-results+json"),
    ("sparql?query=ASK%7B%7D", "text/html", 200, "text/html"),
    ("sitemap.xml", None, 200, "application/xml"),
    ("reconciliation", None, 200, "application/json"),
)  # fmt: skip
# What Québec calls things, and who is who there.
QUEBEC = re.compile(
    r"(?i)qu[ée]b[ée]c|portefeuille|portfolio|\bminist|\bMCN\b|\bportraits?\b(?![-./])"
)
# Where such a word may stand: the project's own name, and the names and URIs of the vocabulary.
OURS = re.compile(r"portrait-ia|\bpia:\w+|https?://\S+")
# Pages that a crawler that follows few links may not meet.
APART = (
    *("doc/portrait", "doc/cube", "doc/organisme", "doc/comparaison", "doc/structure", "statuts"),
    *("def", "shapes", "catalogue"),
)
LAYOUT = """
layout = 1
name = "{name}"
languages = ["{language}"]
series.title.{language} = "{title}"
series.description.{language} = "{description}"
series.licence = "https://creativecommons.org/licenses/by/4.0/"
publisher.slug = "publisher"
publisher.name.{language} = "{publisher}"
publisher.homepage = "https://publisher.example/"
words.portrait.fr = ["édition", "éditions", "f"]
words.portefeuille.fr = ["direction", "directions", "f"]
{fields}
"""
ENGLISH = {
    "nom": "Name", "categorie": "Type", "organisme": "Department", "portefeuille": "Group",
    "benefices": "Purpose", "statut": "Phase",
}  # fmt: skip
ENGLISH_ROWS: Rows = {
    2024: [
        ("Sorting of requests", "Text", "Parks Office", "Outdoors", "Faster service", "Pilot"),
        ("Counting of trees", "Images", "Parks Office", "Outdoors", "Know the trees", "In use"),
    ],
    2025: [
        ("Sorting of requests", "Text", "Parks Office", "Outdoors", "Faster service", "In use"),
        ("Planning of routes", "Maps", "Roads Office", "Traffic", "Fewer trips", "Pilot"),
        ("Counting of cars", "Images", "Roads Office", "Traffic", "Better service", "Pilot"),
    ],
}
DUTCH = {"nom": "Naam", "organisme": "Organisatie", "benefices": "Doel", "statut": "Fase"}
DUTCH_ROWS: Rows = {
    2024: [("Hulp bij vragen", "Gemeentewerken", "Sneller antwoord", "Proef")],
    2025: [
        ("Hulp bij vragen", "Gemeentewerken", "Sneller antwoord", "In gebruik"),
        ("Tellen van bomen", "Bosbeheer", "Weten wat er staat", "Proef"),
    ],
}


# Of the United States' inventories, one row in ten is enough for a site. Where that of 2023 is not
# there, rows of our own stand for it, under its columns.
US_FILES = {
    2023: ("record_level_information_FedAI_2023.csv", "utf-8-sig"),
    2024: ("2024_consolidated_ai_inventory_raw_v2.csv", "cp1252"),
    2025: ("2025_individually_reported_AI_use_cases.csv", "utf-8-sig"),
}
US_COLUMNS = {
    2023: ("Department", "Agency", "Title"),
    2024: ("Agency", "Bureau", "Use Case Name"),
    2025: ("agency_name", "agency_bureau", "use_case_name"),
}
US_2023 = (
    "Use_Case_ID", "Department_Code", "Agency", "Office", "Title", "Summary", "Development_Stage",
    "Techniques", "Source_Code", "Department",
)  # fmt: skip
WITHOUT_FRENCH = "AI Legal Editing"  # of Canada: an initiative that we publish in English alone
RENAMED = {
    "Federal Reserve Board": "Board of Governors of the Federal Reserve System",
    "Department of Interior": "Department of the Interior",
    "Department of Treasury": "Department of the Treasury",
    "U.S. Environmental Protection Agency": "Environmental Protection Agency",
    "U.S. General Services Administration": "General Services Administration",
    "U.S. Office of Personnel Management": "Office of Personnel Management",
    "U.S. Agency for International Development": (
        "United States Agency for International Development"
    ),
}


Bodies = dict[int, list[tuple[str, ...]]]


class Site(NamedTuple):
    """A running site of a register: its address, languages, and the body of each row by year.

    A body is its name in each language of the register, and the name of its sector or "".
    `questions` is how many saved questions suit what the register holds; `files` are its files,
    where they are real ones.
    """

    address: str
    languages: tuple[str, ...]
    bodies: Bodies
    questions: int
    files: tuple[Path, ...] = ()

    @property
    def pages(self) -> list[str]:
        """Return the pages that the site has."""
        one = len(self.bodies) == 1
        return [page for page in PAGES if not (one and re.search("2024|graphiques/statuts$", page))]


def build(
    portrait_ia: Run, folder: Path, columns: dict[str, str], rows: Rows, **words: str
) -> Path:
    """Write a layout and the files of a register, and build its release."""
    fields = "".join(f'fields.{name}.columns = ["{title}"]\n' for name, title in columns.items())
    absent = ENGLISH.keys() - columns.keys()
    fields += "".join(f"fields.{name}.absent = true\n" for name in sorted(absent))
    lists = (name for name in ("categorie", "statut", "portefeuille") if name in columns)
    fields += "".join(f"lists.{name}.open = true\n" for name in lists)
    layout = folder / "register.toml"
    layout.write_text(LAYOUT.format(fields=fields, **words), "utf-8")
    for year in YEARS:
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([tuple(columns.values()), *rows[year]])
    files = [f"{year}={folder / f'{year}.csv'}" for year in YEARS]
    done = portrait_ia("build", *files, "--layout", layout, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    return folder / "releases"


@pytest.fixture(scope="module")
def english(
    portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of a register in English."""
    words = {"name": "town", "language": "en", "title": "Algorithms of a town"}
    words |= {"description": "What its offices use.", "publisher": "Town"}
    folder = tmp_path_factory.mktemp("english")
    releases = build(portrait_ia, folder, ENGLISH, ENGLISH_ROWS, **words)
    bodies: Bodies = {
        year: [(row[2], row[3]) for row in rows] for year, rows in ENGLISH_ROWS.items()
    }
    with boot(releases, workers=1, security_contacts="mailto:security@town.example") as address:
        yield Site(address, ("en",), bodies, questions=34)


@pytest.fixture(scope="module")
def dutch(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of a register in Dutch, without categories and portfolios."""
    words = {"name": "gemeente", "language": "nl", "title": "Algoritmen van een gemeente"}
    words |= {"description": "Wat de gemeente gebruikt.", "publisher": "Gemeente"}
    folder = tmp_path_factory.mktemp("dutch")
    releases = build(portrait_ia, folder, DUTCH, DUTCH_ROWS, **words)
    bodies: Bodies = {year: [(row[1], "") for row in rows] for year, rows in DUTCH_ROWS.items()}
    with boot(releases, workers=1, security_contacts="mailto:security@gemeente.example") as address:
        yield Site(address, ("nl",), bodies, questions=25)


@pytest.fixture(scope="module")
def us(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of the United States' inventories of three years: one row in ten."""
    folder = tmp_path_factory.mktemp("us")
    bodies: Bodies = {}
    arguments: list[object] = []
    sampled = {year: us_rows(year) for year in (2024, 2025)}
    sampled[2023] = us_rows(2023) if us_file(2023).exists() else own_rows(*sampled[2024])
    for year, (header, rows) in sorted(sampled.items()):
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
        agency, bureau, _ = map(header.index, US_COLUMNS[year])
        for row in rows:
            sector = RENAMED.get(row[agency], row[agency])
            # Where an agency names no bureau, the row is its own, by the name that it wrote.
            bodies.setdefault(year, []).append((row[bureau].strip() or row[agency], sector))
        arguments += [f"{year}={folder / f'{year}.csv'}", "--layout", f"{year}=us-{year}"]
    done = portrait_ia("build", *arguments, "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    with boot(
        folder / "releases", workers=1, security_contacts="mailto:security@us.example"
    ) as address:
        yield Site(address, ("en",), bodies, questions=35, files=tuple(folder.glob("*.csv")))


def us_file(year: int) -> Path:
    return SHARED / "data" / "us" / US_FILES[year][0]


def us_rows(year: int) -> tuple[list[str], list[list[str]]]:
    """Return the header of a year's inventory and one row in ten, or skip the test without it."""
    name, codec = US_FILES[year]
    with shared("data", "us", name).open(encoding=codec, newline="") as lines:
        header, *rows = [row for n, row in enumerate(csv.reader(lines)) if n % 10 == 0]
    return header, rows


def own_rows(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return rows for 2023: one of each stage; the first two go on in the next year's rows."""
    agency, bureau, name = map(header.index, US_COLUMNS[2024])
    later = next(row for row in rows if row[bureau].strip())
    known = (later[bureau], later[name], later[agency])
    own = [
        (known, "Initiation"),
        (("", "Sorting of claims", "Department of Treasury"), "In production: less than 6 months"),
        (("", "Counting of wells", "U.S. Environmental Protection Agency"), ""),
        (("OCIO", "Mapping of rivers", "Department of Interior"), "This is a pilot initiative"),
        (("OCIO", "Planning of shifts", "Department of Labor"), "In-use"),
    ]
    return list(US_2023), [
        [f"XX-{number:04}-2023", "XX", body, "", title, "What it does.", stage, "", "", sector]
        for number, ((body, title, sector), stage) in enumerate(own)
    ]


@pytest.fixture(scope="module")
def canada(portrait_ia: Run, boot: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of Canada's register of one year, in English and French.

    Of one row the texts in French are left out: of a second language any may be missing.
    """
    file = shared("cases", "registers", "canada-2025.csv")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    cells = [row["government_organization"] for row in rows]
    (partly,) = (row for row in rows if row["name_ai_system_en"] == WITHOUT_FRENCH)
    partly |= dict.fromkeys(("name_ai_system_fr", "description_ai_system_fr"), "")
    releases = tmp_path_factory.mktemp("canada")
    written = tmp_path_factory.mktemp("canada-files") / file.name
    with written.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = portrait_ia("build", f"2025={written}", "--layout", "canada", "--to", releases)
    assert done.returncode == 0, done.stderr
    bodies = {2025: [(*cell.split(" / "), "") for cell in cells]}
    with boot(releases, workers=1, security_contacts="mailto:security@canada.example") as address:
        yield Site(address, ("en", "fr"), bodies, questions=15, files=(file,))


@pytest.fixture(params=["english", "dutch", "us", "canada"])
def register(request: pytest.FixtureRequest) -> Site:
    """Each of the sites in turn."""
    site: Site = request.getfixturevalue(request.param)
    return site


def visible(page: str) -> str:
    """Return what a reader sees of a page, without queries, which hold our own terms."""
    shown = re.sub(r"(?s)<(script|pre|code|textarea)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


def list_questions(page: str) -> list[str]:
    """Return the names of the saved questions that a page leads to."""
    return re.findall(r'href="[./]*requetes/([a-z-]+)(?:\?[^"]*)?"', page)


def form(text: str) -> str:
    """Return what texts have in common that differ in blanks and capitals alone."""
    return " ".join(text.casefold().split())


def test_pages_open_in_english_without_a_word_of_quebec(register: Site, fetch: Any) -> None:
    for path in register.pages:
        reply = fetch(register.address + path, headers=HTML)
        assert reply.status == (404 if path == "no/such/page" else 200), path
        assert not QUEBEC.findall(visible(reply.text)), path
        assert '<html lang="en">' in reply.text
        for french in (
            fetch(register.address + path, headers={**HTML, "Accept-Language": "fr"}),
            fetch(f"{register.address}{path}?lang=fr", headers=HTML),
        ):
            assert '<html lang="fr">' in french.text
            assert not QUEBEC.findall(visible(french.text)), path


def test_each_address_answers_as_of_any_register(register: Site, fetch: Any) -> None:
    for path, accept, status, kind in WALK:
        reply = fetch(register.address + path, headers={"Accept": accept} if accept else {})
        assert (reply.status, reply.kind if reply.body else kind) == (status, kind), (path, accept)
    document = fetch(f"{register.address}doc/portrait/2025.nt").text
    title = f"<{BASE}id/portrait/2025> <http://purl.org/dc/terms/title> "
    titles = [line for line in document.splitlines() if line.startswith(title)]
    assert {re.findall(r"@([\w-]+) ?\.$", line)[0] for line in titles} == {*register.languages}


def test_feed_refusals_and_contact_are_in_the_languages_of_the_site(
    register: Site, fetch: Any
) -> None:
    own = register.languages[0]
    feed = fetch(f"{register.address}atom.xml").text
    assert 'xml:lang="en">\n<id>' in feed
    assert f'<title xml:lang="{own}">' in feed
    contact = fetch(f"{register.address}.well-known/security.txt").text
    assert f"Preferred-Languages: {', '.join(register.languages)}\n" in contact
    assert fetch(f"{register.address}reconciliation").headers["Content-Language"] == "en"
    refusal = fetch(register.address, headers={**HTML, "Transfer-Encoding": "gzip"})
    assert refusal.status >= 400
    assert '<html lang="en">' in refusal.text
    assert '<p lang="fr">' in refusal.text


# Where nothing changed, nobody decided anything, or no entry has both of two values, a question has
# no answer.
MAY_BE_EMPTY = {"absentes", "categories-changees", "decision", "noms-changes", "paires-ouvertes"}
MAY_BE_EMPTY |= {"organismes-au-moins", "portefeuille-statut", "pourquoi"}


def test_questions_are_answered_and_count_every_row(register: Site, fetch: Any) -> None:
    listed = [body for bodies in register.bodies.values() for body in bodies]
    largest = sum(number for _, number in Counter(listed).most_common(20))
    for language in ("en", "fr"):
        names = list_questions(fetch(f"{register.address}requetes?lang={language}").text)
        assert len(names) == register.questions
        for name in names:
            page = fetch(f"{register.address}requetes/{name}?lang={language}", headers=HTML)
            assert page.status == 200, name
            if name != "graphes":  # the labels of graphs are of the release
                texts = re.sub("(?s)<(td|option)\\b.*?</\\1>", "", page.text)  # not what cells say
                assert not QUEBEC.findall(visible(texts)), name
            files = re.findall(r'href="([^"]+)" type="application/sparql-results', page.text)
            if not files:  # a graph
                continue
            address = urljoin(f"{register.address}requetes/{name}", html.unescape(files[0]))
            answer = json.loads(fetch(address).body)
            if "boolean" in answer:
                assert answer["boolean"], name
                continue
            found = answer["results"]["bindings"]
            assert found or name in MAY_BE_EMPTY, name
            columns = answer["head"]["vars"]
            naming = [column for column in columns if column.startswith("nom")]
            for column in naming:
                of = column[3:4].lower() + column[4:]
                # What a year does not have has no name, and its entries are counted all the same.
                absent = [row for row in found if of in columns and of not in row]
                assert {row["annee"]["value"] for row in absent} <= {"2023"}, name
                assert all(column in row for row in found if row not in absent), name
            if "lignes" in answer["head"]["vars"]:
                counted = sum(int(row["lignes"]["value"]) for row in found)
                assert counted == (largest if name == "organismes" else len(listed)), name


def test_french_sentences_agree_with_the_words_of_a_register(english: Site, fetch: Any) -> None:
    wrong = re.compile(
        r"(?i)\b(?:le|la|du|de|au|ce|cet|un|aucun|celui de 20..) éditions?\b"
        r"|\b(?:le|du|au|ce|un|aucun|tous les) directions?\b"
    )
    shown = {}
    for path in (*english.pages, "doc/portrait/2025", "portefeuilles", "aide/limites", "aide/uris"):
        page = fetch(f"{english.address}{path}?lang=fr", headers=HTML).text
        shown[path] = " ".join(visible(page).split())
        assert not wrong.findall(shown[path]), path
    changes = shown["changements/2024-2025"]
    # Behind each number stands the sign that leads to its query.
    assert "L'édition de 2025 compte 3 ? initiatives, celle de 2024, 2 ? :" in changes
    assert "Combien d'inscriptions une direction compte-t-elle chaque année" in shown["requetes"]
    assert "Une initiative absente de la dernière édition garde sa page" in shown["aide/uris"]


def test_data_in_dutch_is_marked(dutch: Site, fetch: Any) -> None:
    home = fetch(dutch.address, headers=HTML).text
    assert '<h1 lang="nl">Algoritmen van een gemeente <span class="tongue"' in home
    assert re.search(r'<div lang="nl">\s*<p class="lead">Wat de gemeente gebruikt.</p>', home)
    assert '<a rel="external" href="https://publisher.example/" lang="nl">Gemeente</a>' in home
    changes = fetch(f"{dutch.address}changements/2024-2025", headers=HTML).text
    assert '<bdi lang="nl">Bosbeheer</bdi>' in changes
    assert '<bdi lang="nl">In gebruik</bdi>' in changes
    body = fetch(f"{dutch.address}doc/organisme/bosbeheer", headers=HTML).text
    assert '<h1><bdi lang="nl">Bosbeheer</bdi> <span class="tongue" title="in Dutch">' in body
    assert '<bdi lang="nl">Tellen van bomen</bdi>' in body
    chart = fetch(f"{dutch.address}graphiques/statuts-2025.svg?lang=en").text
    assert 'xml:lang="nl">In gebruik</text>' in chart
    embedded = home[home.index("application/ld+json") :]
    assert '"inLanguage": ["nl"]' in embedded


def test_a_field_that_a_register_does_not_have_stands_nowhere(dutch: Site, fetch: Any) -> None:
    home = fetch(dutch.address, headers=HTML).text
    assert not re.findall("id/categorie|id/portefeuille|sector", home)
    charts = fetch(f"{dutch.address}graphiques", headers=HTML).text
    assert "graphiques/statuts-2025" in charts
    assert not re.findall("categories-|portefeuilles-|genres-", charts)
    changes = visible(fetch(f"{dutch.address}changements/2024-2025", headers=HTML).text)
    assert "Statuses" in changes
    assert not re.findall("(?i)sector|portfolio|categor", changes)
    proposed = json.loads(fetch(f"{dutch.address}reconciliation/extend/propose").body)
    offered = {each["id"] for each in proposed["properties"]}
    assert "statut" in offered
    assert not offered & {"categorie", "portefeuille"}
    types = fetch(f"{dutch.address}reconciliation/suggest/type").text
    assert "Statut" in types
    assert not re.findall("Categorie|Portefeuille", types)
    query = urlencode({"query": json.dumps({"query": "Bos", "type": "Portefeuille"})})
    refused = fetch(f"{dutch.address}reconciliation?{query}")
    assert refused.status == 400
    assert "this service has Organisme, Initiative, Statut." in json.loads(refused.body)["detail"]


def test_counts_by_body_are_those_of_the_files(register: Site, fetch: Any) -> None:
    names = "".join(
        f'OPTIONAL {{ ?body skos:prefLabel ?{tag} FILTER(LANG(?{tag}) = "{tag}") }}'
        for tag in register.languages
    )
    variables = " ".join(f"?{tag}" for tag in register.languages)
    query = f"""PREFIX pia: <{BASE}def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?year ?body {variables} ?sector (COUNT(?entry) AS ?rows) WHERE {{
          ?entry pia:annee ?year ; pia:organisme ?body . {names}
          OPTIONAL {{ ?entry pia:portefeuille/skos:prefLabel ?sector }}
        }} GROUP BY ?year ?body {variables} ?sector"""
    reply = fetch(f"{register.address}sparql?{urlencode({'query': query})}", Accept="text/csv")
    answer = list(csv.DictReader(io.StringIO(reply.text)))
    counted = Counter[tuple[str, ...]]()
    for row in answer:
        sector = form(row["sector"])
        # Bodies of one name are told apart by their sectors.
        own = [form(row[tag]).removesuffix(f" ({sector})") for tag in register.languages]
        counted[row["year"], *own, sector] += int(row["rows"])
    written = Counter(
        (str(year), *map(form, body)) for year, bodies in register.bodies.items() for body in bodies
    )
    assert counted == written
    assert len({row["body"] for row in answer}) == len({body[1:] for body in written})


def test_a_year_without_categories_has_none_and_none_of_its_initiatives_changed_it(
    us: Site, fetch: Any
) -> None:
    assert [*us.bodies] == [2023, 2024, 2025]
    charts = fetch(f"{us.address}graphiques", headers=HTML).text
    assert "graphiques/statuts-2023" in charts
    assert "categories-2023" not in charts
    assert "categories-2024" in charts
    categories = csv.DictReader(io.StringIO(fetch(f"{us.address}requetes/categories.csv").text))
    without = [row for row in categories if not row["categorie"]]
    assert [(row["annee"], int(row["lignes"])) for row in without] == [
        ("2023", len(us.bodies[2023]))
    ]
    for path in ("changements/2023-2024", "changements/2023-2025"):
        page = visible(fetch(us.address + path, headers=HTML).text)
        assert not re.findall("(?i)topic area|categor", page), path
        assert not QUEBEC.findall(page), path
    later = visible(fetch(f"{us.address}changements/2024-2025", headers=HTML).text)
    assert "topic area" in later.casefold()
    query = f"""PREFIX pia: <{BASE}def#> SELECT ?entry ?stage WHERE {{
        ?entry pia:inscriptionDe ?initiative ; pia:annee 2023 .
        OPTIONAL {{ ?entry pia:statutTelQuEcrit ?stage }} }}"""
    reply = fetch(f"{us.address}sparql?{urlencode({'query': query})}", Accept="text/csv")
    entries = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(entries) == len(us.bodies[2023])
    for entry in entries[:5]:
        page = visible(fetch(entry["entry"].replace(f"{BASE}id/", f"{us.address}doc/")).text)
        assert not re.findall("(?i)topic area", page)
        assert entry["stage"].strip() in page


def test_what_is_published_has_the_words_of_the_register(us: Site, fetch: Any) -> None:
    """Labels and descriptions in the data, as on pages: none says what Québec calls a thing."""
    found = {}
    for path in ("id/comparaison/2024-2025", "catalogue"):
        query = f"""SELECT DISTINCT ?text {{
            {{ ?thing <http://www.w3.org/2000/01/rdf-schema#label>|<http://purl.org/dc/terms/title>
                |<http://purl.org/dc/terms/description> ?text }}
            FILTER(STRSTARTS(STR(?thing), "{BASE}{path}")) }}"""
        reply = fetch(f"{us.address}sparql?{urlencode({'query': query})}", Accept="text/csv")
        found[path] = [row["text"] for row in csv.DictReader(io.StringIO(reply.text))]
        assert [text for text in found[path] if QUEBEC.search(text)] == [], path
    assert (
        "What changed from the 2024 inventory to the 2025 one" in found["id/comparaison/2024-2025"]
    )


def test_nothing_is_new_in_a_register_of_one_portrait(canada: Site, fetch: Any) -> None:
    for path in ("initiatives", "organismes", "portraits/2025"):
        page = fetch(canada.address + path, headers={"Accept": "text/html"})
        assert page.status == 200
        assert "badge new" not in page.text
        assert "presence=" not in page.text


def count(canada: Site, fetch: Any, pattern: str) -> int:
    """Return how many entries a pattern of SPARQL finds."""
    query = f"PREFIX pia: <{BASE}def#> SELECT (COUNT(?e) AS ?n) {{ {pattern} }}"
    reply = fetch(f"{canada.address}sparql?{urlencode({'query': query})}", Accept="text/csv")
    return int(reply.text.split()[1])


def test_the_home_page_of_a_first_year_has_four_figures_two_charts_and_no_other_year(
    canada: Site, fetch: Any
) -> None:
    home = fetch(canada.address, headers=HTML).text
    figures = home.partition('<dl class="figures">')[2].partition("</dl>")[0]
    told = [visible(text).strip() for text in re.findall("(?s)<d[td][ >].*?</d[td]>", figures)]
    shown = {name: int(number) for name, number in zip(told[::2], told[1::2], strict=True)}
    statuses = {
        name: count(canada, fetch, f"?e pia:statut <{BASE}id/statut/{slug}>")
        for name, slug in (("In development", "in-development"), ("In production", "in-production"))
    }
    entries = count(canada, fetch, "?e a pia:Inscription")
    assert shown == {"Initiatives": entries, "Bodies": 42, **statuses}
    charts = home.partition('id="charts"')[2].partition("</section>")[0]
    assert charts.count('<figure class="chart">') == 1
    (bars,) = re.findall('(?s)<table class="bars one">.*?</table>', charts)
    rows = re.findall(r'href="\./id/(organisme/[a-z0-9-]+)".*?"number">(\d+)<', bars)
    assert len(rows) == 10
    for body, number in rows[:2]:
        assert int(number) == count(canada, fetch, f"?e pia:organisme <{BASE}id/{body}>"), body
    for page in (home, fetch(f"{canada.address}?lang=fr", headers=HTML).text):
        text = visible(page.partition("<main")[2])
        assert not re.findall("year after year|before|année après année|années d'avant", text)


@pytest.mark.parametrize(
    ("register_of", "address"),
    [
        ("canada", "https://www.canada.ca/en/treasury-board-secretariat.html"),
        ("us", "https://github.com/ombegov/2025-Federal-Agency-AI-Use-Case-Inventory"),
    ],
)
def test_an_entry_says_where_to_report_an_error(
    register_of: str, address: str, request: pytest.FixtureRequest, fetch: Any
) -> None:
    site: Site = request.getfixturevalue(register_of)
    listed = fetch(f"{site.address}portraits/2025", headers=HTML).text
    (path, *_) = re.findall(r'href="[./]*id/(initiative/[^"?#]+)', listed)
    page = fetch(f"{site.address}doc/{path}", headers=HTML).text
    (link,) = re.findall('<a href="([^"]*)"[^>]*>Report an error in this entry</a>', page)
    assert link == address


# As wide as figures of the whole inventories are, of which the site here holds one row in ten.
LONG = {"en": "1,012 to 1,575", "fr": "de 1\u202f012 à 1\u202f575"}
LENGTHEN = """text => {
  for (const node of document.querySelectorAll(".figures .value")) {
    (node.querySelector("a") || node).textContent = text;
  }
}"""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_long_numbers_do_not_make_a_page_wider_than_a_small_phone(
    us: Site, browser: Any, fetch: Any, language: str
) -> None:
    bodies = fetch(f"{us.address}organismes?lang={language}", headers=HTML).text
    body = re.findall(r'href="\./id/(organisme/[a-z0-9-]+)', bodies)[0]
    context = browser.new_context(viewport={"width": 320, "height": 800})
    context.set_default_timeout(BROWSER_MS)
    page, found = context.new_page(), {}
    for path in ("", "organismes", "initiatives", f"doc/{body}", "doc/portrait/2025"):
        page.goto(f"{us.address}{path}?lang={language}")
        page.evaluate(LENGTHEN, LONG[language])
        found[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found == dict.fromkeys(found, 320)


@pytest.mark.parametrize("name", ["us", "canada"])
def test_no_page_of_a_foreign_register_has_a_word_of_quebec(
    name: str, request: pytest.FixtureRequest, fetch: Any
) -> None:
    site: Site = request.getfixturevalue(name)
    cells = " ".join(" ".join(read_cells(file)) for file in site.files)
    seen: set[str] = set()

    def read(address: str, page: str) -> None:
        seen.add(address.removeprefix(site.address).partition("?")[0])
        for text in list_texts(page):
            # What a cell says is the register's, a query holds our own terms, a shape is called by
            # its URI, and an earlier version of the vocabulary stays as it was published.
            if (
                "/def/0." not in address
                and QUEBEC.search(OURS.sub("", text))
                and "PREFIX " not in text
                and f'id="{text}"' not in page
            ):
                assert text.rstrip("… ") in cells, (address, text)

    for language in ("en", "fr"):
        crawl(fetch, site.address, f"{site.address}?lang={language}", read, tried_most=2)
        for path in APART:
            address = f"{site.address}{path}?lang={language}"
            reply = fetch(address, headers=HTML)
            assert reply.status == 200, address
            read(address, reply.text)
    assert {"def", "shapes", "catalogue", "initiatives", "organismes", "statuts"} <= seen
    assert {"aide", "sparql"} <= seen
    kinds = {path.split("/")[1] for path in seen if path.startswith(("doc/", "id/"))}
    assert {"initiative", "organisme", "statut", "portrait", "cube"} <= kinds


def read_cells(file: Path) -> Iterator[str]:
    """Yield the cells of a file, their blanks made one."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines):
            yield from (" ".join(cell.split()) for cell in row)


def list_texts(page: str) -> list[str]:
    """Return what a reader sees of a page, element by element, without queries and scripts."""
    shown = re.sub(r"(?s)<(script|style|pre|code|textarea)\b.*?</\1>", " ", page)
    return [" ".join(html.unescape(text).split()) for text in re.findall(">([^<]+)<", shown)]


def test_what_is_in_another_language_than_the_page_is_marked(us: Site, fetch: Any) -> None:
    listed = fetch(f"{us.address}initiatives?lang=fr", headers=HTML).text
    line = '<span class="tongue" aria-hidden="true">EN</span> Noms en anglais'
    assert listed.count(line) == 1
    path = re.findall("id/(initiative/[a-z0-9]+)", listed)[0]
    badge = (
        '<span class="tongue" title="en anglais"><span aria-hidden="true">EN</span>'
        '<span class="unseen">(en anglais)</span></span>'
    )
    french = fetch(f"{us.address}doc/{path}?lang=fr", headers=HTML).text
    assert re.search(rf"<h1><bdi data-as-is lang=.en.>[^<]+</bdi> {re.escape(badge)}</h1>", french)
    assert french.count(badge) > 2
    for page in ("", "changements/2024-2025"):
        assert "tongue" in fetch(f"{us.address}{page}?lang=fr", headers=HTML).text
    for page in ("", "changements/2024-2025", f"doc/{path}", "initiatives", "organismes"):
        assert "tongue" not in fetch(f"{us.address}{page}?lang=en", headers=HTML).text


def test_an_abbreviation_that_the_files_give_finds_an_agency(us: Site, fetch: Any) -> None:
    nasa = "id/portefeuille/national-aeronautics-and-space-administration"
    for path in ("recherche", "portefeuilles"):
        assert nasa in fetch(f"{us.address}{path}?q=NASA", headers=HTML).text, path
    assert fetch(f"{us.address}{nasa}", headers=HTML).status == 303


def test_labels_of_own_fields_begin_with_a_capital_letter(canada: Site, fetch: Any) -> None:
    listed = fetch(f"{canada.address}initiatives?lang=en", headers=HTML).text
    assert re.search('<h2 id="facet-own_[a-zA-Z]+"><span>Developed by</span></h2>', listed)
    path = re.findall("id/(initiative/[a-z0-9]+)", listed)[0]
    page = fetch(f"{canada.address}doc/{path}?lang=en", headers=HTML).text
    heads = re.findall('<tr><th scope="row">(?:<bdi[^>]*>)?([^<]+)', page)
    assert "Capabilities" in heads
    assert [head for head in heads if not head[0].isupper()] == []
    scheme = fetch(f"{canada.address}doc/liste/developedBy?lang=en", headers=HTML).text
    assert "<h1><bdi>Developed by</bdi></h1>" in scheme


ENTRY_MARK = '<span class="unseen">(en anglais)</span>'
LIST_MARK = '<span class="tongue" aria-hidden="true">EN</span> Noms en anglais'


def list_names(page: str) -> dict[str, tuple[str, str]]:
    """Return the name of each initiative that a list shows, and its language where it is marked."""
    entries = page.partition('<ul class="entries">')[2]
    links = re.findall(
        r'<h[23]><a href="[^"]*id/initiative/(\w+)[^>]*?(?: lang="(\w+)")?>(.*?)</a>', entries
    )
    return {key: (" ".join(visible(name).split()), tag) for key, tag, name in links}


def test_a_reader_of_the_second_language_has_names_in_it(canada: Site, fetch: Any) -> None:
    def read(language: str, **parameters: str) -> str:
        asked = urlencode({**parameters, "lang": language})
        return str(fetch(f"{canada.address}initiatives?{asked}", headers=HTML).text)

    french, english = (list_names(read(language)) for language in ("fr", "en"))
    assert [*french] == [*english]  # one order for both
    marked = [name for name, tag in french.values() if tag]
    assert marked == [WITHOUT_FRENCH]
    assert {tag for _, tag in english.values()} == {""}
    (key,) = (key for key, (name, _) in english.items() if name == "Adaptation of Canchat")
    assert french[key] == ("Adaptation de Canchat", "")
    assert read("fr").count(LIST_MARK) == 1
    assert "(en anglais)" in read("fr").partition('class="orders"')[2].partition("</p>")[0]
    assert "tongue" not in read("en")
    assert "(in " not in read("en").partition('class="orders"')[2].partition("</p>")[0]
    assert "tongue" not in read("fr", q="adaptation canchat")
    for language, name, said in (
        ("fr", "Adaptation de Canchat", "référentiels"),
        ("en", "Adaptation of Canchat", "repositories"),
    ):
        file = fetch(f"{canada.address}initiatives.csv?lang={language}&q=Canchat").text
        row = next(row for row in csv.DictReader(io.StringIO(file)) if row["nom"] == name)
        assert said in row["description"]
        assert "\n" not in row["results"]  # in one language


@pytest.mark.parametrize("word", ["référentiels", "repositories", "ministériels"])
@pytest.mark.parametrize(("language", "name"), [("fr", "Adaptation de"), ("en", "Adaptation of")])
def test_a_search_finds_words_of_every_language(
    canada: Site, fetch: Any, word: str, language: str, name: str
) -> None:
    asked = urlencode({"q": word, "lang": language})
    page = fetch(f"{canada.address}recherche?{asked}", headers=HTML).text
    assert (f"{name} Canchat", "") in list_names(page).values()
    assert ENTRY_MARK not in page
    own = "en" if word == "repositories" else "fr"
    excerpt = re.findall(r'<p class="excerpt"(?: lang="(\w+)")?>(?:(?!</p>).)*<mark>', page)[0]
    assert excerpt == ("" if own == language else own)


def test_what_no_text_of_the_readers_language_names_is_marked(canada: Site, fetch: Any) -> None:
    page = fetch(f"{canada.address}recherche?q=legal+editing&lang=fr", headers=HTML).text
    assert (WITHOUT_FRENCH, "en") in list_names(page).values()
    assert page.count(ENTRY_MARK) == 1


def test_suggestions_and_nearest_names_are_in_the_readers_language(
    canada: Site, fetch: Any
) -> None:
    for language, name in (("fr", "Adaptation de Canchat"), ("en", "Adaptation of Canchat")):
        for begun in ("adaptation d", "adaptation o", "canch"):
            asked = urlencode({"q": begun, "lang": language})
            answer = json.loads(fetch(f"{canada.address}recherche/suggestions?{asked}").body)
            listed = [(one["name"], one["language"]) for one in answer["suggestions"]]
            assert (name, language) in listed, begun
        lost = fetch(f"{canada.address}no/adaptation-canchat?lang={language}", headers=HTML)
        assert lost.status == 404
        assert f">{name}</a>" in lost.text
        portraits = fetch(f"{canada.address}doc/portrait/1999?lang={language}", headers=HTML).text
        title = {"fr": "Registre de l'IA", "en": "Government of Canada AI"}[language]
        assert title in visible(portraits.partition("<main")[2])


def test_similar_initiatives_have_names_in_the_readers_language(canada: Site, fetch: Any) -> None:
    listed = fetch(f"{canada.address}recherche.json?q=traduction&kind=initiative&lang=fr").body
    texts = []
    for one in json.loads(listed)["results"][:4]:
        path = one["uri"].removeprefix(f"{BASE}id/")
        page = fetch(f"{canada.address}doc/{path}?lang=fr", headers=HTML).text
        texts += re.findall('<p class="title">.*?</p>', page.partition('id="semblables"')[2])
    assert texts
    assert not [text for text in texts if 'lang="en"' in text]


@pytest.fixture(scope="module")
def canada_years(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases of two years in English and French: a few rows of Canada's register.

    One is renamed, and one has no French name.
    """
    file = shared("cases", "registers", "canada-2025.csv")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    (at,) = (n for n, row in enumerate(rows) if row["name_ai_system_en"] == "Adaptation of Canchat")
    kept, gone, renamed, new = rows[0], rows[at - 1], rows[at], {**rows[1], "name_ai_system_fr": ""}
    also = {
        "ai_register_id": "other",
        "name_ai_system_en": "Adaptation of the Canchat",
        "name_ai_system_fr": "Adaptation du Canchat",
    }
    folder = tmp_path_factory.mktemp("canada-years")
    for year, own in ((2024, [kept, gone, renamed]), (2025, [kept, {**renamed, **also}, new])):
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(kept))
            writer.writeheader()
            writer.writerows(own)
    files = [f"{year}={folder / f'{year}.csv'}" for year in YEARS]
    done = portrait_ia("build", *files, "--layout", "canada", "--to", folder / "releases")
    assert done.returncode == 0, done.stderr
    return folder / "releases"


@pytest.fixture(scope="module")
def canada_changes(canada_years: Path, boot: Any) -> Iterator[str]:
    """The site of those releases."""
    with boot(canada_years, workers=1) as address:
        yield str(address)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("fr", ["Adaptation de Canchat", "Adaptation du Canchat"]),
        ("en", ["Adaptation of Canchat", "Adaptation of the Canchat"]),
    ],
)
def test_changes_have_one_row_a_thing_and_names_in_the_readers_language(
    canada_changes: str, fetch: Any, language: str, names: list[str]
) -> None:
    changes = f"{canada_changes}changements/2024-2025"
    page = fetch(f"{changes}?lang={language}", headers=HTML).text
    assert f'<bdi lang="{language}">{" ≟ ".join(names)}</bdi>' in page
    shown = page.partition("<main")[2]
    assert "tongue" not in shown
    for movement, name, rows in (
        ("initiatives-avant", names[0], 3),
        ("initiatives-apres", names[1], 3),
        ("initiatives-poursuivies", "Westlaw AI", 1),
        ("initiatives-nouvelles", names[1], 2),
        ("initiatives-absentes", names[0], 2),
        ("initiatives-a-trancher", names[0], 1),
    ):
        table = fetch(f"{changes}/{movement}?lang={language}", headers=HTML).text
        body = table.partition("<tbody")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == rows, movement
        assert name in visible(body), movement


def test_a_copy_of_files_has_names_in_each_readers_language(canada_years: Path) -> None:
    app = create_app(canada_years, Settings())
    with closing(app.extensions["current_release"]) as current, current.lend() as release:
        listed = describe_lists(app, release)
    assert listed["languages"] == ["en", "fr"]
    names, foreign = listed["names"]["initiative"], listed["foreign"]["initiative"]
    assert ["Adaptation of the Canchat", "Adaptation du Canchat"] in names.values()
    assert [names[key] for key in foreign] == [[WITHOUT_FRENCH, WITHOUT_FRENCH]]
    assert [*foreign.values()] == [["", "en"]]
    values = listed["own"]["own.developedBy"]["values"]
    assert values["vendor"] == ["Vendor", "Fournisseur"]


@pytest.mark.parametrize("path", ["initiatives", "organismes", "initiatives?q=canchat"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_query_behind_a_list_has_a_row_a_thing(
    canada: Site, fetch: Any, path: str, language: str
) -> None:
    asked = f"{canada.address}{path}{'&' if '?' in path else '?'}lang={language}"
    page = fetch(asked, headers=HTML).text
    (total,) = re.findall(r'<p class="total" role="status"><strong>(\d+)<', page)
    (link,) = re.findall('href="([^"]*sparql[?][^"]*query=[^"]*)"', page)
    query = parse_qs(urlsplit(html.unescape(link)).query)["query"][0]
    answer = fetch(f"{canada.address}sparql?{urlencode({'query': query})}", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == int(total) > 1
    names = {" ".join(row["nom"].split()) for row in rows}
    assert names.issuperset(name for name, _ in list_names(page).values())
