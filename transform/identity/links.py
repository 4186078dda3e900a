"""Check the decisions on links: none may contradict another, the registry or the data."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from transform.decisions.links import Link, Links
from transform.errors import DecisionRefused
from transform.identity.known_links import KnownLinks
from transform.text.message import Message, message


@dataclass(frozen=True, slots=True)
class Settled:
    """The lines that were checked, each with the present slug of its body, and notes on them.

    `filed`: the lines as they were read.
    """

    filed: Links = field(default_factory=Links)
    judged: tuple[Link, ...] = ()
    notes: tuple[Message, ...] = ()

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
            contrary = message("identity.contrary", pair=_both(link), line=earlier.line)
            raise _refusal(links.file, link, contrary, message("identity.step_one_of_two"))
        owner = link if link.grounds.refused else owners.setdefault(link.iri, link)
        if owner.body != link.body:
            problem = message(
                "identity.two_bodies",
                iri=link.iri,
                body=link.body,
                line=owner.line,
                other=owner.body,
            )
            raise _refusal(links.file, link, problem, message("identity.step_two_bodies"))
        judged.append(link)
    return Settled(links, tuple(judged), tuple(_notes(links.file, judged, known)))


def _with_present_slug(link: Link, file: str, known: KnownLinks) -> Link:
    if link.iri.startswith(known.base_uri):
        problem = message("identity.own_site", iri=link.iri)
        raise _refusal(file, link, problem, message("identity.step_own_site"))
    if link.body in known.now:
        return link._replace(body=known.now[link.body])
    problem = message("identity.no_body", body=link.body)
    raise _refusal(file, link, problem, message("identity.step_no_body"))


def _refuse_against_registry(link: Link, file: str, known: KnownLinks) -> None:
    if link.grounds.refused and link.iri in known.elsewhere.get(link.body, ()):
        problem = message("identity.refuses_registry", pair=_both(link))
        raise _refusal(file, link, problem, message("identity.step_refuses_registry"))
    for body, iris in known.elsewhere.items():
        if body != link.body and link.iri in iris and not link.grounds.refused:
            problem = message(
                "identity.other_in_registry", iri=link.iri, body=link.body, other=body
            )
            raise _refusal(file, link, problem, message("identity.step_other_in_registry"))


def _notes(file: str, judged: list[Link], known: KnownLinks) -> Iterator[Message]:
    """Yield a note for each accepted link whose body the registry already links to a source."""
    for link in judged:
        if not link.grounds.refused and (iris := known.elsewhere.get(link.body)):
            if link.iri in iris:
                yield message("identity.note_known", file=file, line=link.line, pair=_both(link))
                continue
            yield message(
                "identity.note_one_more",
                file=file,
                line=link.line,
                body=link.body,
                registered=[f"<{iri}>" for iri in sorted(iris)],
                iri=link.iri,
            )


def _both(link: Link) -> Message:
    return message("identity.pair", body=link.body, iri=link.iri)


def _refusal(file: str, link: Link, problem: Message, step: Message) -> DecisionRefused:
    return DecisionRefused(
        message("identity.line_step", file=file, line=link.line, problem=problem, step=step)
    )
