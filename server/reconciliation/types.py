"""List the types of entities and their properties: one table for all services."""

from collections.abc import Iterable
from typing import NamedTuple

from server import texts
from server.release.current import Release
from transform.rdf.namespaces import DCTERMS, FOAF, RDFS, SCHEMA, SKOS, vocabulary_of

_ORG = "http://www.w3.org/ns/org#"


class EntityType(NamedTuple):
    """A type of entities: its class in `def#`, and the property that links a row to an entity.

    `field` is that of the register which names them.
    """

    name: str
    link: str
    field: str


ORGANISME = EntityType("Organisme", "organisme", "organisme")
PORTEFEUILLE = EntityType("Portefeuille", "portefeuille", "portefeuille")
INITIATIVE = EntityType("Initiative", "inscriptionDe", "nom")
CATEGORIE = EntityType("Categorie", "categorie", "categorie")
STATUT = EntityType("Statut", "statut", "statut")
KINDS = (ORGANISME, PORTEFEUILLE, INITIATIVE, CATEGORIE, STATUT)
# The types that are searched when a query names none.
DEFAULT = (ORGANISME, PORTEFEUILLE, INITIATIVE)


class Property(NamedTuple):
    """A property of an entity.

    `names` by language may hold words of the register, in braces. `iri` is absolute or a name in
    `def#`; with `of_rows`, the rows of the portraits have it, year by year, else the entity itself.
    With `restricts`, a query may name a value of it.
    """

    id: str
    names: dict[str, str]
    kinds: tuple[EntityType, ...]
    iri: str
    of_rows: bool = True
    value: EntityType | None = None
    restricts: bool = False

    def full_iri(self, base_uri: str) -> str:
        """Return the IRI of the property in a release."""
        return self.iri if ":" in self.iri else f"{vocabulary_of(base_uri)}{self.iri}"


def _worded(word: str) -> dict[str, str]:
    """Return the names of a property of which the register has the word."""
    return dict.fromkeys(texts.LANGUAGES, f"{{{word}}}")


YEAR = Property(
    "annee", {"fr": "Année {de portrait}", "en": "Year of {portrait}"}, KINDS,
    f"{DCTERMS}isPartOf", restricts=True,
)  # fmt: skip
BODY = Property(
    "organisme", _worded("Organisme"), (INITIATIVE,),
    "organisme", value=ORGANISME, restricts=True,
)  # fmt: skip
PORTFOLIO = Property(
    "portefeuille", _worded("Portefeuille"), (ORGANISME, INITIATIVE),
    "portefeuille", value=PORTEFEUILLE, restricts=True,
)  # fmt: skip
PROPERTIES = (
    YEAR,
    BODY,
    PORTFOLIO,
    Property("categorie", _worded("Categorie"), (INITIATIVE,),
             "categorie", value=CATEGORIE, restricts=True),
    Property("statut", _worded("Statut"), (INITIATIVE,),
             "statut", value=STATUT, restricts=True),
    Property("benefices", _worded("Benefices"), (INITIATIVE,), "benefices"),
    Property("nom", {"fr": "Nom", "en": "Name"},
             (ORGANISME, PORTEFEUILLE, CATEGORIE, STATUT), f"{SKOS}prefLabel", of_rows=False),
    Property("nom-initiative", {"fr": "Nom de l'initiative", "en": "Name of the initiative"},
             (INITIATIVE,), f"{RDFS}label", of_rows=False),
    Property("autres-noms", {"fr": "Autres noms", "en": "Other names"},
             (ORGANISME, PORTEFEUILLE, CATEGORIE, STATUT), f"{SKOS}altLabel", of_rows=False),
    Property("genre", {"fr": "Genre d'organisme", "en": "EntityType of body"}, (ORGANISME,),
             f"{_ORG}classification", of_rows=False),
    Property("site", {"fr": "Site web", "en": "Web site"}, (ORGANISME,),
             f"{FOAF}homepage", of_rows=False),
    Property("identiques", {"fr": "Même chose ailleurs (Wikidata, ROR)",
                            "en": "Same thing elsewhere (Wikidata, ROR)"}, (ORGANISME,),
             f"{SCHEMA}sameAs", of_rows=False),
    Property("revise", {"fr": "Revu par une personne", "en": "Reviewed by a person"}, (ORGANISME,),
             "revise", of_rows=False),
)  # fmt: skip
_FIELDS = {each.field for each in KINDS} | {"benefices"}


def class_iri(kind: EntityType, base_uri: str) -> str:
    """Return the IRI of a type, which is its identifier."""
    return f"{vocabulary_of(base_uri)}{kind.name}"


class Offer(NamedTuple):
    """The types and properties of one release: those of the fields that its register has."""

    base_uri: str
    kinds: tuple[EntityType, ...] = KINDS
    properties: tuple[Property, ...] = PROPERTIES

    @property
    def default(self) -> tuple[EntityType, ...]:
        """Return the types that are searched when a query names none."""
        return tuple(kind for kind in DEFAULT if kind in self.kinds)

    def find_kind(self, text: str) -> EntityType | None:
        """Return the type that an identifier names: the IRI of its class, or the name alone."""
        name = text.removeprefix(vocabulary_of(self.base_uri))
        return next((kind for kind in self.kinds if kind.name == name), None)

    def find_property(self, name: object) -> Property | None:
        """Return the property of an identifier."""
        return next((each for each in self.properties if each.id == name), None)

    def list_properties(self, kinds: Iterable[EntityType]) -> list[Property]:
        """List the properties that entities of some types have."""
        return [each for each in self.properties if set(each.kinds) & set(kinds)]


def read_offer(release: Release) -> Offer:
    """Return what a release offers: nothing of a field that its register does not have."""
    fields = release.register.fields
    kinds = tuple(kind for kind in KINDS if kind.field in fields)
    offer = Offer(release.base_uri, kinds)
    words = {language: release.register.words_in(language) for language in texts.LANGUAGES}
    properties = [
        each._replace(names={tag: name.format(**words[tag]) for tag, name in each.names.items()})
        for each in offer.list_properties(kinds)
        if each.id in fields or each.id not in _FIELDS
    ]
    return offer._replace(properties=tuple(properties))
