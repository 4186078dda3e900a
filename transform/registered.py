"""Hold the registry of bodies against its shapes."""

from collections.abc import Iterable, Iterator

from transform.directory import registry_lines, yearly_lines
from transform.mapping import RDF, literal
from transform.normal import normal_form
from transform.registry import Registry
from transform.validate import Finding, hold, read_shapes
from transform.vocabulary import Line, in_order


def hold_registry(registry: Registry, vocabulary: Iterable[str], base_uri: str) -> list[Finding]:
    """Give what breaks a shape; `vocabulary` says which kinds and portfolios there are."""
    if not registry.triples:
        return []
    said = list(registry_lines(registry))
    said += yearly_lines(base_uri, said, {})
    said += _spelling_lines(registry, base_uri)
    types = [line for line in vocabulary if f"> <{RDF}type> <" in line]
    tier = read_shapes(("registry",), base_uri)
    return hold("".join([*in_order(said), *types]).encode(), tier)


def _spelling_lines(registry: Registry, base_uri: str) -> Iterator[Line]:
    """Give the normal forms of spellings by body: for the shapes, not to be published."""
    for slug, body in registry.bodies.items():
        for form in {normal_form(spelling) for spelling in body.spellings}:
            yield f"<{base_uri}id/organisme/{slug}>", f"<{base_uri}shapes#forme>", literal(form)
