"""Write decisions on links as RDF: accepted links, and who decided each, when and why."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet

from transform.decisions.links import PREDICATE, Link
from transform.graphs.decision_terms import (
    Verdict,
    author_lines,
    by_person,
    verdict_texts,
)
from transform.graphs.prepared import Prepared
from transform.identity.bodies import Body
from transform.rdf.namespaces import SAME_AS
from transform.rdf.ntriples import Line, in_order


def link_lines(work: Prepared, published: Iterable[Body]) -> Iterator[Line]:
    """Yield the accepted links of published bodies."""
    slugs = _published_slugs(work, published)
    for link in work.links.accepted():
        if link.body in slugs:
            about = f"<{work.base_uri}id/organisme/{link.body}>"
            yield about, f"<{SAME_AS}>", f"<{link.iri}>"


def link_texts(work: Prepared, published: Collection[Body]) -> list[str]:
    """Return the N-Triples of each decision on a link of a published body, and of the authors."""
    judged = _judged(work, published)
    authors = (line for link in judged for line in author_lines(work.base_uri, link.grounds.author))
    verdicts = link_verdicts(work, published)
    return [*verdict_texts(work.base_uri, verdicts), *in_order(authors)]


def _judged(work: Prepared, published: Iterable[Body]) -> list[Link]:
    slugs = _published_slugs(work, published)
    return [link for link in work.links.judged if link.body in slugs]


def link_verdicts(work: Prepared, published: Collection[Body]) -> list[Verdict]:
    """Return the decisions on links of published bodies, each once and in order."""
    labels = {body.slug: body.label for body in published}
    for slug, body in work.identities.bodies.registry.bodies.items():
        labels[slug] = body.names.get(work.languages.own) or next(iter(body.names.values()))
    judged = _judged(work, published)
    return sorted({_verdict(work.base_uri, link, labels[link.body]) for link in judged})


def _verdict(base_uri: str, link: Link, label: str) -> Verdict:
    things = f"id/organisme/{link.body}", link.iri
    conclusion = "distinct" if link.grounds.refused else "meme-organisme"
    verdict = by_person(base_uri, link.grounds, things, conclusion, (label, link.iri), PREDICATE)
    return verdict._replace(kind="DecisionLien", tool=link.tool)


def _published_slugs(work: Prepared, published: Iterable[Body]) -> AbstractSet[str]:
    registered = work.identities.bodies.registry.bodies
    return {*registered, *(body.slug for body in published)}
