"""Propose links: what a service finds for bodies without one, and no person has refused."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from transform.decisions.external_iris import iri_problem
from transform.decisions.judgement import Judgement
from transform.decisions.links import PREDICATE
from transform.errors import MisusedCommand
from transform.linking.answers import ServiceCandidate
from transform.linking.service import CandidateQuery, Service
from transform.linking.session import LinkableBody, LinkSession
from transform.text.message import Message, message
from transform.text.printable import visible


class Proposal(NamedTuple):
    """A body and an IRI that may describe it: where the IRI comes from, the candidate, the service.

    `candidate` is empty where a person named the IRI.
    """

    body: LinkableBody
    iri: str
    origin: str
    candidate: ServiceCandidate
    service: str

    @property
    def pair(self) -> tuple[str, str]:
        """The slug of the body and the IRI."""
        return self.body.slug, self.iri

    def line(self, accepted: bool, judgement: Judgement) -> dict[str, str]:
        """Return the line that accepts or refuses the proposal, by SSSOM column."""
        return {
            "subject_id": self.body.path,
            "subject_label": self.body.name,
            "predicate_id": PREDICATE,
            "object_id": self.iri,
            "object_label": visible(self.candidate.name, 200),
            "mapping_tool": self.service,
            **judgement.as_line(accepted, self.evidence()),
        }

    def evidence(self) -> str:
        """Return how sure the service is, as a file of links has it; "" for an IRI of a person.

        It is published, so its language is no reader's: `score 97.5, match`.
        """
        return self.score_text().text("en") if self.candidate.id else ""

    def score_text(self) -> Message:
        """Return how sure the service is."""
        score = message("linking.score_none")
        if self.candidate.score is not None:
            score = message("linking.score", score=f"{self.candidate.score:g}")
        return message("linking.score_match", score=score) if self.candidate.match else score


def proposal_from_text(session: LinkSession, text: str, service: str) -> Proposal:
    """Parse `BODY=IRI`; raises MisusedCommand for no body of the release."""
    if not (match := re.fullmatch("(.*?)=(https?://.*)", text)):
        raise MisusedCommand(message("linking.no_link", text=text))
    candidate = ServiceCandidate("", "", "", (), None, False)
    return Proposal(session.find(match[1]), match[2], "--accept", candidate, service)


def propose(
    session: LinkSession, service: Service, query: CandidateQuery
) -> Iterator[list[Proposal]]:
    """Yield the service's proposals for each body without a link, asking one batch at a time."""
    waiting = iter(session.unlinked())
    while batch := list(islice(waiting, service.at_once)):
        answers = service.find([body.name for body in batch], query)
        for body, candidates in zip(batch, answers, strict=True):
            proposals = (_proposal(session, service, body, candidate) for candidate in candidates)
            yield list({p.iri: p for p in proposals if p}.values())


def _proposal(
    session: LinkSession, service: Service, body: LinkableBody, candidate: ServiceCandidate
) -> Proposal | None:
    """Return a proposal; None, with a note, for an unusable candidate, and for a refused one."""
    iri, origin = service.iri_of(candidate.id)
    if why := _reason_aside(session, body, candidate, iri, origin):
        service.notify(str(why))
    elif not session.refused(body, iri):
        return Proposal(body, iri, origin, candidate, service.url)
    return None


def _reason_aside(
    session: LinkSession, body: LinkableBody, candidate: ServiceCandidate, iri: str, origin: str
) -> Message | None:
    """Return why a candidate is left aside, None for one that can be proposed."""
    about = message(
        "linking.candidate",
        body=body.path,
        name=visible(candidate.name),
        id=visible(candidate.id),
    )
    if not iri.strip() and origin == "id":
        return message("linking.left_aside_no_identifier", candidate=about)
    if not iri.strip():
        return message("linking.left_aside_no_iri", candidate=about)
    if problem := iri_problem(iri):
        shown = visible(iri, 120)
        return message("linking.left_aside_problem", candidate=about, iri=shown, problem=problem)
    if iri.startswith(session.known.base_uri):
        return message("linking.left_aside_own", candidate=about)
    if owner := session.other_body(body, iri):
        return message("linking.left_aside_other", candidate=about, iri=iri, owner=owner)
    return None
