"""Read a query that counts by group as a slice of a cube: a pattern, and what is asked of it.

    SELECT ?c (COUNT(*) AS ?n) { ?r a pia:Inscription ; pia:categorie ?c ; pia:statut ?s
    FILTER(?s = <…>) } GROUP BY ?c ORDER BY DESC(?n)

asks for the cube of the pattern over ?c and ?s, of which the filter takes a slice. What is read
here is a part of SPARQL 1.1 small enough to be sure of: triple patterns and paths in one group,
where nothing nests and every `<` begins an IRI, FILTERs that compare one variable with a constant,
and COUNT. A FILTER applies to its whole group wherever it stands in it (section 5.2.2), so it can
be taken out. Whether the pattern can be read at all is left to the engine, which makes the cube.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from server.engine import reading
from server.engine.cubes import grammar

LONGEST = 2000  # characters
_MOST = 6  # of dimensions, of filters, of counts, of keys that order
LONGEST_NAMES = 200  # characters of all that is selected: each row repeats them


class Count(NamedTuple):
    """`COUNT(*)`, or of a variable where one is given."""

    variable: str | None
    distinct: bool


class Filter(NamedTuple):
    """A comparison of a variable, or of its language tag, with a constant as N-Triples write it.

    A number is written as digits.
    """

    variable: str
    of_language: bool
    negated: bool
    constant: str


class Slice(NamedTuple):
    """What is asked of a cube. Variables are written with their question mark.

    `prologue` and `pattern` are SPARQL as it was sent, `dimensions` are sorted, `counts` are by the
    names under which they are selected.
    """

    prologue: str
    pattern: str
    dimensions: tuple[str, ...]
    selected: tuple[str, ...]
    counts: dict[str, Count]
    filters: tuple[Filter, ...]
    groups: tuple[str, ...] | None
    order: tuple[tuple[str, bool], ...]
    limit: int | None
    offset: int


class _NotRead(Exception):
    pass


def read_slice(text: str) -> Slice | None:
    """Read a query; None for what counts nothing, or in another way."""
    if len(text) > LONGEST or "COUNT" not in text.upper():
        return None
    try:
        return _read(text.strip(grammar.SPACE))
    except _NotRead:
        return None


def _read(text: str) -> Slice:
    prefixes, place = _read_prologue(text)
    prologue = text[:place]
    selected, counts, place = _read_selection(text, _must(grammar.SELECT.match(text, place)).end())
    place = _must(grammar.WHERE.match(text, place)).end()
    pattern, variables, found, place = _read_group(text, place)
    filters = tuple(_filter(match, prefixes) for match in found)
    end = _must(grammar.END.fullmatch(text, place))
    groups = end["groups"] and tuple(end["groups"].split())
    order = tuple(_read_order(end["order"] or ""))
    plain = {name for name in selected if name not in counts}
    known = {*(groups or ()), *counts}
    counted = {count.variable for count in counts.values() if count.variable}
    dimensions = {*(groups or ()), *counted, *(f.variable for f in filters)}
    _require(plain <= set(groups or ()) and {name for name, _ in order} <= known)
    # A name that stands for two things is a mistake, about which the engine has words.
    _require(len(set(selected)) == len(selected) and not (variables | dimensions) & set(counts))
    _require(len(set(groups or ())) == len(groups or ()) and bool(pattern and counts))
    _require(max(map(len, (dimensions, filters, counts, order))) <= _MOST)
    _require(sum(map(len, selected)) <= LONGEST_NAMES)
    limit, offset = end["limit"], int(end["offset"] or 0)
    return Slice(
        prologue, pattern, tuple(sorted(dimensions)), selected, counts, filters, groups or None,
        order, None if limit is None else int(limit), offset,
    )  # fmt: skip


def _read_prologue(text: str) -> tuple[dict[str, str], int]:
    prefixes, place = dict[str, str](), 0
    while found := grammar.PREFIX.match(text, place):
        _require(prefixes.setdefault(found["name"], found["iri"]) == found["iri"])
        place = found.end()
    return prefixes, place


def _read_selection(text: str, place: int) -> tuple[tuple[str, ...], dict[str, Count], int]:
    selected, counts = list[str](), dict[str, Count]()
    while found := grammar.ITEM.match(text, place):
        if alias := found["alias"]:
            counts[alias] = Count(found["counted"], bool(found["distinct"]))
        selected.append(alias or found["plain"])
        place = found.end()
    return tuple(selected), counts, place


def _read_group(text: str, place: int) -> tuple[str, set[str], list[re.Match[str]], int]:
    """Give the triple patterns without the filters, their variables, the filters, and the end."""
    parts, start = list[str](), place
    variables, filters = set[str](), list[re.Match[str]]()
    while not text.startswith("}", place):
        if found := grammar.FILTER.match(text, place):
            filters.append(found)
            parts.append(text[start:place])
            start = found.end()
        else:
            found = _must(grammar.PIECE.match(text, place))
            if found["variable"]:
                variables.add(found["variable"])
        place = found.end()
    parts.append(text[start:place])
    # The full stop before a FILTER may be left out, that between two triple patterns may not.
    bare = [part.strip(grammar.SPACE) for part in parts]
    _require(not any(grammar.ODD_STOP.search(part) for part in bare))
    stripped = [part.removesuffix(".") for part in bare]
    return " . ".join(filter(None, stripped)), variables, filters, place


def _filter(found: re.Match[str], prefixes: dict[str, str]) -> Filter:
    constant = found["constant"]
    if constant[0] not in '<"0123456789':
        prefix, _, local = constant.partition(":")
        _require(prefix in prefixes)
        constant = f"{prefixes[prefix][:-1]}{local}>"
    if constant[0] == "<":
        _require(_is_whole(constant[1:-1]))
    of_language = bool(found["spoken"])
    _require(not of_language or constant.endswith('"'))
    variable = found["spoken"] or found["variable"]
    return Filter(variable, of_language, found["operator"] == "!=", constant)


def _is_whole(iri: str) -> bool:
    """Say whether the engine takes an IRI, and resolves it to what is written."""
    try:
        ox.NamedNode(iri)
    except ValueError:
        return False
    return reading.stays_as_written(iri)


def _read_order(text: str) -> Iterator[tuple[str, bool]]:
    for found in grammar.KEY.finditer(text):
        yield found["variable"], bool(found["down"])


def _must(found: re.Match[str] | None) -> re.Match[str]:
    if found is None:
        raise _NotRead
    return found


def _require(holds: bool) -> None:
    if not holds:
        raise _NotRead
