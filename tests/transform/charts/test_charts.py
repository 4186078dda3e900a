"""Charts of a release say what SPARQL says, are text whatever is in them, and can be read."""

import csv
import hashlib
import io
import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from tests.conftest import Run
from transform.charts.counts import count_passages
from transform.charts.drawing import draw
from transform.charts.files import chart_files
from transform.charts.model import (
    BARS,
    FLOW,
    YEARS,
    Chart,
    ChartRow,
    ChartSource,
    ChartValue,
    Label,
)
from transform.charts.picture import DARK, LIGHT, THEMES, WIDTH, Theme
from transform.charts.queries import flow_query
from transform.charts.wrapping import width_of, wrap
from transform.rdf.namespaces import vocabulary_of

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG\r\n\x1a\n"
LONG = "Reconnaissance " * 40
HOSTILE = {
    "markup": "</text><script>alert(1)</script> & \"quoted\" 'single'",
    "right to left": "تصنيف الصور \u202e with an override \u2066",
    "control": "a\x00b\x1fc\ud800d\ufffee\u2028f",
    "long": LONG,
    "one word": "x" * 300,
    "formula": "=HYPERLINK(1)",
}


def index_of(release: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((release / "charts/index.json").read_bytes())
    return entries


def load(release: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=release / "dumps/portraits.nq", format=ox.RdfFormat.N_QUADS)
    return store


def answer(store: ox.Store, query: str) -> list[dict[str, str]]:
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [
        {name: getattr(row[name], "value", "") for name in names if row[name] is not None}
        for row in found
    ]


def by_value(chart: dict[str, Any], rows: list[dict[str, str]]) -> dict[tuple[str, ...], list[int]]:
    """Return the numbers of an answer as those of the chart's rows."""
    if chart["kind"] == FLOW:
        return {(row.get("avant", ""), row.get("apres", "")): [int(row["nombre"])] for row in rows}
    numbers: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        place = chart["years"].index(int(row["annee"]))
        numbers.setdefault((row["valeur"],), [0] * len(chart["years"]))[place] = int(row["nombre"])
    return numbers


def table(release: Path, name: str, language: str) -> list[list[str]]:
    text = (release / f"charts/{name}.{language}.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text)))[1:]


def check_numbers(release: Path) -> int:
    """Hold every number of every chart equal to its query's; return how many there are."""
    store, numbers = load(release), 0
    for chart in index_of(release):
        for language, texts in chart["texts"].items():
            expected = by_value(chart, answer(store, texts["query"]))
            names = len(texts["columns"]["names"])
            in_file = {
                tuple(row[1 : 2 * names : 2]): [int(cell) for cell in row[2 * names :]]
                for row in table(release, chart["name"], language)
            }
            assert in_file == expected, chart["name"]
            assert chart["values"] == len(expected)
            rest = dict(expected)
            for row in texts["rows"]:
                iris = tuple(name["iri"] or "" for name in row["names"])
                if any(iris):
                    assert row["numbers"] == rest.pop(iris), (chart["name"], iris)
                else:  # the sum of those that are left
                    summed = [sum(column) for column in zip(*rest.values(), strict=True)]
                    assert row["numbers"] == summed
                    rest = {}
                numbers += len(row["numbers"])
            assert rest == {}
    return numbers


def test_every_number_of_the_example_is_the_answer_of_its_query(example: Path) -> None:
    assert check_numbers(example / "current") > 200


def test_the_flow_agrees_with_the_passages_of_the_comparison(example: Path) -> None:
    release = example / "current"
    rows = answer(
        load(release),
        "PREFIX pia: <http://localhost:8000/def#> SELECT ?avant ?apres ?nombre {"
        " ?p pia:statutAnterieur ?avant ; pia:statutPosterieur ?apres ; pia:effectif ?nombre }",
    )
    in_cube = {(row["avant"], row["apres"]): int(row["nombre"]) for row in rows}
    cells = table(release, "passages-2024-2025", "fr")
    assert in_cube
    assert {(c[1], c[3]): int(c[4]) for c in cells if c[1] and c[3]} == in_cube


def test_the_example_has_a_chart_for_each_list_year_and_passage(example: Path) -> None:
    release = example / "current"
    lists = ("categories", "genres", "portefeuilles", "statuts")
    names = [name for each in lists for name in (f"{each}-2024", f"{each}-2025", each)]
    assert [chart["name"] for chart in index_of(release)] == [*names, "passages-2024-2025"]
    manifest = json.loads((release / "manifest.json").read_bytes())
    listed = {path for path in manifest["files"] if path.startswith("charts/")}
    assert listed == {f"charts/{file.name}" for file in (release / "charts").iterdir()}
    kinds = {manifest["files"][path]["media_type"] for path in listed}
    assert kinds == {"image/svg+xml", "image/png", "text/csv", "application/json"}


def test_every_picture_of_the_example_is_whole_named_and_runs_nothing(example: Path) -> None:
    folder = example / "current/charts"
    svgs = sorted(folder.glob("*.svg"))
    assert len(svgs) == 13 * 2 * 2
    for file in svgs:
        root = check_svg(file.read_bytes())
        language = file.name.split(".")[1]
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
        assert root[1].text
        assert str(root[1].text).startswith(
            ("Barres", "Une barre", "Bandes", "Hor", "A bar", "Ban")
        )
    pngs = sorted(folder.glob("*.png"))
    assert len(pngs) == 9 * 2
    assert all(file.read_bytes().startswith(PNG) for file in pngs)


def check_svg(content: bytes) -> ET.Element:
    """Check that a picture is well-formed, has its texts, and nothing that could run or load."""
    root = ET.fromstring(content)
    assert root.tag == f"{SVG}svg"
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    known = ["svg", "title", "desc", "defs", "pattern", "rect", "path", "circle", "line", "text"]
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in known
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "href")
            assert "url(" not in value or re.fullmatch(r"url\(#(hatch|dots)\)", value)
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    height = float(root.get("height") or 0)
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("y") or 0) < height
        size, x = float(text.get("font-size") or 0), float(text.get("x") or 0)
        width = width_of(text.text or "", size)
        begin = {"start": x, "end": x - width, "middle": x - width / 2}
        left = begin[text.get("text-anchor") or "start"]
        assert left >= -1, text.text
        assert left + width <= WIDTH + 1, text.text
    return root


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_parts_differ_from_paper_and_from_each_other_in_lightness_alone(theme: Theme) -> None:
    for colour in (theme.strong, theme.middle):
        assert contrast(colour, theme.paper) >= 3
    for colour in (theme.ink, theme.soft):
        assert contrast(colour, theme.paper) >= 4.5
    assert contrast(theme.strong, theme.middle) >= 2


