"""Every template passes axe in both languages and schemes, wide and narrow; its HTML passes Nu.

Each is seen in two views; in all of them by `make test-accessibility`, which takes many minutes.
"""

import json
import os
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.site.conftest import BROWSER_MS
from tests.support.npm import install

HTML = {"Accept": "text/html"}
NU = "vnu-jar@26.9.27"
# A page of each template: a path, or a pattern of one that a page before it links to.
PAGES = {
    "home": "",
    "initiatives": "initiatives",
    "initiatives of a search": "initiatives?q=donnees&annee=2025",
    "no initiatives": "initiatives?q=xqzw",
    "bodies": "organismes",
    "categories": "categories",
    "entries of a year": "portraits/2025",
    "years": "portraits",
    "search": "recherche?q=donnees",
    "search for nothing": "recherche",
    "nothing found": "recherche?q=montreall+xqzw",
    "initiative": "doc/initiative/{initiative}",
    "entry": "doc/initiative/{initiative}/2025",
    "body": "doc/organisme/{organisme}",
    "portfolio": "doc/portefeuille/{portefeuille}",
    "category": "doc/categorie/{categorie}",
    "status": "doc/statut/{statut}",
    "portrait": "doc/portrait/2025",
    "framework": "doc/cadre",
    "framework document": "doc/cadre/strategie-2021-2026",
    "published number": "doc/comparaison/2024-2025/textes-poursuivis",
    "list of values": "doc/genre",
    "thing without a template": "doc/cube/statut",
    "decision": "doc/decision/{decision}",
    "comparisons": "changements/",
    "comparison": "changements/2024-2025",
    "rows": "changements/2024-2025/initiatives-nouvelles",
    "sparql": "sparql",
    "answer": "sparql?query=SELECT*%7B%3Fs%3Fp%3Fo%7DLIMIT%2020",
    "limits": "sparql/limites",
    "refused": "sparql?query=SELECT",
    "questions": "requetes",
    "question": "requetes/organisme-en-production",
    "charts": "graphiques",
    "chart": "graphiques/passages-2024-2025",
    "frame of a chart": "graphiques/categories-2025/cadre",
    "downloads": "dumps/",
    "catalogue": "catalogue",
    "vocabulary": "def",
    "shapes": "shapes",
    "conformance": "conformite",
    "graph": "graph/2025",
    "help": "aide",
    "help on queries": "aide/requetes",
    "unknown": "doc/organisme/rien-de-tel",
    "preview": "reconciliation/preview?id=organisme/{organisme}",
}
NARROW = 320  # CSS pixels, WCAG 1.4.10; also what a page of 640 has at a zoom of 200 %
WIDE = 1280
LANGUAGES, SCHEMES = ("fr", "en"), ("light", "dark")
ALL, EVEN, ODD = slice(None), slice(0, None, 2), slice(1, None, 2)
if os.environ.get("EVERY_VIEW"):
    VIEWS = [
        *((*view, ALL) for view in product(LANGUAGES, SCHEMES, (360, WIDE))),
        *((language, "light", NARROW, ALL) for language in LANGUAGES),
    ]
else:
    # Each template is seen in both languages, both schemes and both widths, by two of four views:
    # a view and its opposite. The narrow one is French, whose texts are longer.
    VIEWS = [
        ("en", "light", WIDE, EVEN),
        ("fr", "dark", NARROW, EVEN),
        ("en", "dark", WIDE, ODD),
        ("fr", "light", NARROW, ODD),
    ]
NAMES = [f"{language}-{scheme}-{width}" for language, scheme, width, _ in VIEWS]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Of what repeats, such as rows and items of lists, so many are enough: axe takes time for each.
KEEP = 12
SHORTEN = """most => {
  for (const parent of document.body.querySelectorAll("*")) {
    const seen = {};
    for (const child of [...parent.children]) {
      const kind = `${child.localName} ${child.getAttribute("class")}`;
      seen[kind] = (seen[kind] || 0) + 1;
      if (seen[kind] > most) child.remove();
    }
  }
}"""


@pytest.fixture(scope="module")
def paths(examples: str, fetch: Any) -> dict[str, str]:
    """The path of a page of each template."""
    keys = {}
    for kind in {name for path in PAGES.values() for name in re.findall(r"\{(\w+)\}", path)}:
        query = (
            f"SELECT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), 'http://localhost:8000/id/{kind}/'))"
            " } ORDER BY DESC(?s) LIMIT 1"
        )
        address = f"{examples}sparql?{query_of(query)}"
        (row,) = json.loads(fetch(address).body)["results"]["bindings"]
        keys[kind] = row["s"]["value"].split("/")[5]
    return {name: path.format(**keys) for name, path in PAGES.items()}


def query_of(text: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"query": text, "format": "json"})


@pytest.mark.parametrize(("language", "scheme", "width", "part"), VIEWS, ids=NAMES)
def test_no_template_breaks_a_rule_of_wcag_or_scrolls_sideways(
    examples: str,
    paths: dict[str, str],
    browser: Any,
    language: str,
    scheme: str,
    width: int,
    part: slice,
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"resultTypes": ["violations"], "runOnly": RULES["runOnly"]}
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(BROWSER_MS)
    page, found, wide = context.new_page(), {}, {}
    for name, path in [*paths.items()][part]:
        joint = "&" if "?" in path else "?"
        page.goto(f"{examples}{path}{joint}lang={language}")
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[name] = needed
        page.evaluate(SHORTEN, KEEP)
        violations = axe.run(page, options=options).response["violations"]
        if violations:
            found[name] = [
                (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
                for each in violations
            ]
    context.close()
    faults = {name: given for name, given in (("rules", found), ("pixels", wide)) if given}
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)


def test_the_html_of_every_template_is_valid(
    examples: str, paths: dict[str, str], fetch: Any, tmp_path: Path
) -> None:
    if shutil.which("java") is None:
        pytest.skip("no java on this machine")
    jar = install(NU) / "node_modules/vnu-jar/build/dist/vnu.jar"
    listed = fetch(f"{examples}requetes", headers=HTML).text
    # Each saved question has a form of its own.
    questions = {
        name: f"requetes/{name}" for name in re.findall(r'href="\./requetes/([a-z0-9-]+)"', listed)
    }
    assert {"cadre", "cadre-changements"} <= questions.keys()
    for (name, path), language in product((paths | questions).items(), ("fr", "en")):
        joint = "&" if "?" in path else "?"
        reply = fetch(f"{examples}{path}{joint}lang={language}", headers=HTML)
        (tmp_path / f"{name}.{language}.html").write_bytes(reply.body)
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", jar, "--format", "json", "--skip-non-html", tmp_path],
        capture_output=True,
        text=True,
    )
    messages = json.loads(done.stderr)["messages"]
    faults = sorted(
        {
            (message["url"].rpartition("/")[2], message["message"])
            for message in messages
            if message["type"] == "error"
        }
    )
    assert not faults
