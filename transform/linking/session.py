"""Join a release's bodies with the current file of links: unlinked ones, and what is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from transform.comparison.entries import EntryNames, read_names
from transform.decisions.append import add_lines
from transform.decisions.links import BODY, parse_links
from transform.decisions.sssom import LINKS_FILE
from transform.errors import MisusedCommand
from transform.identity.known_links import KnownLinks, known_links, slug_of
from transform.identity.links import Settled, settle
from transform.rdf.namespaces import FOAF, RDF, vocabulary_of
from transform.release.manifest import base_uri_of, languages_in, read_manifest
from transform.release.paths import FORMER_NAMES
from transform.release.reading import read_graphs
from transform.text.message import message


class LinkableBody(NamedTuple):
    """A body: slug, its name in the language of the queries, its site or ""."""

    slug: str
    name: str
    homepage: str

    @property
    def path(self) -> str:
        """The path of the body below the base URI."""
        return f"id/organisme/{self.slug}"


@dataclass(frozen=True, slots=True)
class LinkSession:
    """The bodies of a release by slug, their known links, and the decisions so far."""

    known: KnownLinks
    bodies: Mapping[str, LinkableBody]
    file: Path
    settled: Settled
    owners: Mapping[str, str] = field(default_factory=dict)

    def unlinked(self) -> list[LinkableBody]:
        """Return the bodies without a link, in the order of slugs."""
        linked = {link.body for link in self.settled.accepted()} | self.known.elsewhere.keys()
        return [self.bodies[slug] for slug in sorted(self.bodies.keys() - linked)]

    def refused(self, body: LinkableBody, iri: str) -> bool:
        """Check whether a person refused the link."""
        pairs = (link.pair for link in self.settled.judged if link.grounds.refused)
        return (body.slug, iri) in pairs

    def other_body(self, body: LinkableBody, iri: str) -> str:
        """Return the slug of another body that the IRI describes, "" where there is none."""
        owner = self.owners.get(iri, "")
        return "" if owner == body.slug else owner

    def find(self, text: str) -> LinkableBody:
        """Return the body that a slug, a path or an IRI names, by a current or earlier name."""
        path = text.removeprefix(self.known.base_uri)
        match = BODY.fullmatch(path)
        slug = self.known.now.get(match[1] if match else path)
        if slug is None or slug not in self.bodies:
            raise MisusedCommand(message("linking.no_body", text=text))
        return self.bodies[slug]

    def write(self, lines: Sequence[Mapping[str, str]]) -> "LinkSession":
        """Add lines to the file; raises DecisionRefused, writing nothing, where a build would."""
        return add_lines(LINKS_FILE, self.file, lines, lambda raw: _with_links_of(self, raw))


def open_session(release: Path, file: Path, language: str) -> LinkSession:
    """Read a release and a file of links, which need not exist yet."""
    manifest = read_manifest(release)
    base_uri = base_uri_of(manifest)
    triples = read_graphs(release, "organismes", FORMER_NAMES)
    names = read_names(triples, base_uri, languages_in(manifest))
    bodies = _bodies(triples, names, base_uri, language)
    known = known_links(base_uri, bodies, triples, {})
    copy = release / LINKS_FILE.copy
    built = parse_links(copy, copy.read_bytes() if copy.is_file() else b"", base_uri)
    known = _registry_only(known, settle(built, known._replace(elsewhere={})))
    session = LinkSession(known, bodies, file, Settled())
    return _with_links_of(session, file.read_bytes() if file.is_file() else b"")


def _with_links_of(session: LinkSession, raw: bytes) -> LinkSession:
    settled = settle(parse_links(session.file, raw, session.known.base_uri), session.known)
    owners = {iri: body for body, iris in session.known.elsewhere.items() for iri in iris}
    owners |= {link.iri: link.body for link in settled.accepted()}
    return replace(session, settled=settled, owners=owners)


def _registry_only(known: KnownLinks, built: Settled) -> KnownLinks:
    """Leave out the links that the release has from its file of links, not from the registry."""
    elsewhere = {body: set(iris) for body, iris in known.elsewhere.items()}
    for link in built.accepted():
        elsewhere.get(link.body, set()).discard(link.iri)
    return known._replace(elsewhere={body: iris for body, iris in elsewhere.items() if iris})


def _bodies(
    triples: Sequence[ox.Triple], names: EntryNames, base_uri: str, language: str
) -> dict[str, LinkableBody]:
    a_body = (f"{RDF}type", f"<{vocabulary_of(base_uri)}Organisme>")
    slugs, sites = [], {}
    for subject, predicate, value in triples:
        slug = slug_of(str(subject)[1:-1], base_uri)
        if slug and (predicate.value, str(value)) == a_body:
            slugs.append(slug)
        elif slug and predicate.value == f"{FOAF}homepage":
            sites[slug] = str(value)[1:-1]
    return {
        slug: LinkableBody(slug, names.label(f"id/organisme/{slug}", language), sites.get(slug, ""))
        for slug in slugs
    }
