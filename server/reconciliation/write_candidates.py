"""Write candidates as the protocol defines them (0.2, section 4.2)."""

from typing import Any

from server.reconciliation.index import Entity, Index
from server.reconciliation.manifest import describe_kind
from server.reconciliation.read_queries import ReconciliationQuery
from server.reconciliation.scoring import ScoredEntity, find_candidates
from server.reconciliation.types import (
    BODY,
    INITIATIVE,
    ORGANISME,
    PORTFOLIO,
)
from server.release.current import Release


def answer(
    release: Release, index: Index, query: ReconciliationQuery, language: str
) -> list[dict[str, Any]]:
    """Return the candidates for a query."""
    candidates = find_candidates(index, query, f"{release.base_uri}id/")
    return [_write_candidate(release, index, each, language) for each in candidates]


def _write_candidate(
    release: Release, index: Index, candidate: ScoredEntity, language: str
) -> dict[str, Any]:
    entity = index.entities[candidate.number]
    features: dict[str, bool | float] = {
        "nom": candidate.likeness,
        "nom-exact": candidate.exact,
        "type": candidate.fits,
        **candidate.met,
    }
    return {
        "id": f"{release.base_uri}id/{entity.path}",
        "name": entity.name(language),
        **describe(index, candidate.number, language),
        "type": [describe_kind(entity.kind, release, language)],
        "score": candidate.score,
        "match": candidate.match,
        "features": [{"id": name, "value": value} for name, value in features.items()],
    }


def describe(index: Index, number: int, language: str) -> dict[str, str]:
    """Return what tells namesakes apart: the body of an initiative, the portfolio of a body."""
    entity = index.entities[number]
    telling = {INITIATIVE: BODY, ORGANISME: PORTFOLIO}.get(entity.kind)
    owner = find_owner(index, number, telling.id) if telling else None
    return {"description": owner.name(language)} if owner else {}


def find_owner(index: Index, number: int, property_id: str) -> Entity | None:
    """Return the entity that is the last value of a property, or None."""
    values = index.values_of(number, property_id)
    place = index.places.get(values[-1]) if values else None
    return None if place is None else index.entities[place]
