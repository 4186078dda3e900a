"""Build the index of a release, once, at the first request to the service."""

import threading
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from weakref import WeakKeyDictionary

from server import texts
from server.engine.faults import EngineBusy
from server.reconciliation.index import Entity, Index
from server.reconciliation.types import (
    INITIATIVE,
    YEAR,
    EntityType,
    Property,
    class_iri,
    read_offer,
)
from server.release import labels, queries
from server.release.current import Release
from transform.rdf.namespaces import vocabulary_of
from transform.text.message import message

_PREFERRED = ("prefLabel", "label")
LONGEST_WAIT = 8.0  # seconds that a request waits for the index
_RETRY_AFTER = 5  # seconds
indexes: "WeakKeyDictionary[Release, Future[Index]]" = WeakKeyDictionary()
_lock = threading.Lock()


def find_index(release: Release) -> Index:
    """Return the index of a release, which is built once; wait for it some seconds.

    Raises EngineBusy while the index is being built, or the EngineFault that ended the building;
    the next request then starts it again.
    """
    try:
        return start_index(release).result(LONGEST_WAIT)
    except TimeoutError as error:
        raise EngineBusy(message("reconciliation.names_unread"), _RETRY_AFTER) from error


def start_index(release: Release) -> "Future[Index]":
    """Start to build the index of a release in a thread of its own, unless it is started."""
    with _lock:
        building = indexes.get(release)
        if building is None or (building.done() and building.exception()):
            building = indexes[release] = Future()
            arguments = (release, building)
            threading.Thread(target=_build, args=arguments, name="names", daemon=True).start()
        return building


def _build(release: Release, building: "Future[Index]") -> None:
    try:
        # Read once here, so that no step of a request waits for the engine to name a type.
        labels.name_of_term(class_iri(INITIATIVE, release.base_uri), release, texts.LANGUAGES[0])
        building.set_result(build_index(release))
    except BaseException as fault:  # the waiting requests raise it
        building.set_exception(fault)


def build_index(release: Release) -> Index:
    """Build the index from names and values, read through the engine."""
    ours, offer = f"{release.base_uri}id/", read_offer(release)
    named: dict[str, list[tuple[str, str, str]]] = {}
    kinds: dict[str, EntityType] = {}
    for kind in offer.kinds:
        for path, *label in _read_names(release, kind, ours):
            named.setdefault(path, []).append((label[0], label[1], label[2]))
            kinds[path] = kind
    order = sorted(named, key=lambda path: (offer.kinds.index(kinds[path]), path))
    languages = [release.register.order(reader) for reader in texts.LANGUAGES]
    entities = [Entity(path, kinds[path], _choose_names(named[path], languages)) for path in order]
    spellings = [(number, label[1]) for number, path in enumerate(order) for label in named[path]]
    places = {path: number for number, path in enumerate(order)}
    values = {
        each.id: _read_values(release, each, places, ours)
        for each in offer.properties
        if each.restricts
    }
    return Index(entities, spellings, values)


def _read_names(release: Release, kind: EntityType, ours: str) -> Iterator[list[str]]:
    """Yield path, property, text and language of each spelling of a type."""
    bindings = {"class": class_iri(kind, release.base_uri)}
    names = ("names", "names-in-rows") if kind is INITIATIVE else ("names",)
    for name in names:
        for iri, naming, text, language, _ in queries.find_table(
            release, f"reconciliation-{name}", **bindings
        ):
            if iri.startswith(ours):
                yield [iri.removeprefix(ours), _last_segment(naming), text, language]


def _last_segment(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def _choose_names(
    spellings: list[tuple[str, str, str]], languages: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """Return the best name for the reader of each order of languages."""
    preferred = [each for each in spellings if each[0] in _PREFERRED] or spellings
    names: list[str] = []
    for order in languages:
        ranked = ((labels.rank_language(each[2] or None, order), each) for each in preferred)
        _, (_, name, _) = min(ranked)
        names.append(names[-1] if names and names[-1] == name else name)  # one object
    return tuple(names)


def _read_values(
    release: Release, requested: Property, places: dict[str, int], ours: str
) -> "dict[str, array[int]]":
    """Return the numbers of the entities that have each value of a property, in order."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    base = release.base_uri
    for kind in requested.kinds:
        rows = queries.find_table(
            release,
            "reconciliation-values",
            link=f"{vocabulary_of(base)}{kind.link}",
            property=requested.full_iri(base),
        )
        for iri, value, _, _ in rows:
            path = value.removeprefix(ours)
            number = places.get(iri.removeprefix(ours))
            if number is not None:
                numbers[_last_segment(path) if requested.id == YEAR.id else path].add(number)
    return {value: array("I", sorted(numbers[value])) for value in sorted(numbers)}
