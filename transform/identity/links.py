"""Check the decisions on links: none may contradict another, the registry or the data."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from transform.decisions.links import Link, Links
from transform.errors import DecisionRefused
from transform.identity.known_links import KnownLinks


@dataclass(frozen=True, slots=True)
class Settled:
    """The lines that were checked, each with the present slug of its body, and notes on them.

    `filed`: the lines as they were read.
    """

    filed: Links = field(default_factory=Links)
    judged: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()

    def accepted(self) -> Iterator[Link]:
        """Return the lines that accept a link."""
        return (link for link in self.judged if not link.grounds.refused)


def settle(links: Links, known: KnownLinks) -> Settled:
    """Check all lines; raises DecisionRefused at the first that contradicts something."""
    judged: list[Link] = []
    first_of_pair: dict[tuple[str, str], Link] = {}
    owners: dict[str, Link] = {}
    for written in links.rulings:
        link = _with_present_slug(written, links.file, known)
        _refuse_against_registry(link, links.file, known)
        earlier = first_of_pair.setdefault(link.pair, link)
        if earlier.grounds.refused != link.grounds.refused:
            contrary = f"says of {_both(link)} the contrary of line {earlier.line}"
            raise _refusal(links.file, link, contrary, "Take one of the two out.")
        owner = link if link.grounds.refused else owners.setdefault(link.iri, link)
        if owner.body != link.body:
            raise _refusal(
                links.file,
                link,
                f"<{link.iri}> is accepted for id/organisme/{link.body}, and in line {owner.line}"
                f" for id/organisme/{owner.body}",
                "One thing is not two bodies: take one of the lines out.",
            )
        judged.append(link)
    return Settled(links, tuple(judged), tuple(_notes(links.file, judged, known)))


def _with_present_slug(link: Link, file: str, known: KnownLinks) -> Link:
    if link.iri.startswith(known.base_uri):
        raise _refusal(
            file, link, f"<{link.iri}> is of this site itself", "Name what another source says."
        )
    if link.body in known.now:
        return link._replace(body=known.now[link.body])
    raise _refusal(
        file,
        link,
        f"id/organisme/{link.body} is no body of the files or of the registry",
        "Correct it, or take the line out.",
    )


def _refuse_against_registry(link: Link, file: str, known: KnownLinks) -> None:
    if link.grounds.refused and link.iri in known.elsewhere.get(link.body, ()):
        raise _refusal(
            file,
            link,
            f"refuses {_both(link)}, which the registry says",
            "Take it out of ontology/organismes.ttl, or take the line out.",
        )
    for body, iris in known.elsewhere.items():
        if body != link.body and link.iri in iris and not link.grounds.refused:
            raise _refusal(
                file,
                link,
                f"<{link.iri}> is accepted for id/organisme/{link.body}, and the registry gives it"
                f" to id/organisme/{body}",
                "One thing is not two bodies: take the line out, or correct the registry.",
            )


def _notes(file: str, judged: list[Link], known: KnownLinks) -> Iterator[str]:
    """Yield a note for each accepted link whose body the registry already links to a source."""
    for link in judged:
        if not link.grounds.refused and (iris := known.elsewhere.get(link.body)):
            registered = " and ".join(f"<{iri}>" for iri in sorted(iris))
            yield (
                f"{file}, line {link.line}: id/organisme/{link.body} has {registered} in the"
                f" registry already; <{link.iri}> is one more link."
                if link.iri not in iris
                else f"{file}, line {link.line}: the registry says {_both(link)} already."
            )


def _both(link: Link) -> str:
    return f"id/organisme/{link.body} and <{link.iri}>"


def _refusal(file: str, link: Link, what: str, step: str) -> DecisionRefused:
    return DecisionRefused(f"{file}, line {link.line}: {what}. {step}")
