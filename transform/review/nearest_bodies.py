"""Suggest which registered bodies a text may mean: for a person to read, never applied."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import process

from transform.identity.bodies import Body
from transform.identity.registry import Registry
from transform.rdf.namespaces import ORG, SKOS
from transform.rdf.ntriples import literal
from transform.review.plain_words import plain_words
from transform.text.normal_form import normal_form
from transform.text.string_similarity import BY_LETTERS, similarity

SUGGESTED = 3
# Up to this many spellings, all are compared; beyond, those that share the text's rarest parts.
_FEW = 1000
_RAREST = 8
# What a suggestion must have to be shown. Measured on the registry of Québec, where each spelling
# was looked up without itself: 68 of the 79 bodies that have another spelling as near as this are
# still shown, and 29 bodies that are none of them where without the words there were 130.
LEAST = 65.0
_RARE = 2  # bodies that have a rare word
_LONG = 4  # letters of a word that counts
_SAME_WORD = 80  # of 100


class Near(NamedTuple):
    """A registered body with its spelling that is most like a text; 100 is the same."""

    slug: str
    spelling: str
    score: float


class WordCounts:
    """How many bodies have a word in their names: what most have tells none from another.

    The words «centre de services scolaire de la» make two bodies alike and say nothing; a word
    of two bodies at most, or nearly it, in both names is a reason to look.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Count the words of names, given as pairs of a body's slug and one of its names."""
        bodies: defaultdict[str, set[str]] = defaultdict(set)
        for slug, name in names:
            for word in plain_words(name).split():
                bodies[word].add(slug)
        self._common = {word for word, slugs in bodies.items() if len(slugs) > _RARE}

    def share_a_rare_one(self, one: str, other: str) -> bool:
        """Return whether two names share a rare word, but for an ending or a slip."""
        rare, words = (
            {w for w in plain_words(name).split() if len(w) >= _LONG and w not in self._common}
            for name in (one, other)
        )
        return any(BY_LETTERS(a, b) >= _SAME_WORD for a in rare for b in words)


class Spellings:
    """The spellings of a registry, looked up by the parts that they share with a text."""

    def __init__(self, registry: Registry) -> None:
        within = {form: claim.slug for (_, form), claim in registry.claims_within.items()}
        self._claims = within | {form: claim.slug for form, claim in registry.claims.items()}
        self._words = WordCounts((slug, form) for form, slug in self._claims.items())
        self._shared: defaultdict[str, list[str]] = defaultdict(list)
        if len(self._claims) > _FEW:
            for form in self._claims:
                for part in _parts(form):
                    self._shared[part].append(form)

    def nearest(self, raw: str) -> list[Near]:
        """Return the three bodies most like a text, each once, the most like first."""
        form = normal_form(raw)
        scored = process.extract(form, self._candidates(form), scorer=similarity, limit=20)
        best: dict[str, Near] = {}
        for spelling, score, _ in sorted(scored, key=lambda hit: (-hit[1], hit[0])):
            slug = self._claims[spelling]
            best.setdefault(slug, Near(slug, spelling, round(score, 1)))
        return list(best.values())[:SUGGESTED]

    def may_help(self, raw: str, near: Near) -> bool:
        """Return whether a body is near enough to a text for a person to look at it."""
        return near.score >= LEAST and self._words.share_a_rare_one(raw, near.spelling)

    def _candidates(self, form: str) -> list[str]:
        if len(self._claims) <= _FEW:
            return list(self._claims)
        known = [part for part in _parts(form) if part in self._shared]
        rarest = sorted(known, key=lambda part: (len(self._shared[part]), part))[:_RAREST]
        hits = Counter(form for part in rarest for form in self._shared[part][:_FEW])
        return [form for form, _ in hits.most_common(_FEW)]


def _parts(form: str) -> set[str]:
    """Return the runs of four characters of a text."""
    return {form[i : i + 4] for i in range(max(1, len(form) - 3))}


class Unreviewed(NamedTuple):
    """A body that nobody has reviewed, the nearest bodies, and those that may help a person."""

    body: Body
    nearest: list[Near]
    helpful: list[Near]

    def registry_line(self) -> str:
        """Return the Turtle that says what the body is; it can stand anywhere in a registry.

        It is the nearest body that may help a person, or a new one.
        """
        name = literal(self.body.text, self.body.language)
        if self.helpful:
            return f"<id/organisme/{self.helpful[0].slug}> <{SKOS}altLabel> {name} ."
        return (
            f"<id/organisme/{self.body.slug}> a <def#Organisme> ; <{SKOS}prefLabel> {name} ;"
            f" <{ORG}classification> <id/genre/organisme> ; <def#revise> true ."
        )

    def as_json(self) -> dict[str, object]:
        """Return the body as the report lists it."""
        return {
            "body": self.body.slug,
            "label": self.body.label,
            "spellings": sorted(self.body.spellings),
            "nearest": [near._asdict() for near in self.nearest],
        }


def not_reviewed(bodies: Iterable[Body], registry: Registry) -> list[Unreviewed]:
    """List the bodies that nobody has reviewed, with the nearest bodies of the registry."""
    spellings = Spellings(registry)
    unknown = []
    for body in bodies:
        if not body.reviewed:
            text = min(body.spellings)
            nearest = spellings.nearest(text)
            helpful = [near for near in nearest if spellings.may_help(text, near)]
            unknown.append(Unreviewed(body, nearest, helpful))
    return unknown
