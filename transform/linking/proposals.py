"""Propose links: what a service finds for bodies without one, and no person has refused."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from transform.decisions.external_iris import unfit
from transform.decisions.judgement import Judgement
from transform.decisions.links import PREDICATE
from transform.errors import MisusedCommand
from transform.linking.answers import ServiceCandidate
from transform.linking.service import Service, Wanted
from transform.linking.session import LinkSession, Named
from transform.text.csv_injection import harmless
from transform.text.printable import visible


class Proposal(NamedTuple):
    """A body and what may describe it elsewhere: its IRI, what that was made of, who says so.

    Where a person has named the IRI, `answered` is empty.
    """

    body: Named
    iri: str
    origin: str
    answered: ServiceCandidate
    service: str

    @property
    def pair(self) -> tuple[str, str]:
        """Give the two things."""
        return self.body.slug, self.iri

    def line(self, accepted: bool, said: Judgement) -> dict[str, str]:
        """Give the line that accepts or refuses it, by SSSOM column."""
        return {
            "subject_id": self.body.path,
            "subject_label": harmless(self.body.name),
            "predicate_id": PREDICATE,
            "object_id": self.iri,
            "object_label": harmless(visible(self.answered.name, 200)),
            "mapping_tool": self.service,
            **said.as_line(accepted, self.found()),
        }

    def found(self) -> str:
        """Say how sure the service is: `score 97.5, match`; "" where a person named the IRI."""
        if not self.answered.id:
            return ""
        score = "no score" if self.answered.score is None else f"score {self.answered.score:g}"
        return f"{score}, match" if self.answered.match else score


def named_by_hand(desk: LinkSession, said: str, service: str) -> Proposal:
    """Give what `BODY=IRI` names; raises MisusedCommand for no body of the release."""
    if not (found := re.fullmatch("(.*?)=(https?://.*)", said)):
        raise MisusedCommand(
            f"{said!r}: no link. Write BODY=IRI, such as"
            " hema-quebec=http://www.wikidata.org/entity/Q…"
        )
    answered = ServiceCandidate("", "", "", (), None, False)
    return Proposal(desk.find(found[1]), found[2], "--accept", answered, service)


def propose(desk: LinkSession, service: Service, wanted: Wanted) -> Iterator[list[Proposal]]:
    """Give for each body without a link what the service proposes, asking as it is needed."""
    waiting = iter(desk.unlinked())
    while batch := list(islice(waiting, service.at_once)):
        found = service.find([body.name for body in batch], wanted)
        for body, candidates in zip(batch, found, strict=True):
            proposals = (_proposal(desk, service, body, candidate) for candidate in candidates)
            yield list({p.iri: p for p in proposals if p}.values())


def _proposal(
    desk: LinkSession, service: Service, body: Named, answered: ServiceCandidate
) -> Proposal | None:
    """Give a proposal, None for what cannot be one, said why, and for what was refused."""
    iri, origin = service.iri_of(answered.id)
    what = f"{body.path}: {visible(answered.name)} ({visible(answered.id)})"
    if why := unfit(iri):
        service.notify(f"{what} is left aside: {visible(iri, 120)!r} {why}")
    elif iri.startswith(desk.known.base_uri):
        service.notify(f"{what} is left aside: it is of this site itself")
    elif owner := desk.taken(body, iri):
        service.notify(f"{what} is left aside: <{iri}> is id/organisme/{owner} already")
    elif not desk.refused(body, iri):
        return Proposal(body, iri, origin, answered, service.url)
    return None
