"""What a reasoner concludes from a release is what was meant."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, XSD

HERE = Path(__file__).parent
BASE = "http://localhost:8000/"
ELI = rdflib.Namespace("http://data.europa.eu/eli/ontology#")
PIA = rdflib.Namespace(f"{BASE}def#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
EXPRESSIONS_AND_FILES = {ELI.Expression, ELI.Format}
# owlrl reports a contradiction, such as that of rule cax-dw, by a resource with this property.
CONTRADICTION = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
_FIRST_OF_EACH = """
SELECT (MIN(?thing) AS ?first) { ?thing a ?class ; ?property ?value } GROUP BY ?class ?property
"""


@pytest.fixture(scope="module")
def store(example: Path) -> ox.Store:
    store = ox.Store()
    quads = example / "current/dumps/portraits.nq"
    store.bulk_load(path=quads, format=ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def sample(store: ox.Store) -> list[ox.Triple]:
    """The ontology, foreign axioms, and a thing of each class with each of its properties."""
    rows = store.query(_FIRST_OF_EACH, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    things = {row["first"] for row in rows} | {ox.NamedNode(f"{BASE}def")}
    defined = store.quads_for_pattern(None, ox.NamedNode(str(RDFS.isDefinedBy)), None)
    things |= {quad.subject for quad in defined}
    triples = {q.triple for thing in things for q in store.quads_for_pattern(thing, None, None)}
    foreign = ox.parse(path=HERE / "foreign-axioms.ttl", format=ox.RdfFormat.TURTLE)
    return [*triples, *(quad.triple for quad in foreign)]


def close(triples: Iterable[ox.Triple], *more: tuple[str, str, str]) -> rdflib.Graph:
    """Return triples, and more of them by their IRIs, with all that OWL 2 RL concludes."""
    graph = rdflib.Graph()
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    graph.parse(data=text, format="nt")
    for triple in more:
        graph.add(tuple(map(rdflib.URIRef, triple)))  # type: ignore[arg-type]
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def in_two_disjoint_classes(graph: rdflib.Graph) -> set[rdflib.term.Node]:
    return {
        thing
        for one, other in graph.subject_objects(OWL.disjointWith)
        for thing in graph.subjects(RDF.type, one)
        if (thing, RDF.type, other) in graph
    }


def test_nothing_becomes_what_it_is_not(sample: list[ox.Triple]) -> None:
    graph = close(sample)

    assert set(graph.subjects(CONTRADICTION)) == set()
    assert in_two_disjoint_classes(graph) == set()
    assert set(graph.subjects(RDF.type, OWL.Nothing)) == set()
    assert not EXPRESSIONS_AND_FILES & set(graph.objects(None, RDF.type))
    # It did conclude something: what a body is, and who the entries are attributed to.
    body = next(graph.objects(None, PIA.organisme))
    assert (body, RDF.type, PROV.Agent) in graph
    assert (None, PROV.wasAttributedTo, body) in graph
    decision = next(graph.subjects(RDF.type, PIA.DecisionIdentite))
    assert {PIA.Decision, PROV.Activity} <= set(graph.objects(decision, RDF.type))


def test_the_closure_sees_what_cannot_be(sample: list[ox.Triple]) -> None:
    """An initiative with a body would be an entry too, an act with a title its expression."""
    axioms = [t for t in sample if t.predicate.value.startswith((str(RDFS), str(OWL)))]
    initiative, act = f"{BASE}id/initiative/abc", f"{BASE}id/cadre/arrete"
    graph = close(
        axioms,
        (initiative, str(RDF.type), str(PIA.Initiative)),
        (initiative, str(PIA.organisme), f"{BASE}id/organisme/hema-quebec"),
        (act, str(ELI.title), f"{BASE}id/texte"),
    )

    assert in_two_disjoint_classes(graph) == {rdflib.URIRef(initiative)}
    assert list(graph.subjects(CONTRADICTION)) != []
    assert set(graph.objects(rdflib.URIRef(act), RDF.type)) & EXPRESSIONS_AND_FILES


def _timed(triple: ox.Triple) -> ox.Triple:
    """Return a triple with a time in place of a date: OWL 2 has no xsd:date, and HermiT ends."""
    value = triple.object
    if not isinstance(value, ox.Literal) or value.datatype.value != str(XSD.date):
        return triple
    time = ox.Literal(f"{value.value}T00:00:00", datatype=ox.NamedNode(str(XSD.dateTime)))
    return ox.Triple(triple.subject, triple.predicate, time)


def is_consistent(triples: Iterable[ox.Triple], folder: Path) -> bool:
    """Return whether HermiT (in owlready2; it needs a Java) finds no contradiction."""
    java, package = shutil.which("java"), importlib.util.find_spec("owlready2")
    if not java:
        pytest.skip("no java on this machine, which HermiT needs")
    assert package is not None
    assert package.origin is not None
    jar = Path(package.origin).parent / "hermit" / "HermiT.jar"
    ox.serialize(map(_timed, triples), folder / "whole.rdf", format=ox.RdfFormat.RDF_XML)
    command = [java, "-cp", str(jar), "org.semanticweb.HermiT.cli.CommandLine", "--consistency"]
    done = subprocess.run(
        [*command, (folder / "whole.rdf").as_uri()], capture_output=True, text=True, timeout=300
    )
    if "InconsistentOntologyException" in done.stderr:
        return False
    assert "Thing is satisfiable" in done.stdout, done.stderr
    return True


def test_hermit_finds_the_ontology_and_a_release_consistent(
    sample: list[ox.Triple], tmp_path: Path
) -> None:
    thing, kind = ox.NamedNode(f"{BASE}id/initiative/abc"), ox.NamedNode(str(RDF.type))
    both = [ox.Triple(thing, kind, ox.NamedNode(PIA[c])) for c in ("Initiative", "Inscription")]

    assert is_consistent(sample, tmp_path)
    assert not is_consistent([*sample, *both], tmp_path)


def test_an_initiative_is_a_system_where_its_categories_say_so(store: ox.Store) -> None:
    def count(pattern: str) -> int:
        query = f"PREFIX pia: <{PIA}> SELECT (COUNT(DISTINCT ?i) AS ?n) {{ {pattern} }}"
        rows = store.query(query, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return int(next(rows)["n"].value)

    entry = "?i a pia:Initiative . ?e pia:inscriptionDe ?i ; pia:categorie ?c ."
    other = f"{entry} ?c pia:systemeIA false ."
    laboratory = "?i ^pia:inscriptionDe/pia:categorie <http://localhost:8000/id/categorie/laboratoire-et-equipement>"
    for system in ("https://w3id.org/dpv/ai#AISystem", "https://w3id.org/airo#AISystem"):
        assert count(f"{other} ?i a <{system}>") == 0
        assert count(f"?i a <{system}>") == count("?i a pia:Initiative") - count(other)
    assert 0 < count(laboratory) < count(other) < count("?i a pia:Initiative") / 4
