"""The nearest bodies of a text: three for a person to read, none of them applied."""

import json
from pathlib import Path

import pytest

from transform.identity.registry import EMPTY, Claim, Registry, read_registry
from transform.review.nearest_bodies import Spellings

REGISTRY = read_registry(["organismes"], "https://exemple.gouv.qc.ca/")


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("Hema-Quebec", "hema-quebec"),
        ("Musée des civilisations", "musee-de-la-civilisation"),
        ("Ministère des Transports", "ministere-des-transports-et-de-la-mobilite-durable"),
        ("CISSS des Laurentide", "cisss-des-laurentides"),
    ],
)
def test_the_body_that_was_meant_comes_first(raw: str, slug: str) -> None:
    nearest = Spellings(REGISTRY).nearest(raw)
    assert nearest[0].slug == slug
    assert len({near.slug for near in nearest}) == 3
    assert [near.score for near in nearest] == sorted((n.score for n in nearest), reverse=True)
    assert REGISTRY.find(raw) is None


@pytest.mark.parametrize(
    ("raw", "helpful"),
    [
        ("Hema-Quebec", ["hema-quebec"]),
        (
            "Ministère du Numérique et de l'Innovation",
            ["ministere-de-la-cybersecurite-et-du-numerique"],
        ),
        ("Musée des civilisations", ["musee-de-la-civilisation"]),
        # 88 of 100 alike with that of the Baie-James: all words that they share are common.
        ("Centre de services scolaire de la Capitale", []),
        ("Société de télédiffusion du Québec", []),
        ("Société de développement des entreprises culturelles", []),
    ],
)
def test_only_what_may_help_is_shown(raw: str, helpful: list[str]) -> None:
    spellings = Spellings(REGISTRY)
    near = spellings.nearest(raw)
    assert [each.slug for each in near if spellings.may_help(raw, each)] == helpful


def test_a_large_registry_finds_the_same() -> None:
    more = {f"organisme {n:05} de la ville": Claim(f"o-{n}", 0) for n in range(9000)}
    large = Spellings(Registry(REGISTRY.bodies, {**REGISTRY.claims, **more}, ()))
    assert large.nearest("Musée des civilisations")[0].slug == "musee-de-la-civilisation"
    assert large.nearest("Organisme 04321 de la vile")[0].slug == "o-4321"


def test_no_registry_has_no_candidate() -> None:
    assert Spellings(EMPTY).nearest("Héma-Québec") == []


def test_the_report_lists_who_is_not_reviewed(example: Path) -> None:
    report = json.loads((example / "current/report/validation.json").read_bytes())
    by_slug = {body["body"]: body for body in report["not_reviewed"]}
    assert sorted(by_slug) == [
        "centre-de-services-scolaire-de-la-capitale",
        "societe-de-developpement-des-entreprises-culturelles",
        "societe-de-telediffusion-du-quebec",
    ]
    television = by_slug["societe-de-telediffusion-du-quebec"]
    assert television["spellings"] == ["Société de télédiffusion du Québec"]
    assert [set(near) for near in television["nearest"]] == [{"slug", "spelling", "score"}] * 3
    assert "hema-quebec" not in by_slug