SOURCE = ChartSource(
    {language: Label("Register", "en") for language in ("fr", "en")},
    (2016, 2025),
    "2025-05-12",
    dict.fromkeys(("fr", "en"), Label("", "")),
    "https://example.org/graphiques/x",
)


def value(text: str, number: int = 0) -> ChartValue:
    labels = {language: Label(text, "nl") for language in ("fr", "en")}
    return ChartValue(f"https://example.org/id/categorie/{number}", labels)


def chart(kind: str, years: tuple[int, ...], rows: list[ChartRow], shown: int) -> Chart:
    titles = {"fr": "Titre", "en": "Title"}
    return Chart("x", kind, "categorie", years, rows, shown, 1, titles, titles, SOURCE, titles)


def rows(number: int, years: int) -> list[ChartRow]:
    return [
        ChartRow((value(f"Value {n}", n),), tuple(1000 - n - y for y in range(years)))
        for n in range(number)
    ]


def flow_rows(statuses: int) -> list[ChartRow]:
    ends = [value(f"Status {n}", n) for n in range(statuses)]
    pairs = [(a, b) for a in (*ends, None) for b in (*ends, None) if a or b]
    return [ChartRow(pair, (place % 7 + 1,)) for place, pair in enumerate(pairs)]


BIG = {
    "300 values": chart(BARS, (2025,), rows(300, 1), 14),
    "300 values, 4 years": chart(YEARS, (2022, 2023, 2024, 2025), rows(300, 4), 9),
    "300 values, 10 years": chart(YEARS, tuple(range(2016, 2026)), rows(300, 10), 9),
    "40 statuses": chart(FLOW, (2024, 2025), flow_rows(40), 10_000),
}


