"""Read the comparisons of a release: which pairs of years there are, and the numbers of each."""

from itertools import combinations
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from server.release import labels, queries
from server.release.current import Release
from transform.comparison.model import Comparison, Evolution, Movement
from transform.layouts.model import LISTS
from transform.rdf.namespaces import IN_SCHEME, RDF_TYPE, vocabulary_of


class PublishedComparison(NamedTuple):
    """A comparison, its statements, and the labels of its values."""

    comparison: Comparison
    triples: list[ox.Triple]
    labels: labels.Labels

    def label(self, release: Release, path: str, language: str) -> str:
        """Return the label of a value of a list, or the end of its path."""
        return self.find_label(release, path, language)[0]

    def find_label(self, release: Release, path: str, language: str) -> tuple[str, str | None]:
        """Return the label of a value of a list and its language, or the end of its path."""
        best = labels.best(
            self.labels.get(release.base_uri + path, ()), release.register.order(language)
        )
        return (best.value, best.language) if best else (path.rpartition("/")[2], None)


def list_pairs(release: Release) -> list[tuple[int, int]]:
    """List the pairs of years that a release compares, the newest first."""
    if f"{vocabulary_of(release.base_uri)}Comparaison" not in release.manifest["classes"]:
        return []
    return sorted(combinations(release.years, 2), key=lambda pair: (-pair[1], -pair[0]))


_read: WeakKeyDictionary[Release, dict[tuple[int, int], PublishedComparison]] = WeakKeyDictionary()


def read_comparison(release: Release, earlier: int, later: int) -> PublishedComparison:
    """Read the comparison of two portraits from a release, once: each of its numbers wants it."""
    known = _read.setdefault(release, {})
    if (earlier, later) not in known:
        known[earlier, later] = _read_comparison(release, earlier, later)
    return known[earlier, later]


def _read_comparison(release: Release, earlier: int, later: int) -> PublishedComparison:
    comparison = Comparison(earlier, later, words=release.manifest.get("words", {}))
    iri = release.base_uri + comparison.path
    triples = queries.find_triples(release, "comparison", comparison=iri)
    label_triples = queries.find_triples(release, "comparison-labels", comparison=iri)
    list_of = _lists(label_triples, release.base_uri)
    numbers: dict[str, dict[str, list[Any]]] = {}
    for triple in triples:
        number = str(triple.subject)[1:-1].removeprefix(f"{iri}/")
        term = triple.predicate.value.removeprefix(vocabulary_of(release.base_uri))
        numbers.setdefault(number, {}).setdefault(term, []).append(triple.object)
    for name, values in numbers.items():
        kinds = {
            value.value.removeprefix(vocabulary_of(release.base_uri)) for value in values[RDF_TYPE]
        }
        reader = _Reader(name, values, release.base_uri, list_of)
        if "Mouvement" in kinds:
            comparison.add(reader.movement())
        elif "Evolution" in kinds:
            comparison.evolutions.append(reader.evolution())
    own_triples = queries.find_triples(release, "says", resource=iri)
    return PublishedComparison(
        comparison, [*own_triples, *triples, *label_triples], labels.collect(label_triples)
    )


def _lists(triples: list[ox.Triple], base_uri: str) -> dict[str, str]:
    """Return the list of each value by path, from the statements that name its scheme."""
    names = {f"{base_uri}id/{name}": name for name in LISTS}
    return {
        str(triple.subject)[1:-1].removeprefix(base_uri): names[str(triple.object)[1:-1]]
        for triple in triples
        if triple.predicate.value == IN_SCHEME
    }


class _Reader:
    """Reads one number of a comparison from its statements; `list_of` is by path of a value."""

    def __init__(
        self,
        name: str,
        values: dict[str, list[Any]],
        base_uri: str,
        list_of: dict[str, str],
    ) -> None:
        self._name = name
        self._values = values
        self._base = base_uri
        self._list_of = list_of

    def _number(self, name: str) -> int:
        return int(self._values[name][0].value)

    def _paths(self, name: str) -> tuple[str, ...]:
        return tuple(v.value.removeprefix(self._base) for v in self._values.get(name, ()))

    def movement(self) -> Movement:
        """Return the number as a movement."""
        statuses = (*self._paths("statutAnterieur"), *self._paths("statutPosterieur"))
        return Movement(
            self._name,
            self._number("effectif"),
            self._number("effectifMinimal"),
            self._number("effectifMaximal"),
            unresolved=self._values["sansResolution"][0].value == "true",
            elements=self._paths("element"),
            statuses=(statuses[0], statuses[1]) if len(statuses) == 2 else None,
        )

    def evolution(self) -> Evolution:
        """Return the number as an evolution."""
        (concept,) = self._paths("evolutionDe")
        text = self._values.get("texteTelQuEcrit")
        return Evolution(
            self._list_of[concept],
            self._name,
            concept,
            self._number("effectifAnterieur"),
            self._number("effectifPosterieur"),
            text=text[0].value if text else None,
            neighbours=self._paths("voisin"),
        )
