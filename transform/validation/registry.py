"""Validate the registry of bodies with its shapes."""

from collections.abc import Iterable, Iterator

from transform.errors import UnreadableRegistry
from transform.graphs.bodies import registry_lines, yearly_lines
from transform.identity.registry import Registry
from transform.identity.rule import Identities
from transform.layouts.model import Languages
from transform.rdf.namespaces import RDF
from transform.rdf.ntriples import Line, in_order, literal
from transform.text.message import message
from transform.text.normal_form import normal_form
from transform.validation.shacl import ValidationResult, read_shapes, validate


def validate_registry(
    registry: Registry, vocabulary: Iterable[str], base_uri: str, languages: Languages
) -> list[ValidationResult]:
    """Return what breaks a shape; `vocabulary` holds the kinds and portfolios, as N-Triples."""
    if not registry.triples:
        return []
    lines = list(registry_lines(registry))
    lines += yearly_lines(base_uri, registry.yearly_portfolios(base_uri), {})
    lines += _spelling_lines(registry, base_uri)
    types = [line for line in vocabulary if f"> <{RDF}type> <" in line]
    tier = read_shapes(("registry",), base_uri, languages)
    return validate("".join([*in_order(lines), *types]).encode(), tier)


def check_replacements(identities: Identities, base_uri: str) -> None:
    """Raise UnreadableRegistry if a body or initiative declared replaced still exists."""
    bodies = identities.bodies
    slugs = {*bodies.registry.bodies, *(body.slug for body in bodies.by_place.values())}
    living = {f"{base_uri}id/organisme/{slug}" for slug in slugs}
    declared = dict(bodies.registry.replaced())
    if any("/id/initiative/" in old for old in declared):
        keys = {key for keys in identities.keys.values() for key in keys}
        living |= {f"{base_uri}id/initiative/{key}" for key in keys}
    if alive := sorted(living & declared.keys()):
        raise UnreadableRegistry(
            message("validation.replaced_and_alive", old=alive[0], new=declared[alive[0]])
        )


def _spelling_lines(registry: Registry, base_uri: str) -> Iterator[Line]:
    """Yield the normal forms of spellings by body: for the shapes only, never published."""
    for slug, body in registry.bodies.items():
        for form in {normal_form(spelling) for spelling in body.spellings}:
            yield f"<{base_uri}id/organisme/{slug}>", f"<{base_uri}shapes#forme>", literal(form)
