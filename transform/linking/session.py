"""Hold a release's bodies beside the file of links of now: who has no link, what is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.comparison.entries import read_names
from transform.decisions.append import add_lines
from transform.decisions.links import BODY, parse_links
from transform.decisions.sssom import LINKS_FILE
from transform.errors import MisusedCommand
from transform.identity.known_links import KnownLinks, known_links, slug_of
from transform.identity.links import Settled, settle
from transform.rdf.namespaces import FOAF, RDF
from transform.release.manifest import read_manifest
from transform.release.reading import read_graph


class Named(NamedTuple):
    """A body: slug, what it is called in the language of the questions, its site or ""."""

    slug: str
    name: str
    homepage: str

    @property
    def path(self) -> str:
        """Give its path below the base URI."""
        return f"id/organisme/{self.slug}"


@dataclass(frozen=True, slots=True)
class LinkSession:
    """The bodies of a release by slug, what is known of them, and what is decided by now."""

    known: KnownLinks
    bodies: Mapping[str, Named]
    file: Path
    settled: Settled
    owners: Mapping[str, str] = field(default_factory=dict)

    def unlinked(self) -> list[Named]:
        """Give the bodies that nothing elsewhere describes yet, in the order of slugs."""
        linked = {link.body for link in self.settled.accepted()} | self.known.elsewhere.keys()
        return [self.bodies[slug] for slug in sorted(self.bodies.keys() - linked)]

    def refused(self, body: Named, iri: str) -> bool:
        """Say whether a person said that the two are two."""
        pairs = (link.pair for link in self.settled.judged if link.grounds.refused)
        return (body.slug, iri) in pairs

    def taken(self, body: Named, iri: str) -> str:
        """Give the slug of another body that the IRI describes, "" where there is none."""
        owner = self.owners.get(iri, "")
        return "" if owner == body.slug else owner

    def find(self, text: str) -> Named:
        """Give the body that a slug, a path or a whole IRI names, by a name it has or had."""
        path = text.removeprefix(self.known.base_uri)
        found = BODY.fullmatch(path)
        slug = self.known.now.get(found[1] if found else path)
        if slug is None or slug not in self.bodies:
            raise MisusedCommand(
                f"{text!r}: no body of the release. Write BODY=IRI, such as hema-quebec=http://…;"
                " --list --service URL shows those that have no link."
            )
        return self.bodies[slug]

    def write(self, lines: Sequence[Mapping[str, str]]) -> "LinkSession":
        """Add lines to the file; where a build would refuse it, raises DecisionRefused instead."""
        return add_lines(LINKS_FILE, self.file, lines, lambda raw: _settled(self, raw))


def open_session(release: Path, file: Path, language: str) -> LinkSession:
    """Read a release and a file of links, which need not be there yet."""
    base_uri = str(read_manifest(release)["base_uri"])
    triples = read_graph(release, "organismes")
    bodies = _bodies(triples, base_uri, language)
    known = known_links(base_uri, bodies, triples, {})
    copy = release / LINKS_FILE.copy
    built = parse_links(copy, copy.read_bytes() if copy.is_file() else b"", base_uri)
    known = _without(known, settle(built, known._replace(elsewhere={})))
    desk = LinkSession(known, bodies, file, Settled())
    return _settled(desk, file.read_bytes() if file.is_file() else b"")


def _settled(desk: LinkSession, raw: bytes) -> LinkSession:
    settled = settle(parse_links(desk.file, raw, desk.known.base_uri), desk.known)
    owners = {iri: body for body, iris in desk.known.elsewhere.items() for iri in iris}
    owners |= {link.iri: link.body for link in settled.accepted()}
    return replace(desk, settled=settled, owners=owners)


def _without(known: KnownLinks, built: Settled) -> KnownLinks:
    """Leave out the links that the release has from its file of links, not from the registry."""
    elsewhere = {body: set(iris) for body, iris in known.elsewhere.items()}
    for link in built.accepted():
        elsewhere.get(link.body, set()).discard(link.iri)
    return known._replace(elsewhere={body: iris for body, iris in elsewhere.items() if iris})


def _bodies(triples: Sequence[ox.Triple], base_uri: str, language: str) -> dict[str, Named]:
    names = read_names(triples, base_uri)
    a_body = (f"{RDF}type", f"<{base_uri}def#Organisme>")
    slugs, sites = [], {}
    for subject, predicate, value in triples:
        slug = slug_of(str(subject)[1:-1], base_uri)
        if slug and (predicate.value, str(value)) == a_body:
            slugs.append(slug)
        elif slug and predicate.value == f"{FOAF}homepage":
            sites[slug] = str(value)[1:-1]
    return {
        slug: Named(slug, names.label(f"id/organisme/{slug}", language), sites.get(slug, ""))
        for slug in slugs
    }
