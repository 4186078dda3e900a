"""Read the shapes that the vocabulary and every yearly register must pass, tier by tier.

Their messages have places for what a register calls things, such as `{le portrait}`: see
`transform/text/agreement.py`, and `transform/validation/tiers.py`, which fills them.
"""

from collections.abc import Sequence
from importlib.resources import files

TIERS = (
    "required", "lists", "recommended", "reading", "vocabulary", "registry", "framework",
)  # fmt: skip
# The shapes of texts that are wanted in each language of the register.
_IN_EACH_LANGUAGE = ("Portrait-titre", "Changement-nom", "Cadre-nom", "Texte-nom")


def read(tier: str) -> bytes:
    """Read the Turtle of a tier; its IRIs are relative to the base URI of a release."""
    if tier not in TIERS:
        raise ValueError(f"no tier {tier!r}: there are {', '.join(TIERS)}")
    return files(__name__).joinpath(f"{tier}.ttl").read_bytes()


def for_languages(tags: Sequence[str], in_each: Sequence[str]) -> bytes:
    """Return the Turtle that completes the tiers for the languages of a register, its own first.

    `in_each` are the languages in which each of its portraits is described.
    """
    lines = [
        "# The languages of the register, its own first: what shapes name as <shapes#langues>.",
        "",
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .",
        "@prefix sh: <http://www.w3.org/ns/shacl#> .",
        "",
        *_list("langues", tags),
        *_list("langue-propre", tags[:1]),
    ]
    for name in _IN_EACH_LANGUAGE:
        lines += [f"<shapes#{name}>", f"  sh:minCount {max(len(in_each), 1)} ;", "  .", ""]
    return "\n".join(lines).encode()


def _list(name: str, tags: Sequence[str]) -> list[str]:
    first, *rest = (f'"{tag}"' for tag in tags)
    return [
        f"<shapes#{name}>",
        f"  rdf:first {first} ;",
        f"  rdf:rest ( {' '.join(rest)} ) ;" if rest else "  rdf:rest ( ) ;",
        "  .",
        "",
    ]
