"""Keep what the shapes find in the same statements, for all commands of one run of the tests.

Each build reads all shapes, and validates the vocabulary, the registry and the framework, which are
the same for most tests: together half of what a build of one row takes. What is kept is named by
all that it was made from. A command that is started as it is installed keeps nothing.
"""

import importlib
import os
import pickle
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import rdflib

from transform.layouts.model import Languages
from transform.rdf.namespaces import vocabulary_of

ROOMS = (
    "transform.pipeline.check",
    "transform.validation.framework",
    "transform.validation.registry",
)


# Those of rows and of the other graphs, for the base URI and the languages of most tests.
USUAL = [
    (tiers, "http://localhost:8000/", Languages(("fr", "en"), ("fr", "en")))
    for tiers in (("required", "lists", "recommended", "reading"), ("required", "recommended"))
]


class Shapes(NamedTuple):
    """The arguments of `read_shapes`: the shapes are read where nothing was kept."""

    tiers: tuple[str, ...]
    base_uri: str
    languages: Languages

    def names(self) -> tuple[object, ...]:
        """Return what tells these shapes from others: a base URI does not show its vocabulary."""
        return (*self, vocabulary_of(self.base_uri))


def keep_validation(folder: Path) -> None:
    """Have this process, and all that it forks, look into the folder before they validate."""
    shacl: Any = importlib.import_module("transform.validation.shacl")
    read_anew = shacl.read_shapes
    usual = {Shapes(*shapes).names(): read_anew(*shapes) for shapes in USUAL}

    def read_shapes(*shapes: Any) -> Any:
        kept = usual.get(Shapes(*shapes).names())
        return read_anew(*shapes) if kept is None else rdflib.Graph() + kept

    def validate(triples: bytes, shapes: Shapes) -> Any:
        kept = folder / sha256(repr(shapes.names()).encode() + triples).hexdigest()
        if not kept.exists():
            findings = shacl.validate(triples, read_shapes(*shapes))
            being_written = kept.with_suffix(f".{os.getpid()}")
            being_written.write_bytes(pickle.dumps(findings))
            being_written.rename(kept)
        return pickle.loads(kept.read_bytes())

    folder.mkdir(exist_ok=True)
    for name in ROOMS:
        room: Any = importlib.import_module(name)
        assert (room.validate, room.read_shapes) == (shacl.validate, read_anew)
        room.validate, room.read_shapes = validate, Shapes
    shacl.read_shapes = read_shapes
