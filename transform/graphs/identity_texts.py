"""Write which rows are one initiative: what each is called, the decisions, and former names."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from transform.graphs.decisions import decision_texts, former_texts
from transform.graphs.initiatives import initiatives
from transform.graphs.prepared import Prepared, Rejected

INITIATIVES, DECISIONS, FORMER, POSSIBLE = "initiatives", "decisions", "former", "possible"
# What yields the N-Triples of each part, a string a thing.
PARTS: Mapping[str, Callable[[Prepared, Rejected], Iterator[str]]] = {
    INITIATIVES: initiatives,
    DECISIONS: decision_texts,
    FORMER: partial(former_texts, possible=False),
    POSSIBLE: partial(former_texts, possible=True),
}


def identity_texts(work: Prepared, rejected: Rejected) -> dict[str, Iterator[str]]:
    """Return the N-Triples of each part, one string a thing, without rows that are kept back."""
    return {name: write(work, rejected) for name, write in PARTS.items()}
