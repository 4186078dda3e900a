"""Read what people decided on links: a decisions file of bodies and IRIs that describe them.

The predicate is `schema:sameAs`, as is published: skos:exactMatch would make one thing of two
records that stand for one ministry, and a body is no concept.
"""

import re
from pathlib import Path
from typing import NamedTuple

from transform.decisions.external_iris import iri_problem
from transform.decisions.lines import (
    DecisionCells,
    Filed,
    Grounds,
    file_lines,
)
from transform.decisions.sssom import LINKS_FILE
from transform.text.message import message

PREDICATE = "schema:sameAs"
_PREDICATE = re.compile(r"(schema:|https?://schema\.org/)sameAs")
BODY = re.compile("id/organisme/([a-z0-9]+(?:-[a-z0-9]+)*)")


class Link(NamedTuple):
    """One line: a body, by slug, an IRI, what proposed the link, and what a person judged of it."""

    line: int
    body: str
    iri: str
    tool: str
    grounds: Grounds

    @property
    def pair(self) -> tuple[str, str]:
        """The body and the IRI."""
        return self.body, self.iri


Links = Filed[Link]


def parse_links(path: Path, raw: bytes, base_uri: str | None) -> Links:
    """Parse a file of links; its bodies are relative or begin with `base_uri` (None: with any).

    Raises UnreadableDecisions where the file is not such a table, DecisionRefused for a line that
    makes no sense.
    """
    return file_lines(path, raw, LINKS_FILE, lambda cells: _link(cells, base_uri))


def _link(cells: DecisionCells, base_uri: str | None) -> Link:
    if not _PREDICATE.fullmatch(cells.cell("predicate_id")):
        raise cells.refuse("predicate_id", message("decisions.link_predicate", known=PREDICATE))
    iri = cells.cell("object_id")
    if why := iri_problem(iri):
        raise cells.refuse("object_id", message("decisions.sentence", problem=why))
    return Link(
        line=cells.line,
        body=_body(cells, base_uri),
        iri=iri,
        tool=cells.cell("mapping_tool"),
        grounds=cells.grounds(),
    )


def _body(cells: DecisionCells, base_uri: str | None) -> str:
    if match := BODY.fullmatch(cells.path("subject_id", base_uri)):
        return match[1]
    base = base_uri or message("decisions.any_base")
    raise cells.refuse("subject_id", message("decisions.no_body", base=base))
