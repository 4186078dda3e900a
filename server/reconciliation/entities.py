"""Read the index from a release, once, when somebody first asks for the service."""

import threading
from array import array
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from weakref import WeakKeyDictionary

from server.engine.faults import EngineBusy
from server.reconciliation.index import Entity, Index
from server.reconciliation.types import (
    INITIATIVE,
    KINDS,
    PROPERTIES,
    YEAR,
    Kind,
    Property,
    class_iri,
)
from server.release import queries
from server.release.current import Release

_PREFERRED = ("prefLabel", "label")
PATIENCE = 8.0  # seconds that a request waits for the index
_AGAIN = 5
_indexes: "WeakKeyDictionary[Release, Future[Index]]" = WeakKeyDictionary()
_lock = threading.Lock()


def find_index(release: Release) -> Index:
    """Give the index of a release, which is built once; all who ask wait for it, but not long.

    Raises EngineBusy while it is being built, or the EngineFault that ended that: who comes next
    begins anew.
    """
    try:
        return begin(release).result(PATIENCE)
    except TimeoutError as error:
        detail = "The names of this release are still being read: come again in a moment."
        raise EngineBusy(detail, _AGAIN) from error


def begin(release: Release) -> "Future[Index]":
    """Begin to build the index of a release, in a thread of its own, if nobody has."""
    with _lock:
        building = _indexes.get(release)
        if building is None or (building.done() and building.exception()):
            building = _indexes[release] = Future()
            given = (release, building)
            threading.Thread(target=_build, args=given, name="names", daemon=True).start()
        return building


def _build(release: Release, building: "Future[Index]") -> None:
    try:
        building.set_result(build_index(release))
    except BaseException as fault:  # those who wait must hear of it, whatever it is
        building.set_exception(fault)


def build_index(release: Release) -> Index:
    """Read names and values through the engine."""
    ours = f"{release.base_uri}id/"
    labels: dict[str, list[tuple[str, str, str]]] = {}
    kinds: dict[str, Kind] = {}
    for kind in KINDS:
        for path, *label in _read_names(release, kind, ours):
            labels.setdefault(path, []).append((label[0], label[1], label[2]))
            kinds[path] = kind
    order = sorted(labels, key=lambda path: (KINDS.index(kinds[path]), path))
    entities = [Entity(path, kinds[path], _choose(labels[path])) for path in order]
    spellings = [(number, label[1]) for number, path in enumerate(order) for label in labels[path]]
    places = {path: number for number, path in enumerate(order)}
    values = {
        each.id: _read_values(release, each, places, ours) for each in PROPERTIES if each.restricts
    }
    return Index(entities, spellings, values)


def _read_names(release: Release, kind: Kind, ours: str) -> Iterator[list[str]]:
    """Yield path, property, text and language of each spelling of a type."""
    asked = {"class": class_iri(kind, release.base_uri)}
    names = ("names", "names-in-rows") if kind is INITIATIVE else ("names",)
    for name in names:
        for iri, naming, text, language, _ in queries.find_table(
            release, f"reconciliation-{name}", **asked
        ):
            if iri.startswith(ours):
                yield [iri.removeprefix(ours), _last(naming), text, language]


def _last(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def _choose(labels: list[tuple[str, str, str]]) -> tuple[str, str | None]:
    """Give the French name, or whatever name there is, and the English one."""
    preferred = sorted(label for label in labels if label[0] in _PREFERRED) or sorted(labels)
    texts = {language: text for _, text, language in reversed(preferred)}
    return texts.get("fr") or preferred[0][1], texts.get("en")


def _read_values(
    release: Release, asked: Property, places: dict[str, int], ours: str
) -> "dict[str, array[int]]":
    """Give the numbers of the entities that have each value of a property, in order."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    base = release.base_uri
    for kind in asked.kinds:
        rows = queries.find_table(
            release,
            "reconciliation-values",
            link=f"{base}def#{kind.link}",
            property=asked.full_iri(base),
        )
        for iri, value, _, _ in rows:
            path = value.removeprefix(ours)
            number = places.get(iri.removeprefix(ours))
            if number is not None:
                found[_last(path) if asked is YEAR else path].add(number)
    return {value: array("I", sorted(found[value])) for value in sorted(found)}
