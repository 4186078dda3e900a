"""Write what was found as the two versions of the protocol want it."""

from typing import Any

from server.reconciliation.asking import Query
from server.reconciliation.index import Entity, Index
from server.reconciliation.kinds import BODY, BY_ID, INITIATIVE, ORGANISME, PORTFOLIO
from server.reconciliation.manifest import describe_kind
from server.reconciliation.scoring import Candidate, find_candidates
from server.shelf import Release

_FEATURES = {
    "nom": {"fr": "Ressemblance du nom", "en": "Likeness of the name"},
    "nom-exact": {"fr": "Nom exact", "en": "Exact name"},
    "type": {"fr": "Type demandé", "en": "Type asked for"},
}


def answer(release: Release, index: Index, query: Query, language: str) -> list[dict[str, Any]]:
    """Give the candidates for a query of 0.2."""
    found = find_candidates(index, query, f"{release.base_uri}id/")
    return [write_candidate(release, index, each, language) for each in found]


def answer_draft(
    release: Release, index: Index, query: Query, language: str
) -> list[dict[str, Any]]:
    """Give the candidates for a query of 1.0-draft, whose features have names."""
    candidates = answer(release, index, query, language)
    for candidate in candidates:
        for feature in candidate["features"]:
            name = feature["id"]
            feature["name"] = (_FEATURES.get(name) or BY_ID[name].names)[language]
    return candidates


def write_candidate(
    release: Release, index: Index, found: Candidate, language: str
) -> dict[str, Any]:
    """Give a candidate as both versions have it."""
    entity = index.entities[found.number]
    features: dict[str, bool | float] = {
        "nom": found.likeness, "nom-exact": found.exact, "type": found.fits, **found.met
    }  # fmt: skip
    return {
        "id": f"{release.base_uri}id/{entity.path}",
        "name": entity.name(language),
        **describe(index, found.number, language),
        "type": [describe_kind(entity.kind, release, language)],
        "score": found.score,
        "match": found.match,
        "features": [{"id": name, "value": value} for name, value in features.items()],
    }


def describe(index: Index, number: int, language: str) -> dict[str, str]:
    """Give what tells namesakes apart: the body of an initiative, the portfolio of a body."""
    entity = index.entities[number]
    about = {INITIATIVE: BODY, ORGANISME: PORTFOLIO}.get(entity.kind)
    owner = find_owner(index, number, about.id) if about else None
    return {"description": owner.name(language)} if owner else {}


def find_owner(index: Index, number: int, property_id: str) -> Entity | None:
    """Give the entity that is the last value of a property."""
    place = index.places.get(index.lasts[property_id].get(number, ""))
    return None if place is None else index.entities[place]