@pytest.mark.parametrize("big", BIG.values(), ids=list(BIG))
def test_many_values_and_years_are_two_screens_at_most(big: Chart) -> None:
    svg, height = draw(big, LIGHT, "en")
    check_svg(svg)
    assert height < 1400
    texts = [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]
    assert any(re.fullmatch(r"\d+ other values", text) for text in texts), texts
    # The others, of which there are many times as many, leave the bars of the first their length.
    bars = [float(rect.get("width") or 0) for rect in ET.fromstring(svg).iter(f"{SVG}rect")]
    highs = [float(rect.get("height") or 0) for rect in ET.fromstring(svg).iter(f"{SVG}rect")]
    assert big.kind == FLOW or max(max(bars[1:]), 10 * max(highs[1:])) > 250


def test_a_flow_counts_what_its_rows_say_though_its_statuses_are_summed_up() -> None:
    big = BIG["40 statuses"]
    svg = draw(big, LIGHT, "en")[0]
    texts = [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]
    for name, kept in (
        ("Unchanged", [r for r in big.rows if r.values[0] == r.values[1]]),
        ("Not in 2025", [r for r in big.rows if not r.values[1]]),
        ("New in 2025", [r for r in big.rows if not r.values[0]]),
    ):
        number = sum(row.numbers[0] for row in kept)
        assert texts[texts.index(name) + 1] == f"{number:,}"


def test_each_year_of_a_flow_keeps_its_own_largest_statuses() -> None:
    old = [value(f"Old {n}", n) for n in range(8)]
    new = [value(f"New {n}", n + 20) for n in range(4)]
    # One status is small in the first year and large over both.
    rows = [ChartRow((one, None), (100 - n,)) for n, one in enumerate(old)]
    rows += [ChartRow((None, one), (200 + n,)) for n, one in enumerate([*new, old[7]])]
    svg = draw(chart(FLOW, (2024, 2025), rows, 100), LIGHT, "en")[0]
    texts = [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]
    shown = {n: texts.count(f"Old {n}") for n in range(8)}
    assert shown == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 0, 6: 0, 7: 1}
    assert texts[texts.index("3 other values") + 1] == str(95 + 94 + 93)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_label_is_text_whatever_is_in_it(text: str) -> None:
    for kind, years in ((BARS, (2025,)), (YEARS, (2024, 2025)), (YEARS, tuple(range(2016, 2026)))):
        numbers = tuple(range(1, len(years) + 1))
        drawn = draw(chart(kind, years, [ChartRow((value(text),), numbers)], 1), DARK, "fr")[0]
        check_svg(drawn)
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        assert any(e.get(lang) == "nl" for e in ET.fromstring(drawn).iter(f"{SVG}text"))
    pair = [ChartRow((value(text), None), (3,)), ChartRow((value(text), value(text)), (2,))]
    check_svg(draw(chart(FLOW, (2024, 2025), pair, 2), LIGHT, "en")[0])


def test_lines_fit_and_what_is_cut_says_so() -> None:
    for text in HOSTILE.values():
        lines = wrap(text, 15, 200)
        assert 1 <= len(lines) <= 3
        assert all(width_of(line, 15) <= 200 for line in lines)
    assert wrap(LONG, 15, 200)[-1].endswith("…")
    assert wrap("Traitement d'image", 15, 400) == ["Traitement d'image"]


FIELDS = """
layout = 1
name = "small"
languages = ["nl"]
series.title.nl = "Register"
series.description.nl = "Klein register."
series.licence = "https://creativecommons.org/licenses/by/4.0/"
publisher.slug = "publisher"
publisher.name.nl = "Uitgever"
fields.nom.columns = ["Naam"]
fields.organisme.columns = ["Organisatie"]
fields.categorie.columns = ["Soort"]
fields.benefices.absent = true
fields.portefeuille.absent = true
fields.statut.absent = true
lists.categorie.open = true
"""


