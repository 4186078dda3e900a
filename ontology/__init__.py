"""Read the vocabulary: its Turtle files and its JSON-LD context."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

NAMES = (
    "portrait-ia",
    "categories",
    "statuts",
    "portefeuilles",
    "cadre",
    "collections",
    "organismes",
    "genres",
    "regles",
    "mouvements",
)


def read(name: str) -> bytes:
    """Read the Turtle file of one of NAMES; its IRIs are relative to the base URI of a release."""
    if name not in NAMES:
        raise KeyError(f"no file {name!r} in the ontology; known: {', '.join(NAMES)}")
    return files(__name__).joinpath(f"{name}.ttl").read_bytes()


@cache
def context(base_uri: str) -> Mapping[str, Any]:
    """Return the JSON-LD document {"@context": …} in which «pia» stands below a base URI.

    Cached, as a sandboxed process cannot open files.
    """
    terms = json.loads(files(__name__).joinpath("contexte.jsonld").read_bytes())["@context"]
    return {"@context": {**terms, "pia": f"{base_uri}def#"}}
