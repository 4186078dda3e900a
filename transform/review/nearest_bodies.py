"""Suggest which registered bodies a text may mean: for a person to read, never applied."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rapidfuzz import process

from transform.identity.bodies import Body
from transform.identity.registry import Registry
from transform.text.normal_form import normal_form
from transform.text.string_similarity import similarity

SUGGESTED = 3
# Up to this many spellings, all are compared; beyond, those that share the text's rarest parts.
_FEW = 1000
_RAREST = 8


class Near(NamedTuple):
    """A registered body with its spelling that is most like a text; 100 is the same."""

    slug: str
    spelling: str
    score: float


class Spellings:
    """The spellings of a registry, looked up by the parts that they share with a text."""

    def __init__(self, registry: Registry) -> None:
        self._claims = {form: slug for form, (slug, _) in registry.claims.items()}
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


def not_reviewed(bodies: Iterable[Body], registry: Registry) -> list[Mapping[str, object]]:
    """List the bodies that nobody has reviewed, with their spellings and the nearest bodies."""
    spellings = Spellings(registry)
    return [
        {
            "body": body.slug,
            "label": body.label,
            "spellings": sorted(body.spellings),
            "nearest": [near._asdict() for near in spellings.nearest(body.label)],
        }
        for body in bodies
        if not body.reviewed
    ]
