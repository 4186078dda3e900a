"""Read the vocabulary: its Turtle files and its JSON-LD context."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

NAMES = (
    "portrait-ia",
    "externes",
    "categories",
    "statuts",
    "portefeuilles",
    "correspondances",
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


def read_versions() -> dict[str, bytes]:
    """Read the Turtle of each earlier version of the vocabulary, by its number."""
    folder = files(__name__).joinpath("versions")
    earlier = [file for file in folder.iterdir() if file.name.endswith(".ttl")]
    return {file.name.removesuffix(".ttl"): file.read_bytes() for file in earlier}


@cache
def context(vocabulary: str) -> Mapping[str, Any]:
    """Return the JSON-LD document {"@context": …} in which «pia» is the URI of the vocabulary.

    Cached, as a sandboxed process cannot open files.
    """
    terms = json.loads(files(__name__).joinpath("contexte.jsonld").read_bytes())["@context"]
    return {"@context": {**terms, "pia": vocabulary}}
