"""What changed is counted rightly: held against SPARQL over a release, and for any portraits."""

import json
import re
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example as such
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROW, Run
from transform.comparison.compare import Sides, compare
from transform.comparison.entries import Entry, EntryNames
from transform.comparison.model import Comparison, Movement
from transform.comparison.pairing import find_alike, most_at_once
from transform.comparison.sentences import comparison_sentences
from transform.layouts.model import LISTS
from transform.release.reading import read_sides
from transform.tables.rows import Cells

BASE = "http://localhost:8000/"
PREFIXES = f"""
PREFIX pia: <{BASE}def#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


@pytest.fixture(scope="module")
def comparison(example: Path) -> Comparison:
    """The comparison of the example portraits, from what their release holds."""
    sides, _ = read_sides(example, 2024, 2025)
    return compare(sides)


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    return load(example)


def load(releases_folder: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(
        path=releases_folder / "current" / "dumps" / "portraits.nq", format=ox.RdfFormat.N_QUADS
    )
    return store


def select(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    names = solutions.variables
    return [tuple(s[name].value if s[name] else "" for name in names) for s in solutions]


def values(store: ox.Store, name: str, year: int) -> set[str]:
    """Query the values of a property in a portrait, without any code of the comparison."""
    query = f"""SELECT DISTINCT ?v WHERE {{
        ?i dcterms:isPartOf <{BASE}id/portrait/{year}> ; pia:{name} ?v }}"""
    return {value for (value,) in select(store, query)}


def test_texts_as_written_are_58_new_and_41_gone(comparison: Comparison) -> None:
    names = ("nouveaux", "absents", "poursuivis", "avant", "apres")
    assert [comparison.number(f"textes-{name}") for name in names] == [58, 41, 24, 65, 82]


def test_resolved_bodies_are_22_new_5_gone_60_continued(comparison: Comparison) -> None:
    for name, number in (("nouveaux", 22), ("absents", 5), ("poursuivis", 60)):
        movement = comparison.movements[f"organismes-{name}"]
        assert (movement.number, movement.least, movement.most) == (number, number, number)
    assert {pair.movement for pair in comparison.pairs} == {"initiatives-a-trancher"}


@pytest.mark.parametrize(
    ("what", "prop", "new", "absent", "continued"),
    [
        ("organismes", "organisme", "nouveaux", "absents", "poursuivis"),
        ("textes", "organismeTelQuEcrit", "nouveaux", "absents", "poursuivis"),
        ("initiatives", "inscriptionDe", "nouvelles", "absentes", "poursuivies"),
    ],
)
def test_sets_are_those_of_the_release(
    comparison: Comparison,
    store: ox.Store,
    what: str,
    prop: str,
    new: str,
    absent: str,
    continued: str,
) -> None:
    before, after = values(store, prop, 2024), values(store, prop, 2025)
    assert comparison.number(f"{what}-{new}") == len(after - before)
    assert comparison.number(f"{what}-{absent}") == len(before - after)
    assert comparison.number(f"{what}-{continued}") == len(before & after)


@pytest.mark.parametrize(
    ("concept", "before", "after"),
    [
        ("portefeuille/enseignement-superieur", 31, 58),
        ("portefeuille/sante-et-services-sociaux", 67, 95),
        ("portefeuille/education", 12, 16),
        ("categorie/traitement-d-image", 11, 27),
        ("statut/information-indisponible", 5, 11),
    ],
)
def test_comparable_values(comparison: Comparison, concept: str, before: int, after: int) -> None:
    kind = concept.partition("/")[0]
    (evolution,) = [e for e in comparison.of(kind) if e.concept == f"id/{concept}"]
    assert (evolution.before, evolution.after) == (before, after)


def test_what_was_split_and_reworded_is_named(comparison: Comparison) -> None:
    named = {
        name: [path.rpartition("/")[2] for path in movement.elements]
        for name, movement in comparison.movements.items()
        if movement.elements and not name.startswith("organismes")
    }
    assert len(named.pop("portefeuilles-inchanges")) == 12
    assert named == {
        "portefeuilles-scindes": [
            "education",
            "enseignement-superieur",
            "sante-et-services-sociaux",
        ],
        "categories-reformulees": ["traitement-d-image"],
        "statuts-reformules": ["information-indisponible"],
    }


def test_no_label_falls_to_zero_unsaid(comparison: Comparison) -> None:
    # A text may fall to zero only if its value goes on under another, or is said to be absent.
    explained = {path for m in comparison.movements.values() for path in m.elements}
    for kind in LISTS:
        whole = {e.concept: e for e in comparison.of(kind)}
        for text in comparison.of(kind, unresolved=True):
            if text.after == 0:
                assert text.concept in explained or whole[text.concept].after == 0, text
        assert [e.concept for e in comparison.of(kind) if e.after == 0 and e.neighbours] == []


def test_each_number_is_that_of_its_published_query(store: ox.Store) -> None:
    movements = select(
        store, "SELECT ?m ?n ?q WHERE { ?m a pia:Mouvement ; pia:effectif ?n ; pia:requete ?q }"
    )
    evolutions = select(
        store,
        """SELECT ?e ?n ?q WHERE { ?e a pia:Evolution ; pia:requete ?q ;
            pia:effectifAnterieur ?a ; pia:effectifPosterieur ?b BIND(?a + ?b AS ?n) }""",
    )
    assert len(movements) > 30
    assert len(evolutions) > 60
    for about, number, query in (*movements, *evolutions):
        solutions = store.query(query, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions)
        assert len(list(solutions)) == int(number), about


def test_every_figure_of_a_sentence_is_that_of_the_graph(
    comparison: Comparison, store: ox.Store, example: Path
) -> None:
    query = """SELECT ?m ?least ?most WHERE { ?m a pia:Mouvement ;
        pia:effectifMinimal ?least ; pia:effectifMaximal ?most }"""
    known = {
        about.partition("2024-2025/")[2]: (least, most)
        for about, least, most in select(store, query)
    }
    query = """SELECT ?e ?a ?b WHERE {
        ?e pia:effectifAnterieur ?a ; pia:effectifPosterieur ?b }"""
    for about, before, after in select(store, query):
        name = about.partition("2024-2025/")[2]
        known |= {f"{name}/2024": (before, before), f"{name}/2025": (after, after)}
    names = read_sides(example, 2024, 2025)[0].names
    for language in ("fr", "en"):
        label = partial(names.label, language=language)
        sentences = comparison_sentences(comparison, label, language)
        parts = [part for sentence in sentences for part in sentence.parts if part.counts]
        figures = [(part.counts, re.findall("[0-9]+", part.text)) for part in parts]
        assert len(figures) > 20
        assert figures == [(name, list(dict.fromkeys(known[name or ""]))) for name, _ in figures]


def test_graph_is_without_blank_nodes_and_all_of_it_has_a_label(store: ox.Store) -> None:
    graph = ox.NamedNode(f"{BASE}graph/rapprochements")
    quads = list(store.quads_for_pattern(None, None, None, graph))
    assert not [q for q in quads if ox.BlankNode in (type(q.subject), type(q.object))]
    query = f"""SELECT ?s (COUNT(DISTINCT LANG(?l)) AS ?n) WHERE {{
        ?s rdfs:label ?l FILTER(STRSTARTS(STR(?s), "{BASE}id/comparaison/")) }} GROUP BY ?s"""
    assert {number for _, number in select(store, query)} == {"2"}


@pytest.mark.parametrize(
    ("movement", "pattern"),
    [
        ("initiatives-nouvelles", "pia:premiereAnnee 2025"),
        ("initiatives-absentes", "pia:derniereAnnee 2024"),
    ],
)
def test_what_is_new_or_absent_is_one_pattern(
    store: ox.Store, comparison: Comparison, movement: str, pattern: str
) -> None:
    [(number,)] = select(store, f"SELECT (COUNT(?i) AS ?n) WHERE {{ ?i {pattern} }}")
    assert int(number) == comparison.number(movement)


def test_a_movement_is_found_by_what_moved_and_its_fate(
    store: ox.Store, comparison: Comparison
) -> None:
    pattern = f"""?m dcterms:isPartOf <{BASE}id/comparaison/2024-2025> ; pia:effectif ?n ;
        pia:mouvementDe <{BASE}id/chose/%s> ; pia:sort <{BASE}id/sort/%s>"""
    for movement in comparison.movements.values():
        query = pattern % movement.kind
        for side, status in zip(("Anterieur", "Posterieur"), movement.statuses or (), strict=False):
            query += f" ; pia:statut{side} <{BASE}{status}>"
        assert select(store, f"SELECT ?n WHERE {{ {query} }}") == [(str(movement.number),)]


def test_three_portraits_are_compared_in_all_pairs(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    rows = [("Tri", *ROW[1:]), ("Triage", *ROW[1:]), ("Veille", *ROW[1:])]
    files = [
        f"{year}={portrait(*rows[n:], name=f'{year}.csv')}"
        for n, year in enumerate((2021, 2022, 2023))
    ]
    releases_folder = tmp_path / "releases"
    done = portrait_ia("build", *files, "--to", releases_folder, "--layout", "quebec")
    assert done.returncode == 0, done.stderr
    store = load(releases_folder)
    query = """SELECT ?a ?b ?n WHERE { ?c pia:portraitAnterieur/pia:annee ?a ;
        pia:portraitPosterieur/pia:annee ?b . ?m dcterms:isPartOf ?c ; pia:effectif ?n
        FILTER(STRENDS(STR(?m), "/initiatives-absentes")) } ORDER BY ?a ?b"""
    assert select(store, query) == [
        ("2021", "2022", "1"),
        ("2021", "2023", "2"),
        ("2022", "2023", "1"),
    ]


def test_unreviewed_bodies_that_look_alike_widen_the_range_and_decide_nothing(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    def row(body: str, number: int) -> tuple[str, ...]:
        return (f"Exemple {number}", ROW[1], body, *ROW[3:])

    old = portrait(row("Régie des eaux de Laval", 1), row("Bureau inconnu", 2), name="a.csv")
    new = portrait(row("Régie des eaux de Levis", 1), row("Office du blé", 3), name="b.csv")
    releases_folder = tmp_path / "releases"
    done = portrait_ia("build", f"2024={old}", f"2025={new}", "--to", releases_folder)
    assert done.returncode == 0, done.stderr
    comparison = compare(read_sides(releases_folder, 2024, 2025)[0])
    new_ones = comparison.movements["organismes-nouveaux"]
    assert (new_ones.number, new_ones.least, new_ones.most) == (2, 1, 2)
    bodies = [pair.before for pair in comparison.pairs if pair.movement == "organismes-a-trancher"]
    assert bodies == ["id/organisme/regie-des-eaux-de-laval"]
    text = " ".join(s.text for s in comparison_sentences(comparison, str, "en"))
    assert "between 1 and 2 new bodies" in text
    assert "Not reviewed: 1 pair of bodies" in text


def test_a_value_that_falls_while_its_like_appears_is_a_warning_of_the_build(
    portrait_ia: Run, portrait: Callable[..., Path], tmp_path: Path
) -> None:
    layout = tmp_path / "ouvert.toml"
    layout.write_text(OPEN_LAYOUT, encoding="utf-8")
    old = portrait((ROW[0], "Imagerie", *ROW[2:]), name="a.csv")
    new = portrait((ROW[0], "Imagerie/Radiologie", *ROW[2:]), name="b.csv")
    report = tmp_path / "report"
    done = portrait_ia(
        "check", f"2024={old}", f"2025={new}", "--layout", layout, "--report", report
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((report / "validation.json").read_bytes())["results"]
    (warning,) = [r for r in results if r["shape"].endswith("#Evolution-voisin")]
    assert warning["severity"] == "Warning"
    assert warning["focus"].endswith("id/comparaison/2024-2025/categorie/imagerie")
    lines = re.search(
        r"three lines to ouvert.toml: (.+), (concept.+), (spellings.+)\.", warning["next_en"]
    )
    assert lines
    with layout.open("a", encoding="utf-8") as more:
        more.write("\n".join(lines.groups()))
    portrait_ia("check", f"2024={old}", f"2025={new}", "--layout", layout, "--report", report)
    after = json.loads((report / "validation.json").read_bytes())["results"]
    assert [r["shape"] for r in after if "#Concept-revise" in r["shape"]] == []
    assert [r["shape"] for r in after if "#Evolution-voisin" in r["shape"]] == []
    assert "falls to zero" in done.stdout or "tombe à zéro" in done.stdout


OPEN_LAYOUT = """
layout = 1
name = "ouvert"
extends = "quebec"

