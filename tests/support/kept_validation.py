"""Keep what the shapes find in the same statements, for all commands of one run of the tests.

Each build reads all shapes, and validates the vocabulary, the registry and the framework, which are
the same for most tests: together half of what a build of one row takes. What is kept is named by
all that it was made from. A command that is started as it is installed keeps nothing.
"""

import importlib
import os
import pickle
from collections.abc import Callable
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

    def read_shapes(*given: Any) -> rdflib.Graph:
        def read() -> Any:
            graph = read_anew(*given)
            return [*graph.namespaces()], [*graph]

        prefixes, triples = _keep(folder, repr(Shapes(*given).names()).encode(), read)
        graph = rdflib.Graph()
        for prefix, namespace in prefixes:
            graph.bind(prefix, namespace)
        for triple in triples:
            graph.add(triple)
        return graph

    def validate(triples: bytes, shapes: Shapes) -> Any:
        made_from = b"\0".join((repr(shapes.names()).encode(), triples))
        return _keep(folder, made_from, lambda: shacl.validate(triples, read_shapes(*shapes)))

    folder.mkdir(exist_ok=True)
    for name in ROOMS:
        room: Any = importlib.import_module(name)
        assert (room.validate, room.read_shapes) == (shacl.validate, read_anew)
        room.validate, room.read_shapes = validate, Shapes
    shacl.read_shapes = read_shapes


def _keep(folder: Path, made_from: bytes, make: Callable[[], Any]) -> Any:
    """Return what was made from some bytes, by whichever process was the first."""
    kept = folder / sha256(made_from).hexdigest()
    if not kept.exists():
        being_written = kept.with_suffix(f".{os.getpid()}")
        being_written.write_bytes(pickle.dumps(make()))
        being_written.rename(kept)
    return pickle.loads(kept.read_bytes())
