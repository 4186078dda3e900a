"""The vocabulary is bilingual, reads in every parser, and agrees with the layout of Québec."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

import ontology
from tests.conftest import PROJECT
from transform.layouts.model import load_layout
from transform.rdf.jsonld import prefixes_of
from transform.text.normal_form import normal_form, slug

BASE = "https://données.exemple/ia/"
FACTS = PROJECT.parent / "shared" / "facts"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ISSUED = "http://purl.org/dc/terms/issued"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LISTS = {"categorie": "categories", "statut": "statuts", "portefeuille": "portefeuilles"}
YEARS = (2024, 2025)

CLASSES = [
    "Categorie",
    "Comparaison",
    "Decision",
    "DecisionIdentite",
    "DecisionLien",
    "Decompte",
    "Evolution",
    "Initiative",
    "Inscription",
    "Mouvement",
    "Organisme",
    "PaireOuverte",
    "Portefeuille",
    "PortefeuilleAnnuel",
    "Portrait",
    "Principe",
    "Statut",
    "Suspension",
    "TexteDuCadre",
]
PROPERTIES = [
    "annee",
    "benefices",
    "categorie",
    "categorieTelleQuEcrite",
    "champAbsent",
    "codeSource",
    "compteParmiLesOutils",
    "conclusion",
    "confiance",
    "contact",
    "contactEnTexte",
    "contraignant",
    "dateDeclaration",
    "dateMiseEnService",
    "dateRetrait",
    "dateStatut",
    "debutAuPlusTard",
    "debutAuPlusTot",
    "decompteDe",
    "decomptePar",
    "decreteePar",
    "derniereAnnee",
    "derniereInscription",
    "descriptif",
    "dimensionAnnee",
    "dimensionAnneeAnterieure",
    "dimensionAnneePosterieure",
    "dimensionCategorie",
    "dimensionGenre",
    "dimensionPortefeuille",
    "dimensionStatut",
    "dispenseAccordeePar",
    "effectif",
    "effectifAnterieur",
    "effectifMaximal",
    "effectifMinimal",
    "effectifPosterieur",
    "element",
    "emetteur",
    "etablit",
    "evolutionDe",
    "finAuPlusTard",
    "finAuPlusTot",
    "identifiant",
    "inscriptionDe",
    "leveePar",
    "membreAnterieur",
    "membrePosterieur",
    "ministereTitulaire",
    "module",
    "mouvementDe",
    "natureDuTexte",
    "nombreInscriptions",
    "nombreOrganismes",
    "nomTelQuEcrit",
    "objet",
    "organisme",
    "organismeTelQuEcrit",
    "pageWeb",
    "portefeuille",
    "portefeuilleTelQuEcrit",
    "porteSur",
    "portraitAnterieur",
    "portraitPosterieur",
    "premiereAnnee",
    "preuve",
    "rattachement",
    "regle",
    "requete",
    "ressemblance",
    "revise",
    "sansResolution",
    "seulementCite",
    "signataire",
    "sort",
    "statut",
    "statutAnterieur",
    "statutPosterieur",
    "statutTelQuEcrit",
    "sujet",
    "systemeIA",
    "texteTelQuEcrit",
    "totalPublie",
    "vise",
    "voisin",
]
MODULES = ["ModuleCadre", "ModuleComparaison", "ModuleNoyau"]
INDIVIDUALS = [*MODULES, "Modules", "ProjetPortraitIA"]
ALIGNMENTS = {
    ("Categorie", "subClassOf", SKOS + "Concept"),
    ("Comparaison", "subClassOf", "http://www.w3.org/ns/prov#Entity"),
    ("Decision", "subClassOf", "http://www.w3.org/ns/prov#Activity"),
    ("DecisionIdentite", "subClassOf", f"{BASE}def#Decision"),
    ("DecisionLien", "subClassOf", f"{BASE}def#Decision"),
    ("Decompte", "subClassOf", "http://purl.org/linked-data/cube#Observation"),
    ("Evolution", "subClassOf", "http://purl.org/linked-data/cube#Observation"),
    ("Initiative", "subClassOf", "http://www.w3.org/ns/prov#Entity"),
    ("Inscription", "subClassOf", "http://www.w3.org/ns/prov#Entity"),
    ("Mouvement", "subClassOf", "http://purl.org/linked-data/cube#Observation"),
    ("Organisme", "subClassOf", "http://data.europa.eu/m8g/PublicOrganisation"),
    ("Organisme", "subClassOf", "http://www.w3.org/ns/org#FormalOrganization"),
    ("PaireOuverte", "subClassOf", "http://www.w3.org/ns/prov#Entity"),
    ("Portefeuille", "subClassOf", SKOS + "Concept"),
    ("PortefeuilleAnnuel", "subClassOf", "http://www.w3.org/ns/prov#Entity"),
    ("Portrait", "subClassOf", "http://www.w3.org/ns/dcat#Dataset"),
    ("Principe", "subClassOf", SKOS + "Concept"),
    ("Statut", "subClassOf", SKOS + "Concept"),
    ("benefices", "subPropertyOf", "http://purl.org/dc/terms/description"),
    ("categorie", "subPropertyOf", "http://purl.org/dc/terms/subject"),
    ("derniereInscription", "subPropertyOf", "http://purl.org/dc/terms/hasVersion"),
    ("TexteDuCadre", "subClassOf", "http://purl.org/dc/terms/BibliographicResource"),
    ("compteParmiLesOutils", "subPropertyOf", "http://purl.org/dc/terms/references"),
    ("emetteur", "subPropertyOf", "http://purl.org/dc/terms/creator"),
    ("inscriptionDe", "subPropertyOf", "http://www.w3.org/ns/prov#specializationOf"),
    ("objet", "subPropertyOf", f"{BASE}def#porteSur"),
    ("organisme", "subPropertyOf", "http://www.w3.org/ns/prov#wasAttributedTo"),
    ("porteSur", "subPropertyOf", "http://www.w3.org/ns/prov#used"),
    ("portraitAnterieur", "subPropertyOf", "http://www.w3.org/ns/prov#wasDerivedFrom"),
    ("portraitPosterieur", "subPropertyOf", "http://www.w3.org/ns/prov#wasDerivedFrom"),
    ("signataire", "subPropertyOf", "http://purl.org/dc/terms/contributor"),
    ("statut", "subPropertyOf", "http://www.w3.org/ns/adms#status"),
    ("sujet", "subPropertyOf", f"{BASE}def#porteSur"),
    ("vise", "subPropertyOf", "http://purl.org/dc/terms/audience"),
    ("codeSource", "subPropertyOf", "https://schema.org/codeRepository"),
    ("dateDeclaration", "subPropertyOf", "http://purl.org/dc/terms/date"),
    ("dateMiseEnService", "subPropertyOf", "http://purl.org/dc/terms/available"),
    ("dateRetrait", "subPropertyOf", "http://purl.org/dc/terms/date"),
    ("dateStatut", "subPropertyOf", "http://purl.org/dc/terms/date"),
    ("descriptif", "subPropertyOf", "http://purl.org/dc/terms/description"),
    ("identifiant", "subPropertyOf", "http://purl.org/dc/terms/identifier"),
    ("pageWeb", "subPropertyOf", "http://xmlns.com/foaf/0.1/page"),
}
# The whole rhythm of a term; what a term does not have is left out, nothing stands elsewhere.
RHYTHM = [
    *("a", "rdfs:label@fr", "rdfs:label@en", "skos:definition@fr", "skos:definition@en"),
    *("rdfs:subClassOf", "rdfs:subPropertyOf", "owl:disjointWith", "rdfs:domain", "rdfs:range"),
    "rdfs:seeAlso",
    *("skos:example@fr", "skos:example@en", "rdfs:isDefinedBy", "pia:module", "dcterms:issued"),
]
# Those whose terms were read in their own files before they were used here.
NAMESPACES = (
    "http://data.europa.eu/eli/ontology#",
    "http://data.europa.eu/m8g/",
    "http://publications.europa.eu/resource/authority/data-theme/",
    "http://purl.org/dc/dcmitype/",
    "http://purl.org/dc/terms/",
    "http://purl.org/linked-data/cube#",
    "http://rdfs.org/ns/void#",
    "http://purl.org/vocab/vann/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2001/XMLSchema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/ns/adms#",
    "http://www.w3.org/ns/dcat#",
    "http://www.w3.org/ns/org#",
    "http://www.w3.org/ns/prov#",
    "http://xmlns.com/foaf/0.1/",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://schema.org/",
    "https://w3id.org/airo#",
    "https://w3id.org/dpv/ai#",
    "https://w3id.org/semapv/vocab/",
    "https://w3id.org/sssom/",
    "https://w3id.org/vair#",
)


class Statement(NamedTuple):
    """A statement whose subject is named."""

    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal


def quads(name: str) -> list[ox.Quad]:
    return list(ox.parse(ontology.read(name), ox.RdfFormat.TURTLE, base_iri=BASE))


def triples(name: str) -> list[Statement]:
    return [
        Statement(quad.subject.value, quad.predicate.value, quad.object)
        for quad in quads(name)
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode | ox.Literal)
    ]


def iris(statements: Iterable[Statement]) -> set[str]:
    objects = {
        statement.object.value
        if isinstance(statement.object, ox.NamedNode)
        else statement.object.datatype.value
        for statement in statements
    }
    return objects | {iri for statement in statements for iri in statement[:2]}


def last(iri: str) -> str:
    return re.split("[/#]", iri)[-1]


def texts(name: str, prop: str, language: str) -> dict[str, set[str]]:
    """Return the texts of a property in a language, by the last segment of the subject."""
    by_subject: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples(name):
        if predicate == prop and isinstance(value, ox.Literal) and value.language == language:
            by_subject[last(subject)].add(value.value)
    return by_subject


def facts(name: str) -> list[dict[str, str]]:
    path = FACTS / f"{name}.csv"
    if not path.exists():
        pytest.skip("the tables of facts are not part of the package; they stand beside it or not")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ontology.NAMES)
def test_turtle_reads_the_same_in_two_parsers(name: str) -> None:
    ours = rdflib.Graph()
    lines = ox.serialize((quad.triple for quad in quads(name)), format=ox.RdfFormat.N_TRIPLES)
    ours.parse(data=lines, format="nt")
    theirs = rdflib.Graph().parse(data=ontology.read(name), format="turtle", publicID=BASE)

    assert isomorphic(ours, theirs)


@pytest.mark.parametrize("name", ontology.NAMES)
def test_nothing_is_a_blank_node(name: str) -> None:
    assert len(triples(name)) == len(quads(name)) > 1


@pytest.mark.parametrize("name", ontology.NAMES)
def test_every_external_term_is_of_a_vocabulary_that_was_read(name: str) -> None:
    elsewhere = ("/homepage", "/page", "/sameAs", "#isDefinedBy")
    statements = [t for t in triples(name) if not t.predicate.endswith(elsewhere)]
    foreign = {iri for iri in iris(statements) if not iri.startswith(BASE)}
    assert {iri for iri in foreign if not iri.startswith(NAMESPACES)} == set()


def test_unknown_file_is_named() -> None:
    with pytest.raises(KeyError, match="no file 'catégories' in the ontology; known: portrait-ia"):
        ontology.read("catégories")


def test_terms_are_those_of_the_interface() -> None:
    defined = {
        statement.subject.removeprefix(f"{BASE}def#")
        for statement in triples("portrait-ia")
        if statement.predicate == RDFS + "isDefinedBy"
    }
    assert defined == {*CLASSES, *PROPERTIES, *INDIVIDUALS}


@pytest.mark.parametrize("prop", ["label", "definition"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_term_says_it_once_in_each_language(prop: str, language: str) -> None:
    by_term = texts("portrait-ia", (RDFS if prop == "label" else SKOS) + prop, language)
    assert {term: len(values) for term, values in by_term.items()} == dict.fromkeys(
        CLASSES + PROPERTIES + INDIVIDUALS, 1
    )


def test_every_term_has_one_module_and_one_date() -> None:
    for prop, values in (
        (f"{BASE}def#module", {f"{BASE}def#{name}" for name in MODULES}),
        (ISSUED, {"2026-11-22", "2026-11-29"}),
    ):
        by_term = defaultdict(list)
        for term in triples("portrait-ia"):
            if term.predicate == prop:
                by_term[last(term.subject)].append(term.object.value)
        assert {term: len(by_term[term]) for term in CLASSES + PROPERTIES} == dict.fromkeys(
            CLASSES + PROPERTIES, 1
        )
        assert {value for listed in by_term.values() for value in listed} == values


def test_every_foreign_term_of_an_axiom_is_declared_once() -> None:
    """OWL 2 Structural Specification, 5.8.2: an entity of an axiom or annotation is declared."""
    w3c = ("2002/07/owl#", "2001/XMLSchema#", "1999/02/22-rdf-syntax-ns#")
    built_in = (RDFS, *(f"http://www.w3.org/{space}" for space in w3c))
    axioms = (RDF_TYPE, *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain")))
    statements = triples("portrait-ia")
    used = {t.predicate for t in statements}
    used |= {t.object.value for t in statements if t.predicate in (*axioms, RDFS + "range")}
    foreign = {iri for iri in used if not iri.startswith((*built_in, f"{BASE}def#"))}
    declared = [t.subject for t in triples("externes") if t.predicate == RDF_TYPE]

    assert len(declared) == len(set(declared))
    assert foreign - set(declared) == set()


def test_the_header_names_its_version_and_the_one_before() -> None:
    says = {
        t.predicate: t.object.value for t in triples("portrait-ia") if t.subject == f"{BASE}def"
    }
    owl = "http://www.w3.org/2002/07/owl#"
    assert says[f"{owl}versionIRI"] == f"{BASE}def/{says[f'{owl}versionInfo']}"
    earlier = [version.split(".") for version in ontology.read_versions()]
    assert says[f"{owl}priorVersion"] == f"{BASE}def/{'.'.join(max(earlier))}"
    assert max(earlier) < says[f"{owl}versionInfo"].split(".")


def test_alignments_are_the_chosen_ones() -> None:
    alignments = {
        (t.subject.partition("#")[2], t.predicate.removeprefix(RDFS), t.object.value)
        for t in triples("portrait-ia")
        if t.predicate in (RDFS + "subClassOf", RDFS + "subPropertyOf")
    }
    assert alignments == ALIGNMENTS


def test_terms_stand_in_one_rhythm() -> None:
    text = ontology.read("portrait-ia").decode()
    blocks = re.findall(r"^(\S+)\n((?: {4}\S.* ;\n)+)\.\n", text, re.MULTILINE)
    prefixes = re.findall(r"^@prefix .*\n", text, re.MULTILINE)
    whole = "".join(prefixes) + "".join(f"\n{name}\n{body}.\n" for name, body in blocks)

    assert whole == text
    terms = [f"pia:{name}" for name in CLASSES + PROPERTIES]
    assert [name for name, _ in blocks] == ["<def>", *terms, *(f"pia:{n}" for n in INDIVIDUALS)]
    for name, body in blocks[1 : 1 + len(terms)]:
        rhythm = [_beat(line) for line in body.splitlines()]
        assert rhythm == sorted(rhythm, key=RHYTHM.index), name


def _beat(line: str) -> str:
    predicate, _, rest = line.strip().partition(" ")
    language = re.search(r'"@([a-z]+) ;$', rest)
    return f"{predicate}@{language[1]}" if language else predicate


def test_terms_are_alphabetical() -> None:
    assert sorted(CLASSES, key=str.casefold) == CLASSES
    assert sorted(PROPERTIES, key=str.casefold) == PROPERTIES


@pytest.mark.parametrize(("kind", "name"), LISTS.items())
def test_concepts_and_their_scheme_are_whole(kind: str, name: str) -> None:
    statements = triples(name)
    scheme = f"{BASE}id/{kind}"
    by_predicate: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for t in statements:
        by_predicate[t.predicate][t.subject].add(t.object.value)
    types = by_predicate[RDF_TYPE]
    concepts = {iri for iri, classes in types.items() if SKOS + "Concept" in classes}

    assert types.pop(scheme) == {SKOS + "ConceptScheme"}
    expected = {f"{BASE}def#{kind.capitalize()}", SKOS + "Concept"}
    assert types == dict.fromkeys(concepts, expected)
    assert all(re.fullmatch(rf"{re.escape(scheme)}/[a-z0-9-]+", iri) for iri in concepts)
    assert by_predicate[SKOS + "inScheme"] == {iri: {scheme} for iri in concepts}
    assert by_predicate[f"{BASE}def#revise"] == {iri: {"true"} for iri in concepts}
    for language in ("fr", "en"):
        assert len(texts(name, SKOS + "prefLabel", language)) == len(concepts) + 1
        assert texts(name, SKOS + "editorialNote", language).keys() == {kind}
    placed = {*by_predicate[SKOS + "topConceptOf"], *by_predicate[SKOS + "broader"]}
    assert placed == concepts


@pytest.mark.parametrize("name", ["categories", "statuts"])
def test_concepts_have_a_definition_in_each_language(name: str) -> None:
    for language in ("fr", "en"):
        named = texts(name, SKOS + "prefLabel", language)
        assert texts(name, SKOS + "definition", language).keys() == named.keys()


@pytest.mark.parametrize("name", LISTS.values())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_labels_of_a_concept_are_disjoint(name: str, language: str) -> None:
    # SKOS Reference, integrity condition S13; S14: one preferred label a language.
    kinds = [
        texts(name, SKOS + kind, language) for kind in ("prefLabel", "altLabel", "hiddenLabel")
    ]
    for concept in kinds[0]:
        assert len(kinds[0][concept]) == 1, concept
        labels = [label for kind in kinds for label in kind.get(concept, ())]
        assert len(labels) == len(set(labels)), concept


def test_slug_is_made_from_the_preferred_label() -> None:
    coined = {}
    for name in LISTS.values():
        for concept, (label,) in texts(name, SKOS + "prefLabel", "fr").items():
            if concept not in LISTS and slug(label) != concept:
                coined[concept] = label
    assert coined == {
        "education": "Éducation (ensemble)",
        "enseignement-superieur": "Enseignement supérieur (ensemble)",
        "sante-et-services-sociaux": "Santé et Services sociaux (ensemble)",
    }


@pytest.mark.parametrize(("kind", "name"), LISTS.items())
def test_layout_spells_what_the_ontology_labels(kind: str, name: str) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for label in ("prefLabel", "altLabel", "hiddenLabel"):
        for concept, spellings in texts(name, SKOS + label, "fr").items():
            labels[concept] |= spellings
    del labels[kind]
    declared = load_layout("quebec").lists[kind]

    assert {value.concept: set(value.spellings) for value in declared.values} == labels
    assert (declared.scheme, declared.open, declared.blank) == (name, False, None)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("year", YEARS)
def test_a_spelling_means_one_concept_a_year(kind: str, year: int) -> None:
    values = load_layout("quebec").lists[kind].values
    forms = [normal_form(s) for v in values if v.holds_in(year) for s in v.spellings]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    "label", ["Santé et Services sociaux", "Éducation", "Enseignement supérieur"]
)
def test_a_split_portfolio_is_whole_until_2024_and_a_part_from_2025(label: str) -> None:
    values = load_layout("quebec").lists["portefeuille"].values
    meant = {
        year: [v.concept for v in values if v.holds_in(year) and label in v.spellings]
        for year in YEARS
    }
    whole, out, net = slug(label), f"{slug(label)}-hors-reseau", f"{slug(label)}-reseau"
    broader = {
        (t.subject.rpartition("/")[2], t.object.value.rpartition("/")[2])
        for t in triples("portefeuilles")
        if t.predicate == SKOS + "broader"
    }
    assert meant == {2024: [whole], 2025: [out]}
    assert {pair for pair in broader if pair[1] == whole} == {(out, whole), (net, whole)}
    for language in ("fr", "en"):
        assert {whole, out, net} <= texts("portefeuilles", SKOS + "scopeNote", language).keys()


def test_the_reworded_image_category_says_so() -> None:
    for language in ("fr", "en"):
        noted = texts("categories", SKOS + "historyNote", language)
        assert noted.keys() == {"traitement-d-image"}
    spelled = texts("categories", SKOS + "altLabel", "fr")
    assert spelled == {"traitement-d-image": {"Traitement d'image/Imagerie médicale"}}


@pytest.mark.parametrize("year", YEARS)
def test_every_label_of_the_facts_is_read_in_its_year(year: int) -> None:
    layout = load_layout("quebec")
    counts = [("portefeuille", r["libelle"], r[f"n_{year}"]) for r in facts("portefeuilles")]
    for row in facts("categories_statuts"):
        label = row[f"libelle_{year}"].partition(" (")[0]
        counts.append((row["type"], label, row[f"n_{year}"]))
    totals: dict[str, int] = defaultdict(int)
    for kind, label, count in counts:
        values = layout.lists[kind].values
        meant = [v.concept for v in values if v.holds_in(year) and label in v.spellings]
        assert len(meant) == 1, label
        totals[kind] += int(count)

    assert totals == dict.fromkeys(LISTS, layout.portraits[year].total)


def test_the_facts_hold_no_other_concept() -> None:
    rows = facts("categories_statuts")
    for kind, name in (("categorie", "categories"), ("statut", "statuts")):
        named = texts(name, SKOS + "prefLabel", "fr")
        del named[kind]
        assert named == {
            slug(row["libelle_dictionnaire"]): {row["libelle_dictionnaire"]}
            for row in rows
            if row["type"] == kind
        }
    portfolios = texts("portefeuilles", SKOS + "prefLabel", "fr").keys() - {"portefeuille"}
    labels = {slug(row["libelle"]) for row in facts("portefeuilles")}
    assert len(labels) == 21
    assert portfolios == labels | {
        "education-hors-reseau",
        "enseignement-superieur-hors-reseau",
        "sante-et-services-sociaux-hors-reseau",
    }


def test_context_is_complete_without_the_network() -> None:
    terms = ontology.context(f"{BASE}def#")["@context"]
    assert terms["type"] == {"@id": "@type", "@container": "@set"}
    local = {
        name: meaning["@id"]
        for name, meaning in terms.items()
        if isinstance(meaning, dict) and name != "type"
    }
    assert terms["pia"] == f"{BASE}def#"
    assert {name: iri.partition(":")[2] for name, iri in local.items()} == {n: n for n in local}
    assert {iri.partition(":")[0] for iri in local.values()} <= terms.keys()
    assert set(PROPERTIES) <= local.keys()


def test_context_says_what_repeats_and_what_has_two_languages(example: Path) -> None:
    context = ontology.context("http://localhost:8000/def#")
    spaces = prefixes_of(context)
    containers = {
        spaces[prefix] + local: meaning.get("@container") or ()
        for meaning in context["@context"].values()
        if isinstance(meaning, dict)
        for prefix, colon, local in [meaning["@id"].partition(":")]
        if colon
    }
    triples = {quad.triple for quad in ox.parse(path=example / "current/dumps/portraits.nq")}
    values = Counter(
        (t.subject, t.predicate.value, getattr(t.object, "language", None)) for t in triples
    )
    repeated = {name for (_, name, _), number in values.items() if number > 1}
    languages = defaultdict(set)
    for _, name, language in values:
        languages[name].add(language)
    bilingual = {name for name in languages if {"fr", "en"} <= languages[name]}
    for container, names in (("@set", repeated), ("@language", bilingual)):
        known = names & containers.keys()
        assert len(known) > 5
        assert [name for name in known if container not in containers[name]] == []


def test_context_reads_back_what_was_meant() -> None:
    document = {
        **ontology.context(f"{BASE}def#"),
        "@graph": [
            {
                "id": f"{BASE}id/initiative/abc/2025",
                "type": "pia:Inscription",
                "label": {"fr": "Tri des demandes à l'été"},
                "isPartOf": f"{BASE}id/portrait/2025",
                "categorie": f"{BASE}id/categorie/automatisation",
                "benefices": {"fr": ["Réduire les délais", "« Mieux » servir"]},
                "organismeTelQuEcrit": "Héma-Québec\u00a0 ",
                "hadPrimarySource": "https://exemple.invalid/portrait-2025.csv#row=38",
            },
            {
                "id": f"{BASE}id/portrait/2025",
                "type": ["pia:Portrait", "dcat:Dataset"],
                "annee": 2025,
                "nombreInscriptions": 258,
            },
            {
                "id": f"{BASE}id/organisme/hema-quebec",
                "hiddenLabel": {"@none": "Héma-Québec "},
                "revise": False,
            },
        ],
    }
    turtle = f"""
        @prefix pia: <{BASE}def#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dcterms: <http://purl.org/dc/terms/> . @prefix skos: <{SKOS}> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <{RDFS}> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <id/initiative/abc/2025> a pia:Inscription ; rdfs:label "Tri des demandes à l'été"@fr ;
            dcterms:isPartOf <id/portrait/2025> ; pia:categorie <id/categorie/automatisation> ;
            pia:benefices "Réduire les délais"@fr , "« Mieux » servir"@fr ;
            pia:organismeTelQuEcrit "Héma-Québec\u00a0 " ;
            prov:hadPrimarySource <https://exemple.invalid/portrait-2025.csv#row=38> .
        <id/portrait/2025> a pia:Portrait , dcat:Dataset ; pia:annee 2025 ;
            pia:nombreInscriptions 258 .
        <id/organisme/hema-quebec> skos:hiddenLabel "Héma-Québec " ; pia:revise false .
    """
    read = ox.parse(json.dumps(document).encode(), ox.RdfFormat.JSON_LD)
    meant = ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=BASE)
    assert {quad.triple for quad in read} == {quad.triple for quad in meant}


@pytest.mark.parametrize(("layout", "made_up"), [("quebec", False), ("quebec-exemple", True)])
def test_only_the_example_says_that_it_is_made_up(layout: str, made_up: bool) -> None:
    declared = load_layout(layout)
    french = [declared.title["fr"], *(facts.title["fr"] for facts in declared.portraits.values())]

    assert bool(declared.notice) is made_up
    assert [("exemple" in title) for title in french] == [made_up] * 3
    assert {year: facts.total for year, facts in declared.portraits.items()} == {
        2024: 168,
        2025: 258,
    }
