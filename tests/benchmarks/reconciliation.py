"""Measure the index of `/reconciliation`: to build it, and to find names in it.

Run: python tests/benchmarks/reconciliation.py [INITIATIVES]
"""

import random
import resource
import sys
import time
from array import array
from string import ascii_lowercase
from typing import Any

from server.reconciliation.index import Entity, Index
from server.reconciliation.read_queries import read_single
from server.reconciliation.scoring import find_candidates
from server.reconciliation.types import INITIATIVE, ORGANISME, Offer

BODIES = 2000
ALL = Offer("")
COMMON = ("de", "la", "des", "pour", "et", "assistant", "traitement", "prévision", "demandes")


def main(initiatives: int) -> None:
    """Print the time and memory of the index, and the processor time of batches."""
    chance = random.Random(1)
    rare = [
        "".join(chance.choices(ascii_lowercase + "é", k=chance.randint(3, 11)))
        for _ in range(30_000)
    ]

    def name() -> str:
        return " ".join(chance.choice(rare if chance.random() < 0.5 else COMMON) for _ in range(9))

    entities = [Entity(f"organisme/o{i:05}", ORGANISME, (name(),) * 2) for i in range(BODIES)]
    entities += [
        Entity(f"initiative/i{i:06}", INITIATIVE, (name(),) * 2) for i in range(initiatives)
    ]
    values = {
        "organisme": {
            f"organisme/o{i:05}": array("I", range(BODIES + i, len(entities), BODIES))
            for i in range(BODIES)
        },
        "annee": {"2025": array("I", range(BODIES, len(entities)))},
    }
    before, begun = _megabytes(), time.process_time()
    index = Index(entities, [(i, each.names[0]) for i, each in enumerate(entities)], values)
    print(f"build: {time.process_time() - begun:.1f} s, {_megabytes() - before:.0f} MB")
    names = [chance.choice(entities).names[0] for _ in range(50)]
    year = {"properties": [{"pid": "annee", "v": "2025"}]}
    batches: dict[str, list[Any]] = {
        "10 exact names": [{"query": text} for text in names[:10]],
        "10 misspelt names": [{"query": text.replace("e", "a", 2)} for text in names[:10]],
        "50 names with a year": [{"query": text, **year} for text in names],
        "50 years alone": [year] * 50,
        "50 of common words": [{"query": "assistant pour la demandes"}] * 50,
        "50 of many words": [{"query": " ".join(chance.sample(rare, 200))[:2000]} for _ in names],
    }
    for label, batch in batches.items():
        begun = time.process_time()
        for query in batch:
            find_candidates(index, read_single(query, ALL), "")
        print(f"{label}: {time.process_time() - begun:.2f} s")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
