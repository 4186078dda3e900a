"""The queries of the site sort their rows as French readers expect."""

import pyoxigraph as ox
import pytest

from server.release import queries

BASE = "http://a/"
ORDERED = ["Abri", "Âge", "Ça", "Cégep", "Éducation", "Emploi", "été", "Œuvre", "Ouest", "Zoo"]


@pytest.mark.parametrize(
    ("name", "link", "forward"), [("elements", "def#element", True), ("pointing-page", "p", False)]
)
def test_an_accent_does_not_move_a_name_behind_z(name: str, link: str, forward: bool) -> None:
    store, whole = ox.Store(), ox.NamedNode(f"{BASE}whole")
    named = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    for number, label in enumerate(reversed(ORDERED)):
        thing, by = ox.NamedNode(f"{BASE}{number}"), ox.NamedNode(BASE + link)
        store.add(ox.Quad(whole, by, thing) if forward else ox.Quad(thing, by, whole))
        store.add(ox.Quad(thing, named, ox.Literal(label, language="fr")))
    bound: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
        ox.Variable("order"): ox.Literal(queries.write_order(["fr"]).value),
        ox.Variable("movement" if forward else "resource"): whole,
    }
    rows = store.query(queries.read(name), base_iri=BASE, substitutions=bound)
    assert isinstance(rows, ox.QuerySolutions)
    assert [str(row["label"]) for row in rows] == [f'"{label}"@fr' for label in ORDERED]
