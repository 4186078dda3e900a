"""List the types of entities and their properties: one table for all services."""

from typing import NamedTuple

from transform.rdf.namespaces import DCTERMS, FOAF, RDFS, SCHEMA, SKOS, vocabulary_of

_ORG = "http://www.w3.org/ns/org#"


class Kind(NamedTuple):
    """A type of entities: its class in `def#`, and the property that links a row to an entity."""

    name: str
    link: str


ORGANISME = Kind("Organisme", "organisme")
PORTEFEUILLE = Kind("Portefeuille", "portefeuille")
INITIATIVE = Kind("Initiative", "inscriptionDe")
CATEGORIE = Kind("Categorie", "categorie")
STATUT = Kind("Statut", "statut")
KINDS = (ORGANISME, PORTEFEUILLE, INITIATIVE, CATEGORIE, STATUT)
# The types that are searched when a query names none.
DEFAULT = (ORGANISME, PORTEFEUILLE, INITIATIVE)


class Property(NamedTuple):
    """A property of an entity.

    `iri` is absolute or a name in `def#`; with `of_rows`, the rows of the portraits have it, year
    by year, else the entity itself. With `restricts`, a query may name a value of it.
    """

    id: str
    names: dict[str, str]
    kinds: tuple[Kind, ...]
    iri: str
    of_rows: bool = True
    value: Kind | None = None
    restricts: bool = False

    def full_iri(self, base_uri: str) -> str:
        """Return the IRI of the property in a release."""
        return self.iri if ":" in self.iri else f"{vocabulary_of(base_uri)}{self.iri}"


YEAR = Property(
    "annee", {"fr": "Année de portrait", "en": "Year of portrait"}, KINDS,
    f"{DCTERMS}isPartOf", restricts=True,
)  # fmt: skip
BODY = Property(
    "organisme", {"fr": "Organisme", "en": "Public body"}, (INITIATIVE,),
    "organisme", value=ORGANISME, restricts=True,
)  # fmt: skip
PORTFOLIO = Property(
    "portefeuille", {"fr": "Portefeuille", "en": "Portfolio"}, (ORGANISME, INITIATIVE),
    "portefeuille", value=PORTEFEUILLE, restricts=True,
)  # fmt: skip
PROPERTIES = (
    YEAR,
    BODY,
    PORTFOLIO,
    Property("categorie", {"fr": "Catégorie", "en": "Category"}, (INITIATIVE,),
             "categorie", value=CATEGORIE, restricts=True),
    Property("statut", {"fr": "Statut", "en": "Status"}, (INITIATIVE,),
             "statut", value=STATUT, restricts=True),
    Property("benefices", {"fr": "Bénéfices", "en": "Benefits"}, (INITIATIVE,), "benefices"),
    Property("nom", {"fr": "Nom", "en": "Name"},
             (ORGANISME, PORTEFEUILLE, CATEGORIE, STATUT), f"{SKOS}prefLabel", of_rows=False),
    Property("nom-initiative", {"fr": "Nom de l'initiative", "en": "Name of the initiative"},
             (INITIATIVE,), f"{RDFS}label", of_rows=False),
    Property("autres-noms", {"fr": "Autres noms", "en": "Other names"},
             (ORGANISME, PORTEFEUILLE, CATEGORIE, STATUT), f"{SKOS}altLabel", of_rows=False),
    Property("genre", {"fr": "Genre d'organisme", "en": "Kind of body"}, (ORGANISME,),
             f"{_ORG}classification", of_rows=False),
    Property("site", {"fr": "Site web", "en": "Web site"}, (ORGANISME,),
             f"{FOAF}homepage", of_rows=False),
    Property("identiques", {"fr": "Même chose ailleurs (Wikidata, ROR)",
                            "en": "Same thing elsewhere (Wikidata, ROR)"}, (ORGANISME,),
             f"{SCHEMA}sameAs", of_rows=False),
    Property("revise", {"fr": "Revu par une personne", "en": "Reviewed by a person"}, (ORGANISME,),
             "revise", of_rows=False),
)  # fmt: skip
BY_ID = {each.id: each for each in PROPERTIES}


def class_iri(kind: Kind, base_uri: str) -> str:
    """Return the IRI of a type, which is its identifier."""
    return f"{vocabulary_of(base_uri)}{kind.name}"


def find_kind(text: str, base_uri: str) -> Kind | None:
    """Return the type that an identifier names: the IRI of its class, or the name alone."""
    name = text.removeprefix(vocabulary_of(base_uri))
    return next((kind for kind in KINDS if kind.name == name), None)