[lists.categorie]
open = true
"""


# Small portraits of few bodies, names and values, so that everything happens to them.
cells = st.builds(
    Cells,
    nom=st.sampled_from(["Tri", "Veille", "Triage"]),
    categorie=st.sampled_from(["Image", "Image/Radio", "Texte"]),
    organisme=st.sampled_from(["Cégep A", "Cégep A ", "Cégep B", "CÉGEP B"]),
    portefeuille=st.sampled_from(["Santé", "Santé (Réseau)", "Justice"]),
    benefices=st.just(""),
    statut=st.sampled_from(["Essai", "Production"]),
)
NAMES = EntryNames(broader={"id/portefeuille/sante-reseau": "id/portefeuille/sante"})


def entries(year: int, rows: list[tuple[int, Cells]]) -> list[Entry]:
    slugs = {"santé (réseau)": "sante-reseau", "santé": "sante"}

    def path(kind: str, text: str) -> str:
        form = " ".join(text.split()).casefold()
        return f"id/{kind}/{slugs.get(form, form.replace(' ', '-'))}"

    return [
        Entry(
            str(key),
            year,
            key,
            f"id/initiative/{key}",
            path("organisme", row.organisme),
            path("categorie", row.categorie),
            path("statut", row.statut),
            path("portefeuille", row.portefeuille),
            row,
            f"{BASE}{year}.csv#row={key}",
        )
        for key, row in rows
    ]


# Of what there are sums: what is counted, and the names of its movements.
MOVEMENTS = (
    ("organismes", "nouveaux", "absents", "poursuivis"),
    ("initiatives", "nouvelles", "absentes", "poursuivies"),
    ("textes", "nouveaux", "absents", "poursuivis"),
)


def find_faults(comparison: Comparison) -> list[str]:
    """Return what is wrong with each sum that does not hold."""
    faults = []
    for what, new, absent, continued in MOVEMENTS:
        kept = comparison.number(f"{what}-{continued}")
        expected = comparison.number(f"{what}-apres")
        if comparison.number(f"{what}-{new}") + kept != expected:
            faults.append(f"{what}: new + continued is not {expected}")
        expected = comparison.number(f"{what}-avant")
        if comparison.number(f"{what}-{absent}") + kept != expected:
            faults.append(f"{what}: absent + continued is not {expected}")
    for kind in comparison.lists:
        for unresolved in (False, True):
            listed = comparison.of(kind, unresolved=unresolved)
            for expected, total in (
                (comparison.number("initiatives-avant"), sum(e.before for e in listed)),
                (comparison.number("initiatives-apres"), sum(e.after for e in listed)),
            ):
                if total != expected:
                    faults.append(f"{kind}: the sum is {total}, the portrait has {expected}")
    return faults


rows = st.lists(st.tuples(st.integers(0, 9), cells), max_size=9, unique_by=lambda pair: pair[0])
keys = st.integers(0, 9).map(lambda key: f"id/initiative/{key}")
candidates = st.lists(st.tuples(keys, keys, st.just(90.0)), max_size=9, unique=True)


@given(rows, rows, candidates)
def test_sums_hold_for_any_two_portraits(
    before: list[tuple[int, Cells]],
    after: list[tuple[int, Cells]],
    maybe: list[tuple[str, str, float]],
) -> None:
    sides = Sides(2024, 2025, entries(2024, before), entries(2025, after), NAMES, maybe)
    comparison = compare(sides)
    assert find_faults(comparison) == []
    kept = {key for key, _ in before} & {key for key, _ in after}
    assert comparison.number("initiatives-poursuivies") == len(kept)
    passages = [m for m in comparison.movements.values() if m.statuses]
    assert sum(m.number for m in passages) == len(kept)
    changed = sum(m.number for m in passages if m.statuses and len({*m.statuses}) == 2)
    assert changed == comparison.number("initiatives-statut-change")
    for movement in comparison.movements.values():
        assert 0 <= movement.least <= movement.number <= movement.most
    new, absent = (comparison.movements[f"initiatives-{n}"] for n in ("nouvelles", "absentes"))
    assert (
        new.most - new.least
        == absent.most - absent.least
        <= comparison.number("initiatives-a-trancher")
    )
    for language in ("fr", "en"):
        assert all(
            s.text and "{" not in s.text for s in comparison_sentences(comparison, str, language)
        )


def test_a_sum_that_does_not_hold_is_named() -> None:
    comparison = compare(
        Sides(2024, 2025, [], entries(2025, [(1, Cells("T", "I", "A", "J", "", "E"))]))
    )
    assert find_faults(comparison) == []
    comparison.add(Movement("organismes-nouveaux", 2, 2, 2))
    comparison.evolutions.clear()
    assert find_faults(comparison)[0] == "organismes: new + continued is not 1"
    assert "statut: the sum is 0, the portrait has 1" in find_faults(comparison)


pairs = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz")), max_size=10)


# A chain of exchanges of which the next one has to undo a part.
@such([("a", "v"), ("a", "w"), ("b", "w"), ("b", "x"), ("b", "y"), ("c", "v"), ("d", "x")])
@given(pairs)
def test_most_at_once_is_the_largest_matching(given: list[tuple[str, str]]) -> None:
    def apart(chosen: tuple[tuple[str, str], ...]) -> bool:
        return all(len({pair[side] for pair in chosen}) == len(chosen) for side in (0, 1))

    edges = sorted(set(given))
    largest = max(n for n in range(6) if any(apart(c) for c in combinations(edges, n)))
    assert most_at_once(given) == largest


def test_alike_is_by_words_not_by_marks() -> None:
    pairs = find_alike(["Cégep Saint–Jean", "Ville"], ["Université", "CEGEP SAINT-JEAN"])
    assert [(a.before, a.after, a.likeness) for a in pairs] == [(0, 1, 100.0)]
    assert find_alike(["a"], []) == find_alike([], ["a"]) == []