@pytest.fixture(scope="module")
def small(portrait_ia: Run, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A register of many categories that has neither status nor portfolio, built twice."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.toml").write_text(FIELDS, "utf-8")
    kinds = [f"Soort {n:02}" for n in range(30)]
    kinds += [HOSTILE["markup"], "تصنيف الصور", LONG[:200], HOSTILE["formula"]]
    for year in (2024, 2025):
        with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["Naam", "Organisatie", "Soort"])
            for place, kind in enumerate(kinds):
                for copy in range(1 + place % 4 + year - 2024):
                    writer.writerow([f"Systeem {place} {copy}", "Gemeentewerken", kind])
    files = [f"{year}={folder / f'{year}.csv'}" for year in (2024, 2025)]
    releases = []
    for number in (1, 2):
        target = folder / f"releases-{number}"
        done = portrait_ia("build", *files, "--layout", folder / "small.toml", "--to", target)
        assert done.returncode == 0, done.stderr
        releases.append((target / "current").resolve())
    return releases


def test_absent_fields_have_no_chart_and_many_values_are_summed(small: list[Path]) -> None:
    release = small[0]
    entries = index_of(release)
    assert [entry["name"] for entry in entries] == [
        "categories-2024",
        "categories-2025",
        "categories",
    ]
    assert [len(entry["texts"]["fr"]["rows"]) for entry in entries] == [15, 15, 10]
    assert [entry["values"] for entry in entries] == [34, 34, 34]
    assert check_numbers(release) > 50
    for file in (release / "charts").glob("*.svg"):
        check_svg(file.read_bytes())
    written = (release / "charts/categories-2025.fr.csv").read_text("utf-8")
    assert "'=HYPERLINK" in written


def test_an_entry_without_a_status_is_neither_new_nor_absent() -> None:
    statuses = {
        2024: {"blank later": "a", "blank before": "", "kept": "a", "gone": "a"},
        2025: {"blank later": "", "blank before": "a", "kept": "a", "new": "a"},
    }
    assert count_passages(*statuses.values()) == {("a", "a"): 1, ("a", None): 1, (None, "a"): 1}
    base = "http://example.org/"
    store = ox.Store()
    for year, of_year in statuses.items():
        for name, status in of_year.items():
            said = {"annee": ox.Literal(year), "inscriptionDe": ox.Literal(name)}
            said |= {"statut": ox.Literal(status)} if status else {}
            entry = ox.NamedNode(base + quote(f"{name}/{year}"))
            for term, value in said.items():
                store.add(ox.Quad(entry, ox.NamedNode(vocabulary_of(base) + term), value))
    rows = answer(store, flow_query(base, 2024, 2025))
    passages = {(row.get("avant"), row.get("apres")): int(row["nombre"]) for row in rows}
    assert passages == {("a", "a"): 1, ("a", None): 1, (None, "a"): 1}


def test_two_builds_have_the_same_charts_and_the_same_name(small: list[Path]) -> None:
    one, other = (
        {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted((release / "charts").iterdir())
        }
        for release in small
    )
    assert one == other
    assert any(name.endswith(".png") for name in one)
    assert small[0].name == small[1].name


def test_a_release_without_counts_has_no_index() -> None:
    assert list(chart_files([])) == []


def test_pictures_of_pixels_are_of_the_newest_portrait_and_of_all_years() -> None:
    years = [chart(BARS, (year,), rows(2, 1), 2) for year in (2023, 2024, 2025)]
    named = [
        Chart(**{**{f: getattr(c, f) for f in Chart.__dataclass_fields__}, "name": str(n)})
        for n, c in enumerate((*years, chart(YEARS, (2024, 2025), rows(2, 2), 2)))
    ]
    paths = sorted(path for path, _ in chart_files(named) if path.endswith(".png"))
    made = [name for name, _ in groupby(path.split("/")[1].split(".")[0] for path in paths)]
    assert made == ["2", "3"]


def test_the_table_of_a_flow_is_bounded_and_its_rest_is_summed() -> None:
    big = BIG["40 statuses"]
    bounded = Chart(
        **{name: getattr(big, name) for name in Chart.__dataclass_fields__} | {"shown": 49}
    )
    files = dict(chart_files([bounded]))
    (entry,) = json.loads(files["charts/index.json"])
    rows = entry["texts"]["en"]["rows"]
    assert len(rows) == 50
    assert [len(row["names"]) for row in rows] == [2] * 50
    assert sum(row["numbers"][0] for row in rows) == sum(row.numbers[0] for row in big.rows)
    assert files["charts/x.en.csv"].count(b"\n") == len(big.rows) + 1
