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
from transform.text.printable import visible

_NO_SPACE = (
    "makes no IRI, as the manifest of the service has neither view.url nor an identifierSpace that"
    " identifiers can follow (it ends in /, # or =); link it with --accept BODY=IRI"
)


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
            **judgement.as_line(accepted, self.score_text()),
        }

    def score_text(self) -> str:
        """Return how sure the service is: `score 97.5, match`; "" where a person named the IRI."""
        if not self.candidate.id:
            return ""
        score = "no score" if self.candidate.score is None else f"score {self.candidate.score:g}"
        return f"{score}, match" if self.candidate.match else score


def proposal_from_text(session: LinkSession, text: str, service: str) -> Proposal:
    """Parse `BODY=IRI`; raises MisusedCommand for no body of the release."""
    if not (match := re.fullmatch("(.*?)=(https?://.*)", text)):
        raise MisusedCommand(
            f"{text!r}: no link. Write BODY=IRI, such as"
            " hema-quebec=http://www.wikidata.org/entity/Q…"
        )
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
    described = f"{body.path}: {visible(candidate.name)} ({visible(candidate.id)})"
    if not iri.strip():
        why = "has no identifier" if origin == "id" else _NO_SPACE
        service.notify(f"{described} is left aside: it {why}")
    elif why := iri_problem(iri):
        service.notify(f"{described} is left aside: {visible(iri, 120)!r} {why}")
    elif iri.startswith(session.known.base_uri):
        service.notify(f"{described} is left aside: it is of this site itself")
    elif owner := session.other_body(body, iri):
        service.notify(f"{described} is left aside: <{iri}> is id/organisme/{owner} already")
    elif not session.refused(body, iri):
        return Proposal(body, iri, origin, candidate, service.url)
    return None
