"""Read which things a list holds: facets, words, order and page, from an address and back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.faults import UnreadableRequest
from server.lists.kind import YEAR, Facet, ListKind
from server.web.paging import read_page_number
from transform.text.message import message

_MOST_VALUES = 40  # of all facets together
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Characters: each link of the page holds them.
LONGEST_WORDS = 500
_OWN_PARAMETERS = ("q", "tri", "page")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A state of a list; everything that is shown of it follows from this.

    `values` are the chosen values of each facet: one of them must hold. Without a chosen year, an
    initiative is taken as its last entry says.
    """

    kind: ListKind
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    order: str = ""
    page: int = 1

    @property
    def all_values(self) -> Mapping[str, tuple[str, ...]]:
        """Return the values of each facet, those that are always chosen among them."""
        return {**self.kind.fixed, **self.values}

    @property
    def years(self) -> tuple[int, ...]:
        """Return the chosen years."""
        return tuple(map(int, self.all_values.get(YEAR, ())))

    @property
    def ordered_by(self) -> str:
        """Return the order: the chosen one, else the best first where there are words."""
        return self.order or ("pertinence" if self.words else self.kind.order)

    @property
    def plain(self) -> bool:
        """Return whether nothing narrows or orders the list."""
        return not self.values and not self.words and not self.order

    def whole(self) -> "ListQuery":
        """Return the whole list."""
        return ListQuery(self.kind)

    def toggled(self, facet: str, value: str) -> "ListQuery":
        """Return the first page with a value of a facet added, or removed where it is chosen."""
        chosen = self.values.get(facet, ())
        others = tuple(v for v in chosen if v != value)
        kept = others if value in chosen else (*chosen, value)
        values = {**self.values, facet: kept}
        return replace(self, values={name: v for name, v in values.items() if v}, page=1)

    def exchanged(self, facet: str, value: str, other: str) -> "ListQuery":
        """Return the query with another value of a facet in place of one."""
        values = (other if own == value else own for own in self.values[facet])
        return replace(self, values={**self.values, facet: tuple(dict.fromkeys(values))})

    def without(self, facet: str) -> "ListQuery":
        """Return the query without the values of a facet."""
        return replace(self, values={n: v for n, v in self.values.items() if n != facet}, page=1)

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of its address, in one order, without those of the default."""
        names = (facet.name for facet in self.kind.facets)
        pairs = [(name, value) for name in names for value in sorted(self.values.get(name, ()))]
        pairs += [
            (name, value) for name, value in (("q", self.words), ("tri", self.order)) if value
        ]
        return [*pairs, *([("page", str(self.page))] if self.page > 1 else [])]


def read_query(arguments: Iterable[tuple[str, str]], kind: ListKind) -> ListQuery:
    """Read the parameters of an address; raises UnreadableRequest, naming what to correct."""
    facets = {facet.name: facet for facet in kind.facets}
    values: dict[str, tuple[str, ...]] = {}
    own: dict[str, Any] = {}
    for name, value in arguments:
        if name in facets:
            if value:
                _check_value(facets[name], value, kind)
                values[name] = tuple(dict.fromkeys((*values.get(name, ()), value)))
        elif name == "q":
            own["words"] = value.strip()[:LONGEST_WORDS]
        elif name == "tri":
            own["order"] = _one_of(name, value, tuple(kind.orders), kind) if value else ""
        elif name == "page":
            own["page"] = read_page_number(value, kind.path)
        elif name not in ("lang", "format"):
            known = (*facets, *_OWN_PARAMETERS)
            raise UnreadableRequest(
                message("lists.unknown_parameter", name=name[:40], known=known), kind.path
            )
    if sum(map(len, values.values())) > _MOST_VALUES:
        raise UnreadableRequest(message("lists.too_many_values", most=_MOST_VALUES), kind.path)
    return ListQuery(kind, values, **own)


def _check_value(facet: Facet, value: str, kind: ListKind) -> None:
    if facet.values:
        _one_of(facet.name, value, facet.values, kind)
    elif facet.name == YEAR:
        if not re.fullmatch("[1-9][0-9]{3}", value):
            raise UnreadableRequest(
                message("lists.no_year", name=facet.name, value=value[:40]), kind.path
            )
    elif not _SLUG.fullmatch(value) or len(value) > 200:
        raise UnreadableRequest(
            message("lists.no_key", name=facet.name, value=value[:40]), kind.path
        )


def _one_of(name: str, value: str, known: tuple[str, ...], kind: ListKind) -> str:
    if value not in known:
        raise UnreadableRequest(
            message("lists.unknown_value", name=name, value=value[:40], known=known), kind.path
        )
    return value
